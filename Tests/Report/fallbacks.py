"""What a browser may lack: WebGL, unpacking, scripts, storage; and browsers that keep each page's storage apart."""

from . import studies

# As Firefox does with pages from disk.
APART = """
for (const name of ["getItem", "setItem", "removeItem"]) {
  const old = Storage.prototype[name];
  Storage.prototype[name] = function (key, value) { return old.call(this, location.pathname + " " + key, value); };
}
"""
FORBIDDEN = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new Error("forbidden"); } });
}
"""


class Fallbacks(studies.Test):
    def setUp(self):
        self.report = self.bench.mock(3, 1)
        self.one = self.report.done[0]

    def test_without_webgl_the_slices_stay(self):
        with self.bench.page("webgl") as opened:
            page = opened.page
            page.goto(self.report.case_address(self.one))
            page.wait_for_selector(".surfaces .instead:has-text('WebGL')")
            self.assertEqual(page.locator(".plane .slice").count(), 3)
            self.assert_quiet(opened)
            self.bench.shoot(page, "without-webgl")

    def test_without_unpacking_the_picture_stays(self):
        with self.bench.page("inflate") as opened:
            page = opened.page
            page.goto(self.report.case_address(self.one))
            page.wait_for_load_state("load")
            self.assertTrue(page.is_visible("#still img"))
            self.assertGreater(page.evaluate("document.querySelector('#still img').naturalWidth"), 0)
            self.assertFalse(page.is_visible("#viewer"))
            self.assert_quiet(opened)
            self.bench.shoot(page, "without-unpacking")

    def test_a_broken_view_gives_way_to_the_picture(self):
        with self.bench.page() as opened:
            page = opened.page
            page.add_init_script("atob = () => 'no zlib stream';")
            page.goto(self.report.case_address(self.one))
            page.wait_for_selector("#still img")
            self.assertTrue(page.is_visible("#still img"))
            self.assertFalse(page.is_visible("#viewer"))
            self.assertEqual(opened.complaints, [])

    def test_without_scripts_all_is_there_to_read(self):
        with self.bench.page("script") as opened:
            page = opened.page
            page.goto(self.report.address())
            for one in self.report.cases:
                self.assertTrue(page.is_visible(f"noscript a:has-text('{one['id']}')"))
            self.assertIn(self.report.study["methods"], page.inner_text("main"))
            page.click(f"noscript a:has-text('{self.one['id']}')")
            self.assertTrue(page.is_visible("#still img"))
            text = page.inner_text("main")
            for words in (self.one["reasons"] or ["Nothing speaks against it"])[:1] + [
                f"{self.one['labels'][0]['voxels']}"
            ]:
                self.assertIn(words, text)
            self.assertEqual(opened.complaints, [])
            self.bench.shoot(page, "without-scripts", full_page=True)

    def test_ratings_travel_where_pages_are_kept_apart(self):
        for script in (APART, FORBIDDEN):
            with self.subTest(script=script[:20]), self.bench.page() as opened:
                page = opened.page
                page.add_init_script(script)
                page.goto(self.report.address())
                page.wait_for_selector("table.cases tbody tr")
                page.keyboard.press("j")
                page.keyboard.press("1")
                page.keyboard.press("Enter")
                page.wait_for_selector("#rating .rate-good[aria-pressed=true]")
                page.keyboard.press("3")
                page.keyboard.press("j")
                page.wait_for_url(f"**/{self.report.done[1]['id']}.html*")
                page.keyboard.press("2")
                page.keyboard.press("u")
                page.wait_for_selector("tr[aria-current]")
                self.assertIn("2 ratings are not saved yet", page.inner_text(".saving"))
                with page.expect_download() as waited:
                    page.click("#save")
                rows = [line.split("\t") for line in waited.value.path().read_text().splitlines()[1:]]
                told = {row[0]: row[2] for row in rows}
                self.assertEqual(told, {self.one["id"]: "exclude", self.report.done[1]["id"]: "fix"})
                self.assertEqual(page.evaluate("location.hash"), "")
                self.assertEqual(opened.complaints, [])


def suite(bench):
    yield studies.of(Fallbacks, bench)
