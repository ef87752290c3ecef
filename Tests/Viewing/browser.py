"""Chromium, and the program that it looks at."""

import contextlib
import subprocess
import urllib.parse

from playwright.sync_api import sync_playwright


class Browser:
    """Starts Chromium once, and `tomos view` for each page."""

    def __init__(self, tomos):
        self.tomos = tomos

    def __enter__(self):
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        return self

    def __exit__(self, *_):
        self.chromium.close()
        self.playwright.stop()

    @contextlib.contextmanager
    def page(self, arguments, width=1280, height=800, scheme="light"):
        """A page that shows what is named, loaded. What it complains of, or asks of others, is a failure."""
        with self.shown(arguments) as address:
            context = self.chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width < 800
            )
            page = context.new_page()
            faults = []
            # The tests read the canvas back, which the page does not.
            page.on(
                "console",
                lambda said: None if "willReadFrequently" in said.text else faults.append(f"{said.type}: {said.text}"),
            )
            page.on("pageerror", lambda error: faults.append(f"error: {error}"))
            # Chromium calls voxels broken off, now and then, of which the page has read the last byte before the browser
            # has closed the connection. The page counts bytes, and is ready only when all are there.
            page.on(
                "requestfailed",
                lambda request: (
                    None
                    if request.url.endswith(".bin") and request.failure == "net::ERR_ABORTED"
                    else faults.append(f"failed: {request.url}: {request.failure}")
                ),
            )
            own = urllib.parse.urlsplit(address).netloc
            page.on(
                "request",
                lambda request: (
                    None
                    if urllib.parse.urlsplit(request.url).netloc == own
                    else faults.append(f"elsewhere: {request.url}")
                ),
            )
            page.goto(address)
            page.wait_for_selector("html[data-ready=yes]", timeout=120_000)
            yield page
            context.close()
            if faults:
                raise AssertionError("\n".join(faults))

    @contextlib.contextmanager
    def shown(self, arguments):
        process = subprocess.Popen(
            [self.tomos, "view", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            address = process.stdout.readline().strip()
            if not address:
                raise AssertionError(process.stderr.read())
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)
