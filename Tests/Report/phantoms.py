"""Views of cases that are drawn: ellipsoids in an ellipsoid, in the files that a report shows."""

import base64
import json
import pathlib
import zlib

import numpy
from PIL import Image

PIXEL = 1.5
# Edges of each plane: left, right, top, bottom.
PLANES = {"axial": ("R", "L", "A", "P"), "coronal": ("R", "L", "S", "I"), "sagittal": ("A", "P", "S", "I")}
PALETTE = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#b3b3b3"]


def labels(count: int, names: list[str] | None = None) -> list[dict]:
    """The labels of a task: ids from 1, names, colours."""
    given = names or []
    return [
        {
            "id": number,
            "name": given[number - 1] if number <= len(given) else f"structure {number}",
            "colour": PALETTE[(number - 1) % len(PALETTE)] if count <= 8 else colour(number),
        }
        for number in range(1, count + 1)
    ]


def colour(number: int) -> str:
    """Colours that lie apart for as many labels as there are."""
    hue = number * 0.61803398875 % 1 * 6
    channels = [min(1, max(0, abs((hue + shift) % 6 - 3) - 1)) for shift in (0, 4, 2)]
    depth = 0.55 + 0.45 * (number % 3) / 2
    return "#" + "".join(f"{round(255 * (0.15 + 0.85 * one * depth)):02x}" for one in channels)


