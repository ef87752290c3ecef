"""Debian's Chromium, driven by Playwright: pages from disk, and everything that they ask for or complain of."""

import contextlib
import pathlib
import shutil

from playwright.sync_api import Error, sync_playwright

# Milliseconds that anything may take, and between two looks at it.
TIMEOUT, PAUSE = 15000, 50
# How far what was drawn has moved without being asked: Chromium's own measure.
SHIFT = """
window.movedBy = 0;
window.movedWhat = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (one.hadRecentInput) continue;
    window.movedBy += one.value;
    for (const { node, previousRect: from, currentRect: to } of one.sources) {
      const words = node ? String(node.className || node.id || node.textContent || "").slice(0, 40) : "";
      const what = node ? `${node.nodeName}.${words}` : "gone";
      window.movedWhat.push(`${what} from ${from.y} (${from.height}) to ${to.y} (${to.height})`);
    }
  }
}).observe({ type: "layout-shift", buffered: true });
"""


class Page:
    """One page and its record: console errors, exceptions, and requests that left the disk."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        page.on("console", lambda one: one.type == "error" and self.complaints.append(f"console: {one.text}"))
        page.on("pageerror", lambda one: self.complaints.append(f"exception: {one}"))
        page.on("dialog", self.refuse)
        page.on("request", self.see)
        page.on("requestfailed", self.miss)

    def miss(self, request):
        # Leaving a page ends what it still loads.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url}: {request.failure}")

    def until(self, expression: str, argument=None):
        """Waits for an expression to be true; Playwright's own way needs eval, which the pages forbid."""
        for _ in range(TIMEOUT // PAUSE):
            # A page that is being left has nothing to say.
            with contextlib.suppress(Error):
                if self.page.evaluate(expression, argument):
                    return
            self.page.wait_for_timeout(PAUSE)
        raise AssertionError(f"still not: {expression}")

    def refuse(self, dialog):
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def see(self, request):
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.complaints.append(f"network: {request.url}")


class Browser:
    """A browser for all tests; `without` names what it does not offer: "webgl", "script", "inflate"."""

    def __init__(self, play, without: str = ""):
        self.without = without
        flags = (
            ["--disable-3d-apis"] if without == "webgl" else ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
        )
        program = shutil.which("chromium") or "chromium"
        self.browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", *flags])

    @contextlib.contextmanager
    def page(self, width: int = 1280, height: int = 860, scheme: str = "light"):
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            offline=True,
            accept_downloads=True,
            has_touch=width < 500,
            java_script_enabled=self.without != "script",
        )
        try:
            context.set_default_timeout(TIMEOUT)
            if self.without != "script":
                context.add_init_script(SHIFT)
            if self.without == "inflate":
                context.add_init_script("delete window.DecompressionStream;")
            yield Page(context.new_page())
        finally:
            context.close()

    def close(self):
        self.browser.close()


@contextlib.contextmanager
def browsers():
    """Makes browsers when they are asked for."""
    with sync_playwright() as play:
        made = {}

        def one(without: str = "") -> Browser:
            # Only WebGL is a matter of the whole browser.
            if without not in made:
                made[without] = Browser(play, without)
            return made[without]

        try:
            yield one
        finally:
            for each in made.values():
                each.close()


def address(folder: pathlib.Path, name: str = "index.html") -> str:
    return (folder / name).resolve().as_uri()
