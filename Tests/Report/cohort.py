"""The cohort page: table, filters, keys, ratings and what is saved of them, distributions, failures."""

import re

from . import studies
from .studies import ids


class Cohort(studies.MockTest):
    def setUp(self):
        super().setUp()
        self.page.goto(self.report.address())
        self.page.wait_for_selector("table.cases tbody tr")

    def found(self) -> int:
        """How many cases the line above the table tells of."""
        return int(re.match(r"(?:\d+ to \d+ of )?(\d+)", self.page.inner_text("#shown"))[1])

    def has(self, one, of):
        return any(of(each) for each in one.get("labels", []))

    def test_sorted_by_every_column(self):
        labels = lambda one: one.get("labels", [])
        values = {
            "volume": lambda one: sum(each["mm3"] for each in labels(one)) if one["status"] == "done" else None,
            "seconds": lambda one: one.get("seconds"),
            "dice": lambda one: one.get("dice"),
            "rank": lambda one: one.get("rank"),
        }
        for key, value in values.items():
            for way in ("ascending", "descending"):
                self.page.click(f'th[data-key="{key}"] button')
                self.assertEqual(self.page.get_attribute(f'th[data-key="{key}"]', "aria-sort"), way)
                by = {one["id"]: value(one) for one in self.report.cases}
                known = sorted((one for one in by.values() if one is not None), reverse=way == "descending")
                self.assertEqual([by[one] for one in ids(self.page)], known[:50], f"{key} {way}")
        self.assertEqual(self.page.locator("th[aria-sort$=ending]").count(), 1)

    def test_filters(self):
        cases = self.report.cases
        flagged = lambda each: bool(each["flags"] or each["outlier"])
        for pick, value, wanted in [
            ("status", "failed", lambda one: one["status"] == "failed"),
            ("status", "waiting", lambda one: one["status"] == "waiting"),
            ("status", "stale", lambda one: bool(one.get("stale"))),
            ("flag", "*", lambda one: self.has(one, flagged)),
            ("flag", "outlier", lambda one: self.has(one, lambda each: each["outlier"])),
            ("flag", "=doubtful", lambda one: self.has(one, lambda each: "doubtful" in each["flags"])),
            ("flag", "-", lambda one: one["status"] == "done" and not self.has(one, flagged)),
            ("rating", "good", lambda one: bool(one.get("review"))),
            ("rating", "none", lambda one: not one.get("review")),
        ]:
            self.page.select_option(f"#by-{pick}", value)
            wanted_ids = {one["id"] for one in cases if wanted(one)}
            self.assertEqual(self.found(), len(wanted_ids), f"{pick} {value}")
            self.assertLessEqual(set(ids(self.page)), wanted_ids)
            self.assertTrue(wanted_ids, f"no case tries {pick} {value}")
            self.page.click("#clear")
        self.assertEqual(self.found(), len(cases))

    def test_a_label_chosen(self):
        label = self.report.study["labels"][2]
        self.page.select_option("#by-label", str(label["id"]))
        self.page.click('th[data-key="volume"] button')
        volumes = {
            one["id"]: each["mm3"]
            for one in self.report.cases
            for each in one.get("labels", [])
            if each["id"] == label["id"]
        }
        self.assertEqual([volumes[one] for one in ids(self.page)], sorted(volumes.values())[:50])
        self.page.select_option("#by-flag", "*")
        for one in ids(self.page):
            case = next(each for each in self.report.cases if each["id"] == one)
            mine = next(each for each in case["labels"] if each["id"] == label["id"])
            self.assertTrue(mine["flags"] or mine["outlier"], one)

    def test_next_and_previous_cross_pages(self):
        order = [one["id"] for one in self.report.done]
        for _ in range(51):
            self.page.keyboard.press("j")
        self.assertEqual(self.page.get_attribute("tr[aria-current]", "data-id"), order[50])
        self.assertEqual(self.page.evaluate("document.activeElement.closest('tr').dataset.id"), order[50])
        self.page.keyboard.press("k")
        self.assertEqual(self.page.get_attribute("tr[aria-current]", "data-id"), order[49])

    def test_ratings_are_kept_and_saved(self):
        first, second, third = self.report.done[:3]
        press = self.page.keyboard.press
        press("j"), press("3"), press("j"), press("1"), press("j"), press("4")
        self.page.fill("#note-words", "the capsule\tis cut\r\noff – see “slice 12”")
        self.page.click("dialog .choice:has-text('exclude')")
        self.page.click("dialog button.main")
        press("k"), press("5")
        self.page.reload()
        self.page.wait_for_selector("table.cases tbody tr")
        with self.page.expect_download() as waited:
            press("w")
        rows = [line.split("\t") for line in waited.value.path().read_bytes().decode().splitlines()[1:]]
        told = {(one["id"], "n/a"): each["rating"] for one in self.report.cases for each in one.get("review", [])}
        told |= {(first["id"], "n/a"): "exclude", (third["id"], "n/a"): "exclude"}
        told.pop((second["id"], "n/a"), None)
        self.assertEqual({(row[0], row[1]): row[2] for row in rows}, told)
        notes = {row[0]: row[3] for row in rows}
        self.assertEqual(notes[third["id"]], "the capsule is cut off – see “slice 12”")
        self.assertEqual(notes[first["id"]], "n/a")
        # The order is that of cases.js, and times of ratings that came with the report stay.
        order = [one["id"] for one in self.report.cases]
        self.assertEqual([row[0] for row in rows], sorted((row[0] for row in rows), key=order.index))
        self.assertIn("2026-11-01T10:00:00Z", [row[4] for row in rows])

    def test_keys_rate_the_card_in_focus(self):
        self.page.keyboard.press("j")
        third = self.report.done[2]["id"]
        self.page.locator(".card").nth(2).locator("h3 a").focus()
        self.page.keyboard.press("1")
        rated = self.page.locator(".card").nth(2).locator(".rate-good")
        self.assertEqual(rated.get_attribute("aria-pressed"), "true")
        self.assertEqual(self.page.get_attribute(f"tr[data-id='{third}'] .rate-good", "aria-pressed"), "true")

    def test_help_names_the_keys(self):
        self.page.keyboard.press("?")
        text = self.page.inner_text("dialog")
        for words in ("next case", "rate the case good", "take its rating back", "search"):
            self.assertIn(words, text)
        self.page.keyboard.press("Escape")
        self.page.wait_for_selector("dialog", state="detached")
        # Keys do nothing while somebody writes.
        self.page.click("#search")
        self.page.keyboard.type("j1")
        self.assertEqual(self.page.locator("tr[aria-current]").count(), 0)

    def test_distributions_lead_to_outliers(self):
        study = self.report.study
        self.page.locator(".volumes").scroll_into_view_if_needed()
        self.page.wait_for_selector(".strip")
        odd = [(one, each) for one in self.report.cases for each in one.get("labels", []) if each["outlier"]]
        self.assertTrue(odd)
        self.assertEqual(self.page.locator(".strip .diamond").count(), len(odd))
        points = self.page.evaluate(
            "[...document.querySelectorAll('.dots')].map(one => one.getAttribute('d')).join('').split('M').length - 1"
        )
        self.assertEqual(points + len(odd), sum(len(one.get("labels", [])) for one in self.report.cases))
        self.page.check("#only-outliers")
        self.assertEqual(self.page.locator(".volumes .volume").count(), len({each["id"] for _, each in odd}))
        self.assertEqual(len(study["labels"]), 5)
        link = self.page.locator(".strip a").first
        words = link.get_attribute("aria-label")
        link.click()
        self.page.wait_for_url("**/cases/*.html")
        self.assertIn(self.page.inner_text("h1 bdi"), words)

    def test_failures_say_why(self):
        failed = [one for one in self.report.cases if one["status"] == "failed"]
        self.assertTrue(failed)
        details = self.page.locator("#failures details")
        self.assertEqual(details.count(), len(failed))
        details.first.locator("summary").press("Enter")
        self.assertIn("error: the data end after 31 of 64 slices", details.first.inner_text())
        self.assertIn(failed[0]["reason"], details.first.inner_text())

    def test_theme_stays(self):
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        before = self.page.evaluate(ground)
        self.page.click("#tools button[aria-label=Dark]")
        dark = self.page.evaluate(ground)
        self.assertNotEqual(dark, before)
        self.page.reload()
        self.assertEqual(self.page.evaluate(ground), dark)

    def test_methods_can_be_copied(self):
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page.click("#methods-tools button")
        self.opened.until("document.querySelector('#methods-tools button').textContent !== 'Copy'")
        self.assertEqual(self.page.inner_text("#methods-tools button"), "Copied")
        self.assertEqual(self.page.evaluate("navigator.clipboard.readText()"), self.report.study["methods"])


def suite(bench):
    yield studies.of(Cohort, bench)
