"""Both pages, both widths, both schemes: axe finds no serious fault, nothing moves by itself, nothing is cut off."""

from axe_playwright_python.sync_playwright import Axe

from . import studies


class Looks(studies.Test):
    report: studies.Report
    name: str

    def look(self, kind: str, address: str, ready: str):
        every = [(1280, 860, "light"), (390, 844, "dark"), (1280, 860, "dark"), (390, 844, "light")]
        for width, height, scheme in every[:2] if self.bench.is_short else every:
            with (
                self.subTest(width=width, scheme=scheme),
                self.bench.page(width=width, height=height, scheme=scheme) as opened,
            ):
                page = opened.page
                page.goto(address)
                page.wait_for_selector(ready)
                page.wait_for_timeout(300)
                name = f"{self.name}-{kind}-{width}-{scheme}"
                self.bench.shoot(page, name)
                self.assert_quiet(opened)
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)
                # What is drawn when it comes near is drawn now.
                for part in page.query_selector_all(".plot, tr:nth-child(5n) .thumb"):
                    part.scroll_into_view_if_needed()
                page.evaluate("scrollTo(0, 0)")
                self.bench.shoot(page, name + "-whole", full_page=True)
                self.judge(page)
                if kind == "cohort" and scheme == "light":
                    page.keyboard.press("?")
                    self.judge(page)
                    self.bench.shoot(page, name + "-help")

    def judge(self, page):
        found = Axe().run(page).response
        self.assertTrue(found["passes"])
        serious = [
            f"{one['id']}: {node['html']} {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"][:3]
        ]
        self.assertEqual(serious, [])

    def test_cohort_page(self):
        self.look("cohort", self.report.address(), "table.cases tbody tr")

    def test_case_page(self):
        self.look("case", self.report.case_address(self.report.done[0]), ".surfaces canvas")

    def test_failed_case(self):
        failed = [one for one in self.report.cases if one["status"] == "failed"]
        if not failed:
            self.skipTest("no case failed")
        self.look("failed", self.report.case_address(failed[0]), "#rating button")

    def test_pictures_have_words(self):
        with self.bench.page() as opened:
            page = opened.page
            page.goto(self.report.address())
            page.wait_for_selector("table.cases tbody tr")
            self.assertEqual(
                page.locator("img:not([alt]), img[alt=''], img:not([width]), img:not([height])").count(), 0
            )


def suite(bench):
    studies_of_kinds = [("many", 60 if bench.is_short else 300, 5)]
    if not bench.is_short:
        studies_of_kinds += [("three", 3, 1), ("labels", 40, 104)]
    for name, cases, labels in studies_of_kinds:
        report = property(lambda _, cases=cases, labels=labels: bench.mock(cases, labels))
        yield studies.of(Looks, bench, f"{cases} cases, {labels} labels", report=report, name=name)
    for name, report in bench.real():
        yield studies.of(Looks, bench, name, report=report, name=name)
