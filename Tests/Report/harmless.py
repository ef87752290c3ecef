"""Names from outside that would run, break or turn the page: they are shown as text and do nothing."""

from . import studies
from .studies import HOSTILE, HOSTILE_LABELS

# A case's page whose scripts have run: before that its keys are deaf.
THERE = "id => document.readyState === 'complete' && document.querySelector('h1 bdi')?.textContent === id"


class Harmless(studies.Test):
    def check(self, opened):
        page = opened.page
        self.assertEqual(page.locator("img[src=x], main script:not([type]), b, bdi bdi").count(), 0)
        self.assertEqual(opened.complaints, [])

    def test_cohort_page(self):
        report = self.bench.hostile()
        with self.bench.page() as opened:
            page = opened.page
            page.goto(report.address())
            page.wait_for_selector("table.cases tbody tr")
            text = page.inner_text("table.cases")
            for name in HOSTILE:
                self.assertIn(name.replace("\u202e", "\\u202e"), text)
            self.assertIn("<script>alert(1)</script>", page.inner_text("h1"))
            page.locator(".volumes").scroll_into_view_if_needed()
            page.wait_for_selector(".strip")
            text = page.inner_text(".volumes")
            for name in HOSTILE_LABELS:
                self.assertIn(name.replace("\u202e", "\\u202e").replace("\n", "\\u000a").replace("\t", "\\u0009"), text)
            options = page.inner_text("#by-label")
            self.assertIn("</script><script>alert(1)</script>", options)
            page.fill("#search", "<img")
            page.keyboard.press("Enter")
            page.keyboard.press("4")
            page.fill("#note-words", "<img src=x onerror=alert(4)>")
            page.click("dialog button.main")
            self.check(opened)
            with page.expect_download() as waited:
                page.keyboard.press("w")
            self.assertIn(f"{HOSTILE[0]}\tn/a\tfix\t<img src=x onerror=alert(4)>\t", waited.value.path().read_text())
            page.keyboard.press("Enter")
            page.wait_for_selector(".surfaces canvas")
            self.assertIn("<img src=x onerror=alert(4)>", page.inner_text("#note"))
            self.check(opened)

    def test_case_pages(self):
        report = self.bench.hostile()
        with self.bench.page() as opened:
            for one in report.done:
                page = opened.page
                page.goto(report.case_address(one))
                page.wait_for_selector(".surfaces canvas")
                self.assertEqual(page.evaluate("document.querySelector('h1 bdi').textContent"), one["id"])
                for label in report.study["labels"]:
                    shown = page.evaluate(
                        "id => document.querySelector(`tr[data-label='${id}'] bdi`).textContent", label["id"]
                    )
                    self.assertEqual(shown, label["name"])
                self.check(opened)
            # Through all cases by key, whatever their names are.
            page.goto(report.case_address(report.done[0]))
            for one in report.done[1:]:
                page.keyboard.press("j")
                opened.until(THERE, one["id"])
            self.check(opened)


def suite(bench):
    yield studies.of(Harmless, bench)
