"""Holds results of kernels on one processor to those on another: `compare.py FILE OTHER...`, as Tests/Arm64/record.c writes.

Sums in float32 are rounded in another order on vectors of another width, so that numbers differ by some 1e-6 of the largest
of a result. What a kernel chooses or computes wrongly differs by far more.
"""

import array
import struct
import sys

TOLERANCE = 2e-5
# Steps that build on each other make of rounding what a single kernel does not.
LOOSER = {"refine": 1e-3, "make_orthogonal": 1e-3, "appearance": 1e-4, "similarity": 1e-4}


def read(path):
    results = {}
    with open(path, "rb") as file:
        while head := file.read(56):
            name, count = struct.unpack("<48sQ", head)
            values = array.array("d")
            values.fromfile(file, count)
            results[name.rstrip(b"\0").decode()] = values
    return results


def apart(one, other):
    """The largest difference as a part of the largest number."""
    return max(abs(a - b) for a, b in zip(one, other)) / max(max(map(abs, other)), 1e-30)


def compared(path, other_path):
    one, other = read(path), read(other_path)
    if not one or set(one) != set(other):
        return [f"{path} and {other_path} hold different results: {sorted(set(one) ^ set(other))}"]
    faults, same, worst = [], 0, (0.0, "")
    for name, values in one.items():
        if len(values) != len(other[name]):
            faults.append(f"{name}: {len(values)} numbers, and {len(other[name])} in {other_path}")
            continue
        difference = apart(values, other[name])
        same += values == other[name]
        worst = max(worst, (difference, name))
        if not difference < LOOSER.get(name, TOLERANCE):
            faults.append(f"{name}: {difference:.2g} from {other_path}")
    print(f"{path} and {other_path}: {same} of {len(one)} results the same to the bit, {worst[1]} {worst[0]:.2g} apart")
    return faults


def main():
    faults = [text for other in sys.argv[2:] for text in compared(sys.argv[1], other)]
    for text in faults:
        print(text, file=sys.stderr)
    sys.exit(1 if faults or len(sys.argv) < 3 else 0)


main()
