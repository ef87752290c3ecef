"""Makes MR images to time the reading of headers with: many small files, files with long private headers, one file of
many frames. Usage: many_images.py classic|enhanced|tree FOLDER    Needs numpy. The same call gives the same bytes.

Written by hand, in explicit little endian: thousands of files in seconds, and every length is known.
"""
import pathlib
import struct
import sys

import numpy as np

ROOT = "1.2.826.0.1.3680043.10.999"
CLASSIC, ENHANCED = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1"
LONG = {b"OB", b"OW", b"SQ", b"UN", b"UT"}
UNDEFINED = 0xFFFFFFFF
SIDE = 64


def element(tag, vr, value):
    """One element; texts are padded, numbers are packed by their representation."""
    vr = vr.encode()
    if isinstance(value, (int, float)):
        value = struct.pack({b"US": "<H", b"SS": "<h", b"UL": "<I", b"SL": "<i", b"FL": "<f", b"FD": "<d"}[vr], value)
    elif isinstance(value, str):
        value = value.encode()
    if len(value) % 2:
        value += b"\0" if vr in (b"UI", b"OB") else b" "
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    return head + (struct.pack("<HI", 0, len(value)) if vr in LONG else struct.pack("<H", len(value))) + value


def sequence(tag, items, is_undefined=True):
    """A sequence; its end is told by delimiters, or by lengths."""
    if not is_undefined:
        return element(tag, "SQ", b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in items))
    head = struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, b"SQ", 0, UNDEFINED)
    start, end = struct.pack("<HHI", 0xFFFE, 0xE000, UNDEFINED), struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    return head + b"".join(start + item + end for item in items) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def file_bytes(sop_class, instance, elements):
    meta = b"".join(
        [
            element(0x00020001, "OB", b"\0\1"), element(0x00020002, "UI", sop_class),
            element(0x00020003, "UI", instance), element(0x00020010, "UI", "1.2.840.10008.1.2.1"),
            element(0x00020012, "UI", f"{ROOT}.9"),
        ]
    )
    body = b"".join(elements[tag] for tag in sorted(elements))
    return bytes(128) + b"DICM" + element(0x00020000, "UL", len(meta)) + meta + body


def text(numbers):
    return "\\".join(f"{number:g}" for number in numbers)


def common(sop_class, instance, series):
    """What every image states, by tag."""
    rows = [
        (0x00080005, "CS", "ISO_IR 100"), (0x00080008, "CS", "ORIGINAL\\PRIMARY\\M_FFE\\M\\FFE"),
        (0x00080016, "UI", sop_class), (0x00080018, "UI", instance), (0x00080020, "DA", "20200101"),
        (0x00080021, "DA", "20200101"), (0x00080022, "DA", "20200101"), (0x00080023, "DA", "20200101"),
        (0x00080030, "TM", "120000"), (0x00080031, "TM", "120100"), (0x00080032, "TM", "120200.5"),
        (0x00080033, "TM", "120200.5"), (0x00080050, "SH", "0"), (0x00080060, "CS", "MR"),
        (0x00080070, "LO", "Philips Medical Systems"), (0x00080080, "LO", "Benchmark"),
        (0x00081030, "LO", "benchmark"), (0x0008103E, "LO", f"benchmark {series}"), (0x00081090, "LO", "Ingenia"),
        (0x00100010, "PN", "Nobody"), (0x00100020, "LO", "0"), (0x00180015, "CS", "BRAIN"),
        (0x00180020, "CS", "GR"), (0x00180021, "CS", "MP"), (0x00180022, "CS", "OTHER"), (0x00180023, "CS", "3D"),
        (0x00180050, "DS", "2.5"), (0x00180080, "DS", "2000"), (0x00180081, "DS", "30"), (0x00180082, "DS", "0"),
        (0x00180083, "DS", "1"), (0x00180084, "DS", "127.7"), (0x00180085, "SH", "1H"), (0x00180086, "IS", "1"),
        (0x00180087, "DS", "3"), (0x00180088, "DS", "2.5"), (0x00180089, "IS", "64"), (0x00180091, "IS", "1"),
        (0x00180093, "DS", "100"), (0x00180094, "DS", "100"), (0x00180095, "DS", "400"), (0x00181000, "LO", "1"),
        (0x00181020, "LO", "5.1.7\\5.1.7.0"), (0x00181030, "LO", f"benchmark {series}"),
        (0x00181100, "DS", "200"), (0x00181250, "SH", "MULTI COIL"), (0x00181310, "US", b"\0\0@\0@\0\0\0"),
        (0x00181312, "CS", "ROW"), (0x00181314, "DS", "80"), (0x00185100, "CS", "HFS"),
        (0x0020000D, "UI", f"{ROOT}.1"), (0x0020000E, "UI", f"{ROOT}.2.{series}"), (0x00200010, "SH", "1"),
        (0x00200011, "IS", f"{series}"), (0x00200012, "IS", "1"), (0x00200052, "UI", f"{ROOT}.4"),
        (0x00201040, "LO", ""), (0x00280002, "US", 1), (0x00280004, "CS", "MONOCHROME2"), (0x00280010, "US", SIDE),
        (0x00280011, "US", SIDE), (0x00280100, "US", 16), (0x00280101, "US", 12), (0x00280102, "US", 11),
        (0x00280103, "US", 0), (0x00281050, "DS", "2000"), (0x00281051, "DS", "4000"),
    ]
    return {tag: element(tag, vr, value) for tag, vr, value in rows}


