"""A case's page: slices, outlines, the linked point, labels' toggles, surfaces, ratings, ways to other cases."""

import base64
import io
import json
import re
import zlib

import numpy
from PIL import Image

from . import studies


def rgb(colour: str) -> numpy.ndarray:
    return numpy.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])


class OneCase(studies.MockTest):
    def setUp(self):
        super().setUp()
        self.one = self.report.done[1]

    def open(self, one=None, report=None):
        one = one or self.one
        report = report or self.report
        self.page.goto(report.case_address(one))
        if one.get("view"):
            self.page.wait_for_selector(".surfaces canvas")
            text = (report.folder / "cases" / one["id"] / "view.js").read_text()
            self.view = json.loads(re.fullmatch(r"tomosView\((.*)\);", text.strip(), re.S)[1])

    def settle(self):
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def picture(self, which: str) -> numpy.ndarray:
        self.settle()
        shot = self.page.locator(which).screenshot()
        return numpy.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)

    def many(self, which: str, colour: str) -> int:
        """How much of a picture has about a colour."""
        return int((abs(self.picture(which) - rgb(colour)).sum(-1) < 60).sum())

    def plane(self, name: str) -> str:
        return f".plane:has(strong:text-is('{name}'))"

    def point(self, plane: int, across: float, down: float) -> tuple[float, float]:
        """Where a pixel of a slice is on the page: slices are drawn as large as they go, in the middle."""
        told = self.view["planes"][plane]
        box = self.page.locator(f"{self.plane(told['name'].title())} canvas").bounding_box()
        scale = min(box["width"] / told["width"], box["height"] / told["height"])
        left = box["x"] + (box["width"] - scale * told["width"]) / 2
        top = box["y"] + (box["height"] - scale * told["height"]) / 2
        return left + scale * (across + 0.5), top + scale * (down + 0.5)

    def test_a_point_links_the_planes(self):
        self.open()
        axial, coronal, sagittal = self.view["planes"]
        column, row = 20, 30
        self.page.mouse.click(*self.point(0, column, row))
        self.settle()
        # Columns go from right to left, rows from anterior to posterior: the last position comes first.
        for plane, title, letters, mm in [
            (sagittal, "Sagittal", "RL", sagittal["positions"][axial["width"] - 1 - column]),
            (coronal, "Coronal", "AP", coronal["positions"][axial["height"] - 1 - row]),
        ]:
            at = plane["positions"].index(mm)
            wanted = f"{abs(mm):.1f} mm {letters[mm < 0]} · {at + 1}/{plane['slices']}"
            self.assertEqual(self.page.inner_text(f"{self.plane(title)} .position"), wanted)

    def test_the_pointer_names_its_label(self):
        self.open()
        slice_of = int(self.page.inner_text(f"{self.plane('Axial')} .position").split("·")[1].split("/")[0]) - 1
        axial = self.view["planes"][0]
        map = numpy.frombuffer(zlib.decompress(base64.b64decode(axial["map"])), numpy.uint8)
        map = map.reshape(axial["slices"], axial["height"], axial["width"])[slice_of]
        for value in [one for one in numpy.unique(map) if one]:
            rows, columns = numpy.nonzero(map == value)
            at = len(rows) // 2
            self.page.mouse.move(*self.point(0, columns[at], rows[at]))
            self.assertEqual(self.page.inner_text(".below").strip(), self.view["labels"][value - 1]["name"])

    def test_slices_move_by_slider_wheel_and_keys(self):
        self.open()
        position = f"{self.plane('Coronal')} .position"
        number = lambda: int(self.page.inner_text(position).split("·")[1].split("/")[0])
        slider = self.page.locator(f"{self.plane('Coronal')} input")
        slider.fill("10")
        self.assertEqual(number(), 11)
        before = self.picture(f"{self.plane('Coronal')} canvas")
        self.page.mouse.move(*self.point(1, 5, 5))
        self.page.mouse.wheel(0, 100)
        self.opened.until("document.querySelectorAll('.position')[1].textContent.includes('12/')")
        self.assertGreater(abs(self.picture(f"{self.plane('Coronal')} canvas") - before).mean(), 0.2)
        self.page.locator(f"{self.plane('Coronal')} canvas").focus()
        for key, wanted in [("ArrowUp", 13), ("ArrowRight", 14), ("ArrowLeft", 13), ("ArrowDown", 12)]:
            self.page.keyboard.press(key)
            self.assertEqual(number(), wanted)
        self.page.keyboard.press("Home")

    def test_labels_are_shown_as_lines_and_fill(self):
        self.open()
        # Pixels of the axial plane that have a label's colour: a line, a fill, nothing.
        label = self.view["labels"][0]
        axial = f"{self.plane('Axial')} canvas"
        slider = self.page.locator(f"{self.plane('Axial')} input")
        best = max(
            range(self.view["planes"][0]["slices"]),
            key=lambda at: (slider.fill(str(at)), self.many(axial, label["colour"]))[1] if at % 8 == 0 else 0,
        )
        slider.fill(str(best))
        lines = self.many(axial, label["colour"])
        self.assertGreater(lines, 60)
        self.page.locator("input[aria-label='Opacity of the fill']").fill("1")
        full = self.many(axial, label["colour"])
        self.assertGreater(full, 4 * lines)
        self.page.locator("input[aria-label='Opacity of the fill']").fill("0.3")
        self.assertLess(self.many(axial, label["colour"]), full / 2)
        self.page.click(f".label-list li[data-id='{label['id']}'] input")
        self.assertEqual(self.many(axial, label["colour"]), 0)

    def test_toggles_hold_for_surfaces(self):
        self.open()
        canvas = ".surfaces canvas"
        # What has a colour belongs to a label; frames and ground are grey.
        coloured = lambda: int((numpy.ptp(self.picture(canvas), axis=-1) > 40).sum())
        everything = coloured()
        self.assertGreater(everything, 3000)
        for one in self.view["labels"]:
            self.page.click(f".label-list li[data-id='{one['id']}'] .only")
            alone = coloured()
            self.assertGreater(alone, 150, one["name"])
            self.assertLess(alone, 0.7 * everything, one["name"])
        self.page.click(".panel-labels button:text-is('None')")
        self.assertEqual(coloured(), 0)
        self.page.click(".panel-labels button:text-is('All')")
        front = self.picture(canvas)
        self.page.click(".side[aria-label='Seen from above']")
        above = self.picture(canvas)
        self.assertGreater(abs(front - above).mean(), 4)
        box = self.page.locator(canvas).bounding_box()
        self.page.mouse.move(box["x"] + 100, box["y"] + 100)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 180, box["y"] + 140)
        self.page.mouse.up()
        turned = self.picture(canvas)
        self.assertGreater(abs(turned - above).mean(), 2)
        self.page.mouse.wheel(0, -600)
        self.page.wait_for_timeout(100)
        self.assertGreater(coloured(), 1.3 * (numpy.ptp(turned, axis=-1) > 40).sum())

    def test_sides_are_the_patients(self):
        # Seen from the front the patient's right is on the left; seen from above it is on the right, anterior up.
        self.open()
        middle = lambda at: numpy.mean(
            [
                [one["origin"][axis] + one["step"][axis] * 32767 for axis in range(3)]
                for one in self.view["surfaces"]
                if one["label"] == at
            ],
            0,
        )
        centres = {one["id"]: middle(one["id"]) for one in self.view["labels"]}
        places = {}
        for side in ("from the front", "from above"):
            self.page.click(f".side[aria-label='Seen {side}']")
            for one in self.view["labels"]:
                self.page.click(f".label-list li[data-id='{one['id']}'] .only")
                bright = numpy.nonzero(numpy.ptp(self.picture(".surfaces canvas"), axis=-1) > 40)
                places[side, one["id"]] = (bright[1].mean(), bright[0].mean())
        ids = list(centres)
        for a in ids:
            for b in ids:
                right, anterior, superior = centres[a] - centres[b]
                for side, up in (("from the front", superior), ("from above", anterior)):
                    (x, y), (u, v) = places[side, a], places[side, b]
                    sign = 1 if side == "from above" else -1
                    if abs(right) > 15:
                        self.assertGreater((x - u) * right * sign, 0, f"{side}: {a} and {b}")
                    if abs(up) > 15:
                        self.assertLess((y - v) * up, 0, f"{side}: {a} and {b}")

    def test_case_and_labels_are_rated(self):
        self.open()
        press = self.page.keyboard.press
        press("2")
        label = self.one["labels"][2]["id"]
        self.page.click(f"tr[data-label='{label}'] .rate-exclude")
        self.page.click(f"tr[data-label='{label}'] .rate-note")
        self.page.fill("#note-words", "other organ")
        self.page.click("dialog button.main")
        press("u")
        self.page.wait_for_selector("tr[aria-current]")
        self.assertIn("2 ratings are not saved yet", self.page.inner_text(".saving"))
        with self.page.expect_download() as waited:
            self.page.click("#save")
        rows = [line.split("\t")[:4] for line in waited.value.path().read_text().splitlines()]
        mine = [row for row in rows if row[0] == self.one["id"]]
        self.assertEqual(
            mine, [[self.one["id"], "n/a", "fix", "n/a"], [self.one["id"], str(label), "exclude", "other organ"]]
        )

    def test_one_plane_alone(self):
        self.open()
        height = lambda: self.page.locator(".screens").bounding_box()["height"]
        before, four = height(), self.picture(f"{self.plane('Sagittal')} canvas").shape
        self.page.click(f"{self.plane('Sagittal')} .enlarge")
        self.assertEqual(self.page.locator(".plane:visible").count(), 1)
        self.assertAlmostEqual(height(), before, delta=4)
        large = self.picture(f"{self.plane('Sagittal')} canvas").shape
        self.assertGreater(large[0] * large[1], 3 * four[0] * four[1])
        self.page.keyboard.press("z")
        self.assertEqual(self.page.locator(".plane:visible").count(), 4)

    def test_next_and_previous(self):
        done = self.report.done
        self.open(done[0])
        self.page.keyboard.press("k")
        self.page.keyboard.press("j")
        self.page.wait_for_url(f"**/{done[1]['id']}.html")
        self.page.keyboard.press("j")
        self.page.wait_for_url(f"**/{done[2]['id']}.html")
        self.page.keyboard.press("k")
        self.page.wait_for_url(f"**/{done[1]['id']}.html")
        self.page.keyboard.press("Escape")
        self.page.wait_for_url("**/index.html*")

    def test_a_failed_case(self):
        one = next(each for each in self.report.cases if each["status"] == "failed")
        self.open(one)
        text = self.page.inner_text("main")
        for words in (one["reason"], one["category"], one["stage"], "error: the data end after 31 of 64 slices"):
            self.assertIn(words, text)
        self.assertEqual(self.page.locator("img, canvas").count(), 0)

    def test_a_hundred_labels(self):
        report = self.bench.mock(40, 104)
        self.open(report.done[0], report)
        self.assertEqual(self.page.locator(".label-list li").count(), 104)
        self.assertEqual(self.page.locator("tr[data-label]").count(), 104)
        self.page.fill("input[aria-label='Find a label']", "structure 10")
        self.assertEqual(self.page.locator(".label-list li:visible").count(), 6)
        views, panel = (self.page.locator(which).bounding_box()["height"] for which in (".screens", ".panel-labels"))
        self.assertLessEqual(panel, views + 1)


def suite(bench):
    yield studies.of(OneCase, bench)
