"""What the tests open: mock studies, made when they are first asked for, and reports of the program."""

import functools
import json
import pathlib
import re
import subprocess
import unittest

from . import browser, mock

# Names that would do harm where they were taken for something else than text. A slash cannot stand in a case's name.
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "\"quoted\" and 'single' &amp; <b>",
    "a#b?c=d%20e",
    "right\u202eto left",
    "-->{{data}}{{{data}}}",
]
HOSTILE_LABELS = [
    "</script><script>alert(1)</script>",
    "new\nline\tand tab",
    "ab\u202ecd",
    "\"'><img src=x onerror=alert(2)>",
    "`${alert(3)}`",
]


class Report:
    """A report on disk and what its cases.js holds."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        text = (folder / "cases.js").read_text(encoding="utf-8").strip()
        self.study = json.loads(re.fullmatch(r"tomosStudy\((.*)\);?", text, re.S)[1])
        self.cases = self.study["cases"]
        self.done = sorted((one for one in self.cases if one.get("rank")), key=lambda one: one["rank"])

    def address(self, name: str = "index.html") -> str:
        return browser.address(self.folder, name)

    def case_address(self, one: dict) -> str:
        return self.address("cases/" + one["id"] + ".html")


class Bench:
    def __init__(self, folder, open_browser, is_short, tomos, report, keep):
        self.folder, self.open_browser, self.is_short, self.tomos, self.given, self.keep = (
            folder,
            open_browser,
            is_short,
            tomos,
            report,
            keep,
        )
        if keep:
            keep.mkdir(parents=True, exist_ok=True)

    def page(self, without: str = "", **how):
        return self.open_browser(without).page(**how)

    def mock(self, cases: int, labels: int = 5) -> Report:
        return self.drawn(cases, labels)

    @functools.cache
    def drawn(self, cases: int, labels: int) -> Report:
        place = self.folder / f"mock-{cases}-{labels}"
        mock.Study(place, cases, labels)
        return Report(place)

    @functools.cache
    def hostile(self) -> Report:
        place = self.folder / "hostile"
        mock.Study(place, 6, 5, names=HOSTILE_LABELS, ids=HOSTILE, title="<script>alert(1)</script> \u202e study")
        return Report(place)

    def real(self) -> list[tuple[str, property]]:
        """Reports of the program, by name; each is made or read when a test first asks for it."""
        made = []
        if self.given:
            made.append(("given", property(lambda _: self.read(self.given))))
        if self.tomos:
            made.append(("sample", property(lambda _: self.sample())))
        return made

    @functools.cache
    def read(self, folder: pathlib.Path) -> Report:
        return Report(folder)

    @functools.cache
    def sample(self) -> Report:
        """What the program makes of the sample study."""
        results = self.folder / "results"
        run = ["run", "pipelines/phantom.yaml", "sample-data/study", "-o", str(results)]
        for command in (run, ["report", str(results)]):
            subprocess.run([str(self.tomos.resolve()), *command], cwd=mock.ROOT, check=True, stdout=subprocess.DEVNULL)
        return Report(results / "report")

    def shoot(self, page, name: str, **how):
        """Keeps a screenshot where one was asked for."""
        if self.keep:
            page.screenshot(path=self.keep / f"{name}.png", **how)


class Test(unittest.TestCase):
    longMessage = True
    maxDiff = 3000
    bench: Bench

    def assert_quiet(self, opened: browser.Page):
        """Nothing was complained of, nothing was asked of a network, nothing moved by itself."""
        self.assertEqual(opened.complaints, [])
        moved, told = opened.page.evaluate("[window.movedBy, window.movedWhat]")
        self.assertLess(moved, 0.005, told)


class MockTest(Test):
    """A page for each test, and a mock study to open in it."""

    def setUp(self):
        self.report = self.bench.mock(60 if self.bench.is_short else 300)
        context = self.bench.page()
        self.opened = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.page = self.opened.page

    def tearDown(self):
        self.assertEqual(self.opened.complaints, [])


def of(tests: type, bench: Bench, name: str = "", /, **given) -> unittest.TestSuite:
    """The tests of a class, with attributes that they read."""
    made = type(tests.__name__, (tests,), {"bench": bench, **given})
    made.__module__, made.__qualname__ = "report", f"{tests.__name__} [{name}]" if name else tests.__name__
    return unittest.defaultTestLoader.loadTestsFromTestCase(made)


def ids(page) -> list[str]:
    """The cases in the rows of the table."""
    return page.eval_on_selector_all("table.cases tbody tr[data-id]", "rows => rows.map(row => row.dataset.id)")