def placed(elements, k, time, number):
    """Adds what differs from slice to slice."""
    rows = [
        (0x00200013, "IS", f"{number}"), (0x00200100, "IS", f"{time + 1}"), (0x00200105, "IS", "1"),
        (0x00200032, "DS", text([-80, -80, 2.5 * k])), (0x00200037, "DS", "1\\0\\0\\0\\1\\0"),
        (0x00280030, "DS", "2.5\\2.5"), (0x00281052, "DS", "0"), (0x00281053, "DS", "1"),
    ]
    elements.update({tag: element(tag, vr, value) for tag, vr, value in rows})


def private(kibibytes):
    """A private header as one vendor writes it: a hundred short elements, and sequences of small elements and of bytes
    that nobody reads, some with delimiters and some with lengths."""
    elements = {
        0x20010010: element(0x20010010, "LO", "Philips Imaging DD 001"),
        0x20050010: element(0x20050010, "LO", "Philips MR Imaging DD 001"),
        0x20050014: element(0x20050014, "LO", "Philips MR Imaging DD 005"),
    }
    for n in range(50):
        # From 81 on no element has a meaning that a converter knows.
        elements[0x20011081 + n] = element(0x20011081 + n, "LO", f"private {n}")
        elements[0x200510B4 + n] = element(0x200510B4 + n, "FL", n / 7)
    item = element(0x20050014, "LO", "Philips MR Imaging DD 005") + b"".join(
        element(0x20051481 + n, "CS" if n % 2 else "DS", "NO" if n % 2 else f"{n / 3:.9f}") for n in range(60)
    )
    half = kibibytes * 512
    elements[0x20051480] = sequence(0x20051480, [item] * (half // len(item)))
    blob = element(0x20050014, "LO", "Philips MR Imaging DD 005") + element(0x20051481, "OB", bytes(2048))
    elements[0x20051580] = sequence(0x20051580, [blob] * (half // len(blob)), is_undefined=False)
    return elements


def cells(rng, k):
    """One slice: a disc that drifts, with noise."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    disc = ((x - 32 - k % 7) ** 2 + (y - 32) ** 2 < 500) * 900
    return np.clip(disc + rng.normal(60, 18, (SIDE, SIDE)), 0, 4095).astype("<u2").tobytes()


def write_series(folder, series, slices, times, kibibytes=0):
    """A series of slices, repeated over time, one file for each image."""
    rng = np.random.default_rng(series)
    folder.mkdir(parents=True, exist_ok=True)
    extra = private(kibibytes) if kibibytes else {}
    for time in range(times):
        for k in range(slices):
            number = time * slices + k + 1
            instance = f"{ROOT}.3.{series}.{number}"
            elements = common(CLASSIC, instance, series) | extra
            placed(elements, k, time, number)
            elements[0x00200105] = element(0x00200105, "IS", f"{times}")
            elements[0x7FE00010] = element(0x7FE00010, "OW", cells(rng, k))
            (folder / f"IM{number:05}.dcm").write_bytes(file_bytes(CLASSIC, instance, elements))


def write_classic(folder):
    """3,000 files: 60 slices at 50 times, each with a private header of 64 KiB."""
    write_series(folder, 1, 60, 50, kibibytes=64)


def write_tree(folder):
    """300 series of 20 files."""
    for series in range(1, 301):
        write_series(folder / f"series{series:03}", series, 20, 1)


def write_enhanced(folder):
    """One file of 3,000 frames: 60 slices at 50 times."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, instance = np.random.default_rng(1), f"{ROOT}.3.1"
    elements = common(ENHANCED, instance, 1)
    for tag in (0x00180050, 0x00180088, 0x00281050, 0x00281051):
        elements.pop(tag)
    times, slices = 50, 60
    elements[0x00209222] = sequence(0x00209222, [
        element(0x00209165, "AT", struct.pack("<HH", 0x0020, tag))
        + element(0x00209167, "AT", struct.pack("<HH", 0x0020, 0x9111))
        for tag in (0x9128, 0x9057)
    ])
    elements[0x00280008] = element(0x00280008, "IS", f"{times * slices}")
    measures = b"".join(
        element(tag, "DS", value)
        for tag, value in ((0x00180050, "2.5"), (0x00180088, "2.5"), (0x00280030, "2.5\\2.5")))
    elements[0x52009229] = sequence(0x52009229, [
        sequence(0x00209116, [element(0x00200037, "DS", "1\\0\\0\\0\\1\\0")]) + sequence(0x00289110, [measures])
    ])
    elements[0x52009230] = sequence(0x52009230, [frame(k, time) for time in range(times) for k in range(slices)])
    elements[0x7FE00010] = element(
        0x7FE00010, "OW", b"".join(cells(rng, k) for _ in range(times) for k in range(slices)))
    (folder / "enhanced.dcm").write_bytes(file_bytes(ENHANCED, instance, elements))


def frame(k, time):
    """The functional groups of one frame."""
    groups = [
        (0x00189114, element(0x00189082, "FD", 30.0)),
        (0x00189112, element(0x00180080, "DS", "2000") + element(0x00181314, "DS", "80")
            + element(0x00189240, "US", 1) + element(0x00189241, "US", 1)),
        (0x00189226, element(0x00089007, "CS", "ORIGINAL\\PRIMARY\\M_FFE\\NONE")
            + element(0x00089205, "CS", "MONOCHROME") + element(0x00089206, "CS", "VOLUME")
            + element(0x00089207, "CS", "NONE")
            + element(0x00089208, "CS", "MAGNITUDE") + element(0x00089209, "CS", "PROTON_DENSITY")),
        (0x00209111, element(0x00189074, "DT", f"20200101120{time // 10}0{time % 10}.5")
            + element(0x00189151, "DT", f"20200101120{time // 10}0{time % 10}.5")
            + element(0x00189220, "FD", 2000.0) + element(0x00209056, "SH", "1") + element(0x00209057, "UL", k + 1)
            + element(0x00209128, "UL", time + 1) + element(0x00209156, "US", 1)
            + element(0x00209157, "UL", struct.pack("<II", time + 1, k + 1))),
        (0x00209113, element(0x00200032, "DS", text([-80, -80, 2.5 * k]))),
        (0x00289132, element(0x00281050, "DS", "2000") + element(0x00281051, "DS", "4000")),
        (0x00289145, element(0x00281052, "DS", "0") + element(0x00281053, "DS", "1")
            + element(0x00281054, "LO", "US")),
    ]
    return b"".join(sequence(tag, [content]) for tag, content in sorted(groups))


WRITERS = {"classic": write_classic, "enhanced": write_enhanced, "tree": write_tree}

if __name__ == "__main__":
    WRITERS[sys.argv[1]](pathlib.Path(sys.argv[2]))
