"""Images and labels that are made here, and what nibabel reads of them."""

import csv
import pathlib

import nibabel
import numpy

# Names that a page must only show.
HOSTILE = ["<script>window.broken = 1</script>", '"><img src=x onerror="window.broken = 2">', "left \u202eright\u202c"]
# The same as they are shown: on one line, and written in one direction.
SHOWN = [*HOSTILE[:2], "left right"]
COLOURS = [(230, 159, 0), (86, 180, 233), (0, 158, 115)]


class Image:
    """An image with its labels, as files and as nibabel has them along the axes nearest to R, A and S."""

    def __init__(self, image: pathlib.Path, labels: pathlib.Path, table: pathlib.Path | None = None):
        self.image, self.labels, self.table = image, labels, table
        self.file = nibabel.load(image)
        self.canonical = nibabel.as_closest_canonical(self.file)
        self.values = numpy.asarray(self.canonical.get_fdata())
        self.ids = numpy.asarray(nibabel.as_closest_canonical(nibabel.load(labels)).dataobj).astype(int)

    @property
    def spacing(self):
        return nibabel.affines.voxel_sizes(self.canonical.affine)

    def file_value(self, voxel) -> float:
        """The value at a voxel as the file counts it."""
        return float(self.file.get_fdata()[tuple(voxel)])


class Study:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.plain = self.make("plain", numpy.diag([-0.9, -0.9, 2.5, 1]), numpy.int16)
        # Stored as slices from the front to the back, with a slope.
        turned = numpy.array([[0, 0.9, 0, 0], [0, 0, -2.5, 0], [-0.9, 0, 0, 0], [0, 0, 0, 1.0]])
        self.turned = self.make("turned", turned, numpy.float32)
        angle = numpy.deg2rad(14)
        oblique = numpy.diag([0.9, 0.9, 2.5, 1.0])
        rotation = numpy.eye(4)
        rotation[1:3, 1:3] = [[numpy.cos(angle), -numpy.sin(angle)], [numpy.sin(angle), numpy.cos(angle)]]
        self.oblique = self.make("<b>oblique<img src=x>", rotation @ oblique, numpy.int16)

    def make(self, name: str, affine, kind) -> Image:
        """A head of sorts: an ellipsoid with parts, in values of its own, and two of the parts as labels."""
        shape = (96, 80, 40) if name != "turned" else (80, 96, 40)
        affine = numpy.array(affine, float)
        affine[:3, 3] = [3, -7, 12] - affine[:3, :3] @ ((numpy.array(shape) - 1) / 2)
        i, j, k = numpy.meshgrid(*(numpy.arange(n) for n in shape), indexing="ij")
        axes = [(grid - (n - 1) / 2) / (n / 2) for grid, n in zip((i, j, k), shape)]
        radius = numpy.sqrt(sum(a**2 for a in axes))
        noise = (i * 7919 + j * 104729 + k * 1299709) % 61
        values = numpy.where(radius < 0.92, 500 + 300 * axes[0] + 120 * axes[1] + noise, noise)
        labels = numpy.zeros(shape, numpy.uint8)
        for id, centre, size in ((1, (0.25, 0.1, 0), 0.3), (2, (-0.35, 0, 0.1), 0.22), (3, (0.25, 0.1, 0), 0.12)):
            inside = sum((a - c) ** 2 for a, c in zip(axes, centre)) < size**2
            labels[inside] = id
            values[inside] += 150 * id
        values = values / 8 if kind == numpy.float32 else values
        image, map = (self.folder / f"{name}{end}.nii.gz" for end in ("", "_labels"))
        image.parent.mkdir(exist_ok=True, parents=True)
        map.parent.mkdir(exist_ok=True, parents=True)
        nibabel.save(nibabel.Nifti1Image(values.astype(kind), affine), str(image))
        nibabel.save(nibabel.Nifti1Image(labels, affine), str(map))
        table = self.folder / "names.tsv"
        with table.open("w", newline="") as file:
            rows = csv.writer(file, delimiter="\t", lineterminator="\n")
            rows.writerow(["index", "name", "r", "g", "b"])
            rows.writerows([n + 1, name, *colour] for n, (name, colour) in enumerate(zip(HOSTILE, COLOURS)))
        return Image(image, map, table)
