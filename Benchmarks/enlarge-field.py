#!/usr/bin/env python3
"""Embeds NIfTI volumes in a larger field: voxels of 0, as many on either side, along each axis that is named.

Usage: enlarge-field.py OUT TIMES AXES FILE.nii.gz ...    Such as: enlarge-field.py out/long 2 j *.nii.gz
Files keep their names; OUT is made.
"""

import gzip
import pathlib
import struct
import sys


def enlarged(data: bytes, times: int, axes: str) -> bytes:
    header = bytearray(data[:348])
    order = "<" if struct.unpack_from("<i", header, 0)[0] == 348 else ">"
    shape = struct.unpack_from(order + "3h", header, 42)
    width = struct.unpack_from(order + "h", header, 72)[0] // 8
    start = int(struct.unpack_from(order + "f", header, 108)[0])
    if struct.unpack_from(order + "h", header, 254)[0] <= 0:
        raise SystemExit("a volume without sform: its origin cannot be moved here")
    size = [n * times if "ijk"[axis] in axes else n for axis, n in enumerate(shape)]
    before = [(large - n) // 2 for large, n in zip(size, shape)]
    struct.pack_into(order + "3h", header, 42, *size)
    # The first voxel lies `before` steps further back; only the sform is kept.
    struct.pack_into(order + "h", header, 252, 0)
    for row in range(3):
        offset = 280 + 16 * row
        a = list(struct.unpack_from(order + "4f", header, offset))
        a[3] -= sum(a[axis] * before[axis] for axis in range(3))
        struct.pack_into(order + "4f", header, offset, *a)
    voxels = bytearray(size[0] * size[1] * size[2] * width)
    line = shape[0] * width
    for k in range(shape[2]):
        for j in range(shape[1]):
            at = start + (k * shape[1] + j) * line
            to = ((k + before[2]) * size[1] + j + before[1]) * size[0] + before[0]
            voxels[to * width : to * width + line] = data[at : at + line]
    return bytes(header) + data[348:start] + bytes(voxels)


def main() -> None:
    out, times, axes = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    out.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[4:]:
        path = pathlib.Path(name)
        data = gzip.decompress(path.read_bytes())
        (out / path.name).write_bytes(gzip.compress(enlarged(data, times, axes), 1))


main()
