"""Three thousand cases: what is drawn and loaded stays as little as with three hundred. Times are said, not judged."""

import time

from . import mock, studies
from .studies import ids


class Scale(studies.Test):
    def test_three_thousand_cases(self):
        place = self.bench.folder / "thousands"
        mock.Study(place, 3000, has_pages=False)
        report = studies.Report(place)
        with self.bench.page() as opened:
            page = opened.page
            pictures = []
            # Cases of this study share their pictures' absence: only what is asked for counts.
            page.route(
                "**/thumbnail.webp",
                lambda route: (pictures.append(route.request.url), route.fulfill(body=b"", content_type="image/webp")),
            )
            began = time.monotonic()
            page.goto(report.address())
            page.wait_for_selector("table.cases tbody tr")
            opening = time.monotonic() - began
            page.wait_for_timeout(500)
            self.assertLess(page.evaluate("document.querySelectorAll('*').length"), 6000)
            self.assertLess(len(pictures), 70)
            self.assertEqual(len(ids(page)), 50)
            began = time.monotonic()
            page.click('th[data-key="volume"] button')
            sorting = time.monotonic() - began
            page.select_option(".pages select", "40")
            self.assertIn("2001 to 2050 of 3000", page.inner_text("#shown"))
            page.keyboard.press("/")
            began = time.monotonic()
            page.keyboard.type("sub-2999")
            searching = (time.monotonic() - began) / 8
            self.assertEqual(ids(page), ["sub-2999_ct"])
            page.click("#clear")
            page.locator(".volumes").scroll_into_view_if_needed()
            page.wait_for_selector(".strip")
            self.assertLess(page.evaluate("document.querySelectorAll('*').length"), 6500)
            self.assert_quiet(opened)
            print(
                f"3000 cases: opened in {opening:.2f} s, sorted in {sorting:.2f} s, {searching:.2f} s a letter; ",
                end="",
            )


def suite(bench):
    yield studies.of(Scale, bench)
