#!/usr/bin/env python3
"""Embeds NIfTI volumes in a field twice as long: as many voxels of 0 as there are, half of them on either side along j.

Usage: lengthen-field.py OUT FILE.nii.gz ...    Files keep their names; OUT is made.
"""

import gzip
import pathlib
import struct
import sys


def lengthened(data: bytes) -> bytes:
    header = bytearray(data[:348])
    order = "<" if struct.unpack_from("<i", header, 0)[0] == 348 else ">"
    ni, nj, nk = struct.unpack_from(order + "3h", header, 42)
    width = struct.unpack_from(order + "h", header, 72)[0] // 8
    start = int(struct.unpack_from(order + "f", header, 108)[0])
    sform_code = struct.unpack_from(order + "h", header, 254)[0]
    if sform_code <= 0:
        raise SystemExit("a volume without sform: its origin cannot be moved here")
    before = nj // 2
    after = nj - before
    struct.pack_into(order + "h", header, 44, 2 * nj)
    # The first voxel lies `before` steps further back; only the sform is kept.
    struct.pack_into(order + "h", header, 252, 0)
    for row in range(3):
        offset = 280 + 16 * row
        a = list(struct.unpack_from(order + "4f", header, offset))
        a[3] -= a[1] * before
        struct.pack_into(order + "4f", header, offset, *a)
    voxels = data[start : start + ni * nj * nk * width]
    plane = ni * nj * width
    parts = [bytes(header), data[348:start]]
    for k in range(nk):
        parts += [bytes(ni * before * width), voxels[k * plane : (k + 1) * plane], bytes(ni * after * width)]
    return b"".join(parts)


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:]:
        path = pathlib.Path(name)
        (out / path.name).write_bytes(gzip.compress(lengthened(gzip.decompress(path.read_bytes())), 1))


main()
