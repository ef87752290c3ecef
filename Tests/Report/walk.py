"""The whole way of a reader through a report: sort, filter, search, rate, save, open a case, look, and come back."""

import re

from . import studies
from .studies import ids

LINE = re.compile(r"[^\t\n]+\t(n/a|\d+)\t(good|fix|exclude)\t[^\t\n]+\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Walk(studies.Test):
    report: studies.Report

    def test_way_through(self):
        for width, height, scheme in [(1280, 860, "light"), (390, 844, "dark")]:
            with (
                self.subTest(width=width, scheme=scheme),
                self.bench.page(width=width, height=height, scheme=scheme) as opened,
            ):
                self.walk(opened, f"{self.name}-{width}-{scheme}", width > 820)

    def walk(self, opened, name: str, is_wide: bool):
        page, report = opened.page, self.report
        page.goto(report.address())
        page.wait_for_selector("table.cases tbody tr")
        self.assertEqual(page.title(), f"{report.study['name']} · Tomos report")
        self.assertEqual(ids(page)[: len(report.done)], [one["id"] for one in report.done][:50])
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), page.viewport_size["width"])
        self.bench.shoot(page, f"{name}-cohort")
        if is_wide:
            self.sort(page)
        self.search(page)
        first = report.done[0]
        page.keyboard.press("j")
        self.assertEqual(page.get_attribute("tr[aria-current]", "data-id"), first["id"])
        page.keyboard.press("1")
        page.keyboard.press("2")
        self.save(page, first, name)
        # Back from the button to the row.
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases/*.html")
        self.case(opened, first, name)
        page.keyboard.press("u")
        page.wait_for_url(re.compile(r"index\.html"))
        page.wait_for_selector("tr[aria-current]")
        self.assertEqual(page.get_attribute("tr[aria-current]", "data-id"), first["id"])
        self.assertEqual(page.get_attribute("tr[aria-current] .rate-exclude", "aria-pressed"), "true")
        self.assertIn("1 rating is not saved yet", page.inner_text(".saving"))
        self.assertEqual(opened.complaints, [])

    def sort(self, page):
        dice = {one["id"]: one.get("dice") for one in self.report.cases}
        page.click('th[data-key="id"] button')
        self.assertEqual(page.get_attribute('th[data-key="id"]', "aria-sort"), "ascending")
        # Names as people count: case-2 before case-10.
        key = lambda name: [int(part) if part.isdigit() else part.lower() for part in re.split(r"(\d+)", name)]
        self.assertEqual(ids(page), sorted(dice, key=key)[:50])
        page.click('th[data-key="id"] button')
        self.assertEqual(page.get_attribute('th[data-key="id"]', "aria-sort"), "descending")
        self.assertEqual(ids(page), sorted(dice, key=key, reverse=True)[:50])
        if self.report.study["checked"]:
            page.click('th[data-key="dice"] button')
            known = sorted(one for one in dice.values() if one is not None)
            shown = [dice[one] for one in ids(page)]
            self.assertEqual([one for one in shown if one is not None], known[:50])
        page.click('th[data-key="rank"] button')

    def search(self, page):
        first = self.report.done[0]
        page.keyboard.press("/")
        page.keyboard.type(first["id"].upper())
        self.assertIn(first["id"], ids(page))
        for one in ids(page):
            case = next(each for each in self.report.cases if each["id"] == one)
            self.assertIn(first["id"].lower(), str(case).lower())
        page.keyboard.press("Escape")
        page.select_option("#by-status", "failed")
        self.assertEqual(ids(page), [])
        page.click("#clear")
        self.assertEqual(len(ids(page)), min(50, len(self.report.cases)))

    def save(self, page, first: dict, name: str):
        self.assertRegex(page.inner_text(".saving"), r"\b1 rating is not saved yet")
        with page.expect_download() as waited:
            page.click("#save")
        self.assertEqual(waited.value.suggested_filename, "reviews.tsv")
        lines = waited.value.path().read_bytes().decode("utf-8").split("\n")
        self.assertEqual(lines[0], "case\tlabel\trating\tnote\ttime")
        self.assertEqual(lines[-1], "", "the last line ends")
        self.assertEqual([one for one in lines[1:-1] if not LINE.fullmatch(one)], [])
        self.assertRegex("\n".join(lines), rf"(?m)^{re.escape(first['id'])}\tn/a\tfix\tn/a\t")
        self.assertNotIn("not saved", page.inner_text(".saving"))

    def case(self, opened, first: dict, name: str):
        page = opened.page
        self.assertEqual(page.inner_text("h1 bdi"), first["id"])
        self.assertEqual(page.get_attribute("#rating .rate-fix", "aria-pressed"), "true")
        self.assertEqual(page.locator("tr[data-label]").count(), len(first.get("labels", [])))
        if first.get("view"):
            page.wait_for_selector(".plane canvas")
            page.wait_for_selector(".surfaces canvas")
            before = page.inner_text(".plane.active .position")
            slider = page.locator(".plane.active input[type=range]")
            slider.focus()
            page.keyboard.press("ArrowRight")
            self.assertNotEqual(page.inner_text(".plane.active .position"), before)
            page.evaluate("document.activeElement.blur()")
            page.keyboard.press("ArrowLeft")
            self.assertEqual(page.inner_text(".plane.active .position"), before)
            box = page.locator(".label-list input").first
            box.uncheck()
            box.check()
            page.wait_for_timeout(200)
        self.bench.shoot(page, f"{name}-case")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), page.viewport_size["width"])
        page.keyboard.press("3")
        self.assertEqual(page.get_attribute("#rating .rate-exclude", "aria-pressed"), "true")
        self.assertIn("1 rating not saved yet", page.inner_text("#rating"))


def suite(bench):
    yield studies.of(Walk, bench, "mock", report=property(lambda _: bench.mock(3, 1)), name="three")
    for name, report in bench.real():
        yield studies.of(Walk, bench, name, report=report, name=name)
