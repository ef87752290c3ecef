"""CT series as a scanner stores them, written by hand: one file a slice, explicit VR, little endian (PS3.5, PS3.10).

Only what a reader must have is in them; nobody is named.
"""

import struct

from .phantoms import Phantom

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
LONG = {"OB", "OW", "SQ", "UN", "UT"}


def uid(*numbers: int) -> str:
    """A UID of the root 2.25 that is always the same for the same numbers."""
    value = 1
    for number in numbers:
        value = value * 1_000_003 + number + 1
    return f"2.25.{10**24 + value}"


def element(group: int, number: int, vr: str, value: bytes | str) -> bytes:
    if isinstance(value, str):
        value = value.encode("ascii")
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    if vr in LONG:
        return struct.pack("<HH2sHI", group, number, vr.encode(), 0, len(value)) + value
    return struct.pack("<HH2sH", group, number, vr.encode(), len(value)) + value


def decimals(values) -> str:
    return "\\".join(f"{value + 0.0:.8g}" for value in values)


def unsigned(value: int) -> bytes:
    return struct.pack("<H", value)


def series(phantom: Phantom, number: int) -> list[bytes]:
    """The files of a phantom's slices, the lowest first; `number` tells the patients and their UIDs apart."""
    return [instance(phantom, number, k) for k in range(phantom.shape[2])]


def instance(phantom: Phantom, number: int, k: int) -> bytes:
    columns, rows, _ = phantom.shape
    # Patient coordinates of DICOM run to the left and to the back.
    lps = [[sign * value for value in row] for sign, row in zip((-1, -1, 1), phantom.affine)]
    spacing = [sum(row[axis] ** 2 for row in lps) ** 0.5 for axis in range(3)]
    size = 2 * columns * rows
    image = uid(number, 4, k)
    meta = b"".join(
        [
            element(2, 0x1, "OB", b"\0\1"),
            element(2, 0x2, "UI", CT_IMAGE_STORAGE),
            element(2, 0x3, "UI", image),
            element(2, 0x10, "UI", EXPLICIT_LITTLE_ENDIAN),
            element(2, 0x12, "UI", uid(0)),
        ]
    )
    return (
        b"\0" * 128
        + b"DICM"
        + element(2, 0, "UL", struct.pack("<I", len(meta)))
        + meta
        + b"".join(
            [
                element(0x8, 0x8, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
                element(0x8, 0x16, "UI", CT_IMAGE_STORAGE),
                element(0x8, 0x18, "UI", image),
                element(0x8, 0x20, "DA", "20260101"),
                element(0x8, 0x30, "TM", "120000"),
                element(0x8, 0x50, "SH", ""),
                element(0x8, 0x60, "CS", "CT"),
                element(0x8, 0x70, "LO", "Tomos phantoms"),
                element(0x8, 0x90, "PN", ""),
                element(0x8, 0x103E, "LO", "Trunk"),
                element(0x10, 0x10, "PN", f"PHANTOM^{number}"),
                element(0x10, 0x20, "LO", f"PHANTOM-{number}"),
                element(0x10, 0x30, "DA", ""),
                element(0x10, 0x40, "CS", "O"),
                element(0x18, 0x15, "CS", "ABDOMEN"),
                element(0x18, 0x50, "DS", decimals(spacing[2:])),
                element(0x18, 0x60, "DS", "120"),
                element(0x18, 0x5100, "CS", "HFS"),
                element(0x20, 0xD, "UI", uid(number, 1)),
                element(0x20, 0xE, "UI", uid(number, 2)),
                element(0x20, 0x10, "SH", "1"),
                element(0x20, 0x11, "IS", "2"),
                element(0x20, 0x12, "IS", "1"),
                element(0x20, 0x13, "IS", str(k + 1)),
                element(0x20, 0x32, "DS", decimals(row[2] * k + row[3] for row in lps)),
                element(0x20, 0x37, "DS", decimals(row[axis] / spacing[axis] for axis in (0, 1) for row in lps)),
                element(0x20, 0x52, "UI", uid(number, 3)),
                element(0x20, 0x1040, "LO", ""),
                element(0x28, 0x2, "US", unsigned(1)),
                element(0x28, 0x4, "CS", "MONOCHROME2"),
                element(0x28, 0x10, "US", unsigned(rows)),
                element(0x28, 0x11, "US", unsigned(columns)),
                element(0x28, 0x30, "DS", decimals((spacing[1], spacing[0]))),
                element(0x28, 0x100, "US", unsigned(16)),
                element(0x28, 0x101, "US", unsigned(16)),
                element(0x28, 0x102, "US", unsigned(15)),
                element(0x28, 0x103, "US", unsigned(1)),
                element(0x28, 0x1052, "DS", "0"),
                element(0x28, 0x1053, "DS", "1"),
                element(0x28, 0x1054, "LO", "HU"),
                element(0x7FE0, 0x10, "OW", phantom.voxels[k * size : (k + 1) * size]),
            ]
        )
    )
