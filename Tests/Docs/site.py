"""The site that is made of the docs, opened from disk: it asks nothing of others, it searches, it fits a telephone, and it
shows the structure that a plain viewer of the files shows."""

import collections
import html.parser
import pathlib
import re
import subprocess

from markdown_it import MarkdownIt
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
# What a page is made of; headings by level.
COUNTED = {"h1", "h2", "h3", "h4", "li", "ol", "p", "pre", "table", "td", "th", "ul", "blockquote", "img", "code"}


def faults(root):
    built = subprocess.run(
        ["make", "--no-print-directory", "site"], check=False, cwd=root, capture_output=True, text=True
    )
    if built.returncode != 0:
        return [f"make site: {built.stdout}{built.stderr}"]
    site = root / "out/site"
    found = [text for page in sorted((root / "docs").glob("*.md")) for text in structure(page, site)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        pages = [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]
        for scheme, width in (("light", 1280), ("dark", 390)):
            found += opened(chromium, site, pages, scheme, width)
        found += searched(chromium, site)
        chromium.close()
    print(f"site: {len(pages)} pages opened in two schemes and widths, {len(found)} faults")
    return found


class Counter(html.parser.HTMLParser):
    """Counts elements; of a page of the site those of the article, less what the theme adds."""

    def __init__(self, is_page):
        super().__init__()
        self.counts = collections.Counter()
        self.inside = not is_page

    def handle_starttag(self, tag, attributes):
        if tag == "article":
            self.inside = True
        elif self.inside and tag in COUNTED:
            self.counts[tag] += 1

    def handle_endtag(self, tag):
        if tag == "article":
            self.inside = False


def structure(page, site):
    """What a page has more or fewer of than the file in a viewer that follows GitHub's rules."""
    plain, made = Counter(False), Counter(True)
    plain.feed(MarkdownIt("gfm-like", {"linkify": False}).render(page.read_text(encoding="utf-8")))
    made.feed((site / page.with_suffix(".html").name).read_text(encoding="utf-8"))
    return [
        f"docs/{page.name}: {plain.counts[tag]} <{tag}> in a plain viewer, {made.counts[tag]} in the site"
        for tag in sorted(COUNTED)
        if plain.counts[tag] != made.counts[tag]
    ]


def opened(chromium, site, pages, scheme, width):
    """What pages complain of, ask of others, or show beyond the window's width."""
    found = []
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in pages:
        page = context.new_page()
        watch(page, found, path.relative_to(site))
        page.goto(path.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{path.relative_to(site)}: {wide} pixels wide in a window of {width}")
        shown = page.evaluate("document.body.getAttribute('data-md-color-scheme')")
        if shown != {"light": "default", "dark": "slate"}[scheme]:
            found.append(f"{path.relative_to(site)}: colours '{shown}' where the reader's are {scheme}")
        page.close()
    context.close()
    return found


def watch(page, found, name):
    page.on("console", lambda said: found.append(f"{name}: {said.type}: {said.text}"))
    page.on("pageerror", lambda error: found.append(f"{name}: {error}"))
    page.on("requestfailed", lambda request: found.append(f"{name}: {request.url}: {request.failure}"))
    page.on(
        "request",
        lambda request: (
            None if re.match(r"(file|data|blob|about):", request.url) else found.append(f"{name}: asks {request.url}")
        ),
    )


def searched(chromium, site):
    """A word that one page alone explains is found, and leads there."""
    found: list[str] = []
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    watch(page, found, "search")
    page.goto((site / "batch.html").as_uri())
    # Keys, not a value that is set: the page listens to keys.
    page.click("[data-md-component=search-query]")
    page.keyboard.type("bootstrap resamples")
    first = page.wait_for_selector(".md-search-result__link", timeout=60_000)
    if pathlib.PurePath(first.get_attribute("href").split("?")[0].split("#")[0]).name != "evaluation.html":
        found.append(f"search: 'bootstrap resamples' leads to {first.get_attribute('href')}")
    page.close()
    return found
