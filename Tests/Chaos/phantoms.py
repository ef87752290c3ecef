"""Small NIfTI phantoms: the committed ones on a coarser grid, varied cheaply so that no two files are alike."""

import array
import dataclasses
import functools
import gzip
import pathlib
import random
import struct

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "sample-data"
SOURCES = [SAMPLES / f"packs/phantom/images/phantom-{letter}.nii.gz" for letter in "abc"]
SOURCES.append(SAMPLES / "study/case-1.nii.gz")

HEADER = 352
# Voxels by which a phantom is moved along x and y: it stays within the air around the body.
REACH = 2
MOVES = [(dx, dy) for dy in range(-REACH, REACH + 1) for dx in range(-REACH, REACH + 1)]
# Phantoms from this number on differ in their noise alone.
DISTINCT = len(SOURCES) * len(MOVES)


@dataclasses.dataclass(frozen=True)
class Phantom:
    """A volume of int16, the first axis fastest; affine 3x4, voxel to RAS millimetres."""

    header: bytes
    shape: tuple[int, int, int]
    affine: tuple[tuple[float, ...], ...]
    voxels: bytes

    def file(self) -> bytes:
        """A NIfTI-1 file."""
        return self.header + self.voxels

    def compressed(self) -> bytes:
        """The same, gzipped: the same bytes each time."""
        return gzip.compress(self.file(), compresslevel=1, mtime=0)


def phantom(number: int, shape=(64, 64, 24)) -> Phantom:
    """The phantom of a number from 0: always the same, and like no other in its bytes."""
    base = coarser(SOURCES[number % len(SOURCES)], shape)
    dx, dy = MOVES[number // len(SOURCES) % len(MOVES)]
    shift = 2 * (dx + shape[0] * dy)
    voxels = array.array("h", base.voxels[-shift:] + base.voxels[:-shift])
    grain = random.Random(number)
    for _ in range(200):
        place = grain.randrange(len(voxels))
        voxels[place] += grain.choice((-9, -6, 6, 9))
    voxels[number % len(voxels)] += number // len(voxels) + 1
    return dataclasses.replace(base, voxels=voxels.tobytes())


@functools.cache
def coarser(path: pathlib.Path, shape: tuple[int, int, int]) -> Phantom:
    """The nearest voxels of a committed phantom on a grid of `shape` over the same field of view."""
    content = gzip.decompress(path.read_bytes())
    full = struct.unpack_from("<3h", content, 42)
    values = memoryview(content)[HEADER:].cast("h")
    x, y, z = ([int((n + 0.5) * old / new) for n in range(new)] for old, new in zip(full, shape))
    picked = array.array("h")
    for k in z:
        for j in y:
            row = full[0] * (j + full[1] * k)
            picked.extend([values[row + i] for i in x])
    header = bytearray(content[:HEADER])
    affine = rescaled(struct.unpack_from("<12f", content, 280), full, shape)
    spacing = [sum(row[axis] ** 2 for row in affine) ** 0.5 for axis in range(3)]
    struct.pack_into("<3h", header, 42, *shape)
    struct.pack_into("<3f", header, 80, *spacing)
    struct.pack_into("<3f", header, 268, *(row[3] for row in affine))
    struct.pack_into("<12f", header, 280, *(value for row in affine for value in row))
    return Phantom(bytes(header), shape, affine, picked.tobytes())


def rescaled(sform, full, shape):
    """The affine of the coarser grid: the field of view and its middle stay."""
    rows = []
    for row in (sform[0:4], sform[4:8], sform[8:12]):
        steps = [step * old / new for step, old, new in zip(row, full, shape)]
        rows.append((*steps, row[3] + sum((new - old) / 2 for new, old in zip(steps, row))))
    return tuple(rows)
