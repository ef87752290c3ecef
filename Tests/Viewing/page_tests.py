"""The page shows what the files hold, and can be used."""

import re
import unittest

import numpy
from axe_playwright_python.sync_playwright import Axe

from .phantoms import COLOURS, SHOWN

# Of each plane the axis of its slices, and those across and down its picture, both from their far ends.
PLANES = {"axial": (2, 0, 1), "coronal": (1, 0, 2), "sagittal": (0, 1, 2)}
SIZES = [(1280, 800, "light"), (1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")]


class PageCase(unittest.TestCase):
    browser = study = screens = None

    def open(self, image, *more, **how):
        arguments = [image.labels, "-i", image.image, "--table", image.table, *more]
        return self.browser.page(arguments, **how)

    def plain_picture(self, page):
        """Leaves the image alone, its voxels as they are."""
        for id in ("smooth", "crosshair"):
            page.locator(f"#{id}").uncheck()
        self.slide(page, "opacity", 0)
        self.slide(page, "contour", 0)

    def slide(self, page, id, value):
        page.locator(f"#{id}").fill(str(value))
        self.settle(page)

    def settle(self, page):
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def canvas(self, page, plane):
        return page.locator(f".plane.{plane} canvas")

    def slice(self, page, plane) -> int:
        self.settle(page)
        return int(self.canvas(page, plane).get_attribute("data-slice"))

    def numbers(self, page, id):
        return [float(text) for text in page.locator(f"#{id}").inner_text().split()]

    def spot(self, page, image, plane, voxel):
        """Where a voxel's middle is in a whole plane, in pixels of the canvas's box: from the plane's size in mm."""
        box = self.canvas(page, plane).bounding_box()
        _, across, down = PLANES[plane]
        shape, spacing = image.values.shape, image.spacing
        size = [shape[across] * spacing[across], shape[down] * spacing[down]]
        scale = min(box["width"] / size[0], box["height"] / size[1])
        x = (shape[across] - 1 - voxel[across] + 0.5) * spacing[across] * scale + (box["width"] - size[0] * scale) / 2
        y = (shape[down] - 1 - voxel[down] + 0.5) * spacing[down] * scale + (box["height"] - size[1] * scale) / 2
        return box, x, y

    def pixel(self, page, plane, x, y):
        """The colour that is drawn there."""
        return page.evaluate(
            """([plane, x, y]) => {
                const canvas = document.querySelector(`.plane.${plane} canvas`);
                const ratio = canvas.width / canvas.clientWidth;
                const [column, row] = [x, y].map((value) => Math.floor(value * ratio));
                return [...canvas.getContext("2d").getImageData(column, row, 1, 1).data];
            }""",
            [plane, x, y],
        )[:3]

    def voxels(self, page, image, plane):
        """Some voxels of the slice that is shown."""
        axis, *_ = PLANES[plane]
        shape = image.values.shape
        for fractions in ((0.5, 0.5, 0.5), (0.3, 0.45, 0.6), (0.62, 0.5, 0.42), (0.05, 0.9, 0.1), (0.7, 0.3, 0.8)):
            voxel = [int(f * n) for f, n in zip(fractions, shape)]
            voxel[axis] = self.slice(page, plane)
            yield voxel


class ValueTests(PageCase):
    def check_values(self, image):
        with self.open(image) as page:
            for plane in PLANES:
                for voxel in self.voxels(page, image, plane):
                    box, x, y = self.spot(page, image, plane, voxel)
                    page.mouse.move(box["x"] + x, box["y"] + y)
                    self.settle(page)
                    told = [int(n) for n in self.numbers(page, "pointer-voxel")]
                    value = self.numbers(page, "pointer-value")[0]
                    place = image.canonical.affine @ [*voxel, 1]
                    own = numpy.linalg.inv(image.file.affine) @ place
                    with self.subTest(plane=plane, voxel=voxel):
                        self.assertEqual(told, [round(n) for n in own[:3]])
                        self.assertAlmostEqual(value, image.file_value(told), places=3)
                        self.assertAlmostEqual(value, image.values[tuple(voxel)], places=3)
                        numpy.testing.assert_allclose(self.numbers(page, "pointer-mm"), place[:3], atol=0.051)
                        id = image.ids[tuple(voxel)]
                        name = "none" if id == 0 else SHOWN[id - 1]
                        self.assertEqual(page.locator("#pointer-label").inner_text(), name)

    def test_values_under_the_pointer_are_nibabels(self):
        self.check_values(self.study.plain)

    def test_values_of_an_image_stored_otherwise(self):
        self.check_values(self.study.turned)

    def test_values_of_an_oblique_image(self):
        self.check_values(self.study.oblique)

    def test_pixels_are_the_values_through_the_window(self):
        for image in (self.study.plain, self.study.turned):
            with self.open(image, "--window", "none") as page:
                self.plain_picture(page)
                lower, upper = float(image.values.min()), float(image.values.max())
                for plane in PLANES:
                    for voxel in self.voxels(page, image, plane):
                        _, x, y = self.spot(page, image, plane, voxel)
                        grey = 255 * (image.values[tuple(voxel)] - lower) / (upper - lower)
                        with self.subTest(plane=plane, voxel=voxel):
                            for channel in self.pixel(page, plane, x, y):
                                self.assertAlmostEqual(channel, grey, delta=1)

    def test_labels_are_where_they_are(self):
        image = self.study.turned
        with self.open(image) as page:
            self.plain_picture(page)
            self.slide(page, "opacity", 100)
            for plane in PLANES:
                for voxel in self.voxels(page, image, plane):
                    _, x, y = self.spot(page, image, plane, voxel)
                    id = image.ids[tuple(voxel)]
                    drawn = self.pixel(page, plane, x, y)
                    with self.subTest(plane=plane, voxel=voxel, id=id):
                        self.assertEqual(len(set(drawn)) == 1, id == 0)
                        if id:
                            self.assertEqual(tuple(drawn), COLOURS[id - 1])

    def test_each_plane_has_its_letters(self):
        with self.open(self.study.turned) as page:
            for plane, text in (
                ("axial", "R at the left, L at the right, A up, P down"),
                ("coronal", "R at the left, L at the right, S up, I down"),
                ("sagittal", "A at the left, P at the right, S up, I down"),
            ):
                self.assertIn(text, self.canvas(page, plane).get_attribute("aria-label"))
            page.get_by_label("Patient's left on the left").check()
            self.settle(page)
            self.assertIn("L at the left, R at the right", self.canvas(page, "axial").get_attribute("aria-label"))
            image = self.study.turned
            voxel = [20, 30, self.slice(page, "axial")]
            turned = [image.values.shape[0] - 1 - voxel[0], *voxel[1:]]
            box, x, y = self.spot(page, image, "axial", turned)
            page.mouse.move(box["x"] + x, box["y"] + y)
            self.settle(page)
            self.assertAlmostEqual(self.numbers(page, "pointer-value")[0], image.values[tuple(voxel)], places=3)


class UseTests(PageCase):
    def test_slices_move(self):
        with self.open(self.study.plain) as page:
            for plane, (axis, *_) in PLANES.items():
                canvas = self.canvas(page, plane)
                start = self.slice(page, plane)
                canvas.hover()
                page.mouse.wheel(0, -120)
                self.assertEqual(self.slice(page, plane), start + 2)
                canvas.focus()
                steps = {"ArrowUp": 1, "ArrowRight": 1, "ArrowDown": -1, "ArrowLeft": -1, "PageUp": 10}
                for key, step in steps.items():
                    before = self.slice(page, plane)
                    page.keyboard.press(key)
                    self.assertEqual(self.slice(page, plane), before + step)
                page.keyboard.press("End")
                self.assertEqual(self.slice(page, plane), self.study.plain.values.shape[axis] - 1)
                page.keyboard.press("ArrowUp")
                self.assertEqual(self.slice(page, plane), self.study.plain.values.shape[axis] - 1)
                page.locator(f".plane.{plane} input[type=range]").fill("7")
                self.assertEqual(self.slice(page, plane), 7)
                self.assertRegex(page.locator(f".plane.{plane} output").inner_text(), "^8 of .* mm$")

    def test_the_crosshair_joins_the_planes(self):
        image = self.study.plain
        with self.open(image) as page:
            voxel = [30, 50, self.slice(page, "axial")]
            box, x, y = self.spot(page, image, "axial", voxel)
            page.mouse.click(box["x"] + x, box["y"] + y)
            self.assertEqual([self.slice(page, plane) for plane in ("sagittal", "coronal", "axial")], voxel)
            self.assertEqual(self.numbers(page, "cross-value")[0], image.values[tuple(voxel)])
            page.mouse.down()
            _, x, y = self.spot(page, image, "axial", [60, 20, voxel[2]])
            page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
            page.mouse.up()
            self.assertEqual([self.slice(page, "sagittal"), self.slice(page, "coronal")], [60, 20])

    def test_labels_are_toggled(self):
        image = self.study.plain
        with self.open(image) as page:
            self.plain_picture(page)
            self.slide(page, "opacity", 100)
            page.get_by_role("button", name=re.compile("^Go to")).nth(1).click()
            self.settle(page)
            voxel = [self.slice(page, plane) for plane in ("sagittal", "coronal", "axial")]
            self.assertEqual(image.ids[tuple(voxel)], 2)
            _, x, y = self.spot(page, image, "axial", voxel)
            drawn = lambda: (self.settle(page), tuple(self.pixel(page, "axial", x, y)))[1]
            self.assertEqual(drawn(), COLOURS[1])
            box = page.locator("#label-list input").nth(1)
            box.uncheck()
            self.assertEqual(len(set(drawn())), 1)
            box.check()
            self.assertEqual(drawn(), COLOURS[1])
            page.get_by_role("button", name="None").click()
            self.assertEqual(len(set(drawn())), 1)
            page.locator("#labels-all").click()
            self.assertEqual(drawn(), COLOURS[1])
            page.keyboard.press("l")
            self.assertEqual(len(set(drawn())), 1)
            page.keyboard.press("l")
            self.slide(page, "opacity", 0)
            self.assertEqual(len(set(drawn())), 1)
            # The border is drawn: somewhere in the slice is its colour.
            self.slide(page, "contour", 2)
            shown = page.evaluate("""() => {
                const c = document.querySelector(".plane.axial canvas");
                return [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data];
            }""")
            pixels = numpy.array(shown).reshape(-1, 4)[:, :3]
            self.assertGreater((pixels == COLOURS[1]).all(axis=1).sum(), 20)

    def test_the_window_is_set(self):
        image = self.study.plain
        with self.open(image) as page:
            self.plain_picture(page)
            page.locator("#width").fill("100")
            page.locator("#width").press("Enter")
            page.locator("#level").fill("520")
            page.locator("#level").press("Enter")
            for voxel in self.voxels(page, image, "axial"):
                _, x, y = self.spot(page, image, "axial", voxel)
                self.settle(page)
                grey = min(max(255 * (image.values[tuple(voxel)] - 470) / 100, 0), 255)
                self.assertAlmostEqual(self.pixel(page, "axial", x, y)[0], grey, delta=1)
            box = self.canvas(page, "axial").bounding_box()
            page.mouse.move(box["x"] + 100, box["y"] + 100)
            page.mouse.down(button="right")
            page.mouse.move(box["x"] + 200, box["y"] + 50)
            page.mouse.up(button="right")
            self.settle(page)
            self.assertGreater(float(page.locator("#width").input_value()), 150)
            self.assertLess(float(page.locator("#level").input_value()), 520)
            self.assertEqual(page.locator("#preset").input_value(), "own")
            page.locator("#preset").select_option(label="all values")
            self.assertEqual(float(page.locator("#width").input_value()), image.values.max() - image.values.min())

    def test_zoom_stays_at_the_pointer(self):
        image = self.study.plain
        with self.open(image) as page:
            voxel = [30, 50, self.slice(page, "axial")]
            box, x, y = self.spot(page, image, "axial", voxel)
            page.mouse.move(box["x"] + x, box["y"] + y)
            self.settle(page)
            before = self.numbers(page, "pointer-voxel")
            page.keyboard.down("Control")
            page.mouse.wheel(0, -400)
            page.keyboard.up("Control")
            page.mouse.move(box["x"] + x, box["y"] + y + 1)
            self.settle(page)
            self.assertEqual(self.numbers(page, "pointer-voxel"), before)
            page.mouse.move(box["x"] + x + 12, box["y"] + y)
            self.settle(page)
            # Zoomed in, a dozen pixels are less than they were.
            self.assertLessEqual(abs(self.numbers(page, "pointer-voxel")[0] - before[0]), 1)
            page.mouse.down(button="middle")
            page.mouse.move(box["x"] + x + 90, box["y"] + y)
            page.mouse.up(button="middle")
            self.settle(page)
            page.mouse.move(box["x"] + x, box["y"] + y)
            self.settle(page)
            self.assertNotEqual(self.numbers(page, "pointer-voxel"), before)
            page.keyboard.press("0")
            page.mouse.move(box["x"] + x, box["y"] + y)
            self.settle(page)
            self.assertEqual(self.numbers(page, "pointer-voxel"), before)

    def test_keys(self):
        with self.open(self.study.plain) as page:
            for key, plane in (("c", "coronal"), ("s", "sagittal"), ("a", "axial")):
                page.keyboard.press(key)
                self.assertTrue(self.canvas(page, plane).evaluate("(canvas) => document.activeElement === canvas"))
                page.keyboard.press("m")
                self.settle(page)
                self.assertEqual(page.locator(".plane:visible").count(), 1)
                page.keyboard.press("m")
                self.assertEqual(page.locator(".plane:visible").count(), 3)
            page.keyboard.press("x")
            self.assertFalse(page.locator("#crosshair").is_checked())
            page.keyboard.press("o")
            self.assertEqual(page.locator("#contour").input_value(), "0")
            page.keyboard.press("]")
            self.assertEqual(page.locator("#opacity").input_value(), "45")
            page.keyboard.press("w")
            self.assertIn("Window all values", page.locator("#spoken").inner_text())
            page.keyboard.press("?")
            self.assertTrue(page.locator("#help").is_visible())
            page.keyboard.press("Escape")
            self.assertFalse(page.locator("#help").is_visible())
            # Letters that are typed are no keys.
            page.locator("#level").fill("")
            page.locator("#level").press("x")
            self.assertFalse(page.locator("#crosshair").is_checked())


class PageTests(PageCase):
    def test_names_are_only_shown(self):
        with self.open(self.study.oblique) as page:
            self.assertEqual(page.title(), "_b_oblique_img_src_x_ · tomos view")
            self.assertIsNone(page.evaluate("window.broken ?? null"))
            names = page.locator("#label-list .name").all_inner_texts()
            self.assertEqual(names, SHOWN)
            self.assertIn("up to 14.0° off", page.locator("#notices").inner_text())
            # The case's name is in the title and nowhere else.
            self.assertNotIn("oblique", page.locator("body").inner_html())

    def test_an_image_alone(self):
        with self.browser.page(["-i", self.study.plain.image]) as page:
            self.assertFalse(page.locator("#labels").is_visible())
            self.assertFalse(page.locator("#opacity").is_visible())
            self.assertFalse(page.locator("#label-row").is_visible())
            page.keyboard.press("l")
            page.keyboard.press("a")
            page.keyboard.press("ArrowUp")
            self.assertEqual(self.slice(page, "axial"), self.study.plain.values.shape[2] // 2 + 1)

    def test_at_every_size(self):
        for width, height, scheme in SIZES:
            with (
                self.subTest(width=width, scheme=scheme),
                self.open(self.study.plain, width=width, height=height, scheme=scheme) as page,
            ):
                self.settle(page)
                if self.screens:
                    page.screenshot(path=self.screens / f"view-{width}-{scheme}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                self.assertLessEqual(wide, width)
                for plane in PLANES:
                    box = self.canvas(page, plane).bounding_box()
                    self.assertGreater(min(box["width"], box["height"]), 120)
                found = Axe().run(page).response["violations"]
                grave = [one for one in found if one["impact"] in ("serious", "critical")]
                grave = [f"{one['id']}: {one['nodes'][0]['html']}" for one in grave]
                self.assertEqual(grave, [])
                if scheme == "light":
                    page.locator("#help-open").click()
                    self.assertLessEqual(page.locator("#help").bounding_box()["width"], width)
                    if self.screens:
                        page.screenshot(path=self.screens / f"view-{width}-keys.png")