class Phantom:
    """A body with organs: grey values and a label map, axes right, anterior, superior, and where each organ lies."""

    def __init__(self, count: int, seed: int, shape=(96, 76, 64)):
        chance = numpy.random.default_rng(seed)
        self.shape = numpy.array(shape)
        self.origin = -self.shape * PIXEL / 2 + chance.uniform(-3, 3, 3)
        grid = numpy.stack(numpy.meshgrid(*[numpy.arange(one) for one in shape], indexing="ij"), -1).astype(
            numpy.float32
        )
        middle = (self.shape - 1) / 2
        body = (((grid - middle) / (self.shape * 0.46)) ** 2).sum(-1)
        self.values = numpy.where(body < 1, 70 + 14 * numpy.cos(grid[..., 0] / 5) * numpy.sin(grid[..., 2] / 7), 4)
        self.values = numpy.where((body < 1) & (body > 0.86), 150, self.values)
        self.map = numpy.zeros(shape, numpy.uint8)
        self.organs = []
        side = max(2, round(count ** (1 / 3) + 0.5))
        cells = [(i, j, k) for i in range(side) for j in range(side) for k in range(side)]
        chance_of_place = numpy.random.default_rng(7)
        chance_of_place.shuffle(cells)
        for number, cell in enumerate(cells[:count], 1):
            centre = middle + (numpy.array(cell) + 0.5 - side / 2) / side * self.shape * 0.62 + chance.normal(0, 0.8, 3)
            radii = self.shape * 0.62 / side * chance.uniform(0.42, 0.58, 3)
            # Only what lies about it is looked at.
            low, high = (centre - 1.1 * radii).clip(0).astype(int), (centre + 1.1 * radii + 2).astype(int)
            box = tuple(slice(a, b) for a, b in zip(low, high))
            near = grid[box]
            wave = 1 + 0.14 * numpy.sin(near @ chance.uniform(-0.45, 0.45, 3))
            inside = ((((near - centre) / radii) ** 2).sum(-1) * wave < 1) & (body[box] < 0.84)
            self.map[box][inside] = number
            self.values[box][inside] = 95 + 70 * ((number * 0.618) % 1)
            self.organs.append((number, centre, radii))
        self.values = numpy.clip(self.values + chance.normal(0, 6, shape), 0, 255).astype(numpy.uint8)

    def slices(self, volume, plane: str):
        """Slices as rows of pixels, from inferior, posterior and left to superior, anterior and right."""
        if plane == "axial":
            return volume.transpose(2, 1, 0)[:, ::-1, ::-1]
        if plane == "coronal":
            return volume.transpose(1, 2, 0)[:, ::-1, ::-1]
        return volume.transpose(0, 2, 1)[:, ::-1, ::-1]

    def write(self, folder: pathlib.Path, task: list[dict], name: str):
        """The six files of a view."""
        folder.mkdir(parents=True)
        planes = []
        for plane, edges in PLANES.items():
            grey, numbers = self.slices(self.values, plane), self.slices(self.map, plane)
            axis = {"axial": 2, "coronal": 1, "sagittal": 0}[plane]
            columns = 8
            rows = -(-len(grey) // columns)
            tiles = numpy.zeros((rows * columns, *grey.shape[1:]), numpy.uint8)
            tiles[: len(grey)] = grey
            mosaic = (
                tiles.reshape(rows, columns, *grey.shape[1:]).transpose(0, 2, 1, 3).reshape(rows * grey.shape[1], -1)
            )
            Image.fromarray(mosaic).save(folder / f"{plane}.webp", quality=60)
            planes.append(
                {
                    "name": plane,
                    "file": f"{plane}.webp",
                    "columns": columns,
                    "slices": len(grey),
                    "width": grey.shape[2],
                    "height": grey.shape[1],
                    "pixel": PIXEL,
                    "positions": [round(float(self.origin[axis] + PIXEL * one), 3) for one in range(len(grey))],
                    "edges": edges,
                    "map": packed(numbers.tobytes()),
                }
            )
        view = {"case": name, "labels": task, "planes": planes, "surfaces": self.surfaces(), "whole": False}
        (folder / "view.js").write_text(f"tomosView({json.dumps(view)});\n")
        self.stills(folder, task)

    def surfaces(self) -> list[dict]:
        """Each organ as an ellipsoid of triangles, counter-clockwise from outside."""
        rows, columns = 14, 22
        made = []
        for number, centre, radii in self.organs:
            polar = numpy.linspace(0.001, numpy.pi - 0.001, rows)[:, None]
            around = numpy.linspace(0, 2 * numpy.pi, columns, endpoint=False)[None]
            unit = numpy.stack(
                [
                    numpy.sin(polar) * numpy.cos(around),
                    numpy.sin(polar) * numpy.sin(around),
                    numpy.cos(polar) + 0 * around,
                ],
                -1,
            )
            points = self.origin + PIXEL * (centre + radii * unit.reshape(-1, 3))
            low, high = points.min(0), points.max(0)
            step = (high - low) / 65535
            triangles = []
            for row in range(rows - 1):
                for column in range(columns):
                    a, b = row * columns + column, row * columns + (column + 1) % columns
                    triangles += [[a, a + columns, b], [b, a + columns, b + columns]]
            made.append(
                {
                    "label": number,
                    "origin": low.round(4).tolist(),
                    "step": step.round(8).tolist(),
                    "vertices": packed(((points - low) / step).round().astype("<u2").tobytes()),
                    "triangles": packed(numpy.array(triangles, "<u4").tobytes()),
                }
            )
        return made

    def stills(self, folder: pathlib.Path, task: list[dict]):
        """Thumbnail and planes, without a viewer."""
        colours = numpy.array([[0, 0, 0]] + [[int(one["colour"][at : at + 2], 16) for at in (1, 3, 5)] for one in task])
        shown = []
        for plane in PLANES:
            grey, numbers = (self.slices(one, plane) for one in (self.values, self.map))
            at = int((numbers > 0).sum((1, 2)).argmax())
            mixed = numpy.repeat(grey[at][..., None], 3, -1).astype(float)
            held = numbers[at] > 0
            mixed[held] = 0.5 * mixed[held] + 0.5 * colours[numbers[at][held]]
            size = (2 * mixed.shape[1], 2 * mixed.shape[0])
            shown.append(Image.fromarray(mixed.astype(numpy.uint8)).resize(size, Image.BICUBIC))
        fields = Image.new("RGB", (240, 80))
        for number, one in enumerate(shown):
            small = one.copy()
            small.thumbnail((80, 80))
            fields.paste(small, (80 * number + (80 - small.width) // 2, (80 - small.height) // 2))
        fields.save(folder / "thumbnail.webp", quality=60)
        high = max(one.height for one in shown)
        wide = Image.new("RGB", (sum(one.width for one in shown), high))
        left = 0
        for one in shown:
            wide.paste(one, (left, (high - one.height) // 2))
            left += one.width
        wide.save(folder / "planes.webp", quality=70)


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()
