"""Copies of NIfTI files that are wrong in one way: mirrored by their headers, or of other values. No package is needed."""

import array
import gzip
import pathlib
import struct

# NIfTI-1's codes of the types that the development sets have, and those of Python's arrays.
TYPES = {2: "B", 4: "h", 8: "i", 16: "f", 512: "H", 64: "d"}
# Where the header holds the lines of the affine along R, A and S.
LINES = {"left and right exchanged": 280, "front and back exchanged": 296, "upside down": 312}


class Unreadable(Exception):
    """A file that is not of the kind that is copied here."""


def read(path: pathlib.Path) -> bytearray:
    data = path.read_bytes()
    data = bytearray(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    if data[:4] != struct.pack("<i", 348) or struct.unpack_from("<h", data, 254)[0] == 0:
        raise Unreadable(f"{path}: no little-endian NIfTI-1 file with an sform")
    return data


def mirror(data: bytearray, line: int):
    """Says of a volume that it lies the other way round along R, A or S."""
    values = struct.unpack_from("<4f", data, line)
    struct.pack_into("<4f", data, line, *(-value for value in values))
    struct.pack_into("<h", data, 252, 0)


def change(data: bytearray, rule):
    """Changes every voxel; `rule` makes the change of a percentile function and returns it."""
    kind = TYPES[struct.unpack_from("<h", data, 70)[0]]
    start = int(struct.unpack_from("<f", data, 108)[0])
    shape = struct.unpack_from("<8h", data, 40)
    count = shape[1] * shape[2] * shape[3]
    values = array.array(kind)
    values.frombytes(data[start : start + count * values.itemsize])
    ordered = sorted(values[::7])
    one = rule(lambda percent: ordered[min(int(percent / 100 * len(ordered)), len(ordered) - 1)])
    data[start : start + count * values.itemsize] = array.array(kind, [one(value) for value in values]).tobytes()


def narrow(percentile):
    low, high = percentile(30), percentile(80)
    return lambda value: min(max(value, low), high)


def inverted(percentile):
    low, high = percentile(0.5), percentile(99.5)
    return lambda value: high + low - min(max(value, low), high)


def shifted(_):
    return lambda value: value - 1000


def kinds(has_fixed_window: bool) -> dict:
    """By name what makes each kind of copy, of a file's bytes in place."""
    values = {"a window too narrow": narrow, "contrast inverted": inverted}
    if has_fixed_window:
        # Of the CTs here, whose values are HU + 1000.
        values["1000 subtracted"] = shifted
    made = {name: lambda data, line=line: mirror(data, line) for name, line in LINES.items()}
    return made | {name: lambda data, rule=rule: change(data, rule) for name, rule in values.items()}


def write(path: pathlib.Path, data: bytearray):
    path.write_bytes(gzip.compress(bytes(data), 1) if path.name.endswith(".gz") else bytes(data))
