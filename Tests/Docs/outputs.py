"""Whether a command printed what its page shows."""

import re

NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Parts of a number by which another machine's may differ.
TOLERANCE = 0.02


def faults(shown, printed, is_same_data):
    """What differs between the lines of a page and the last lines that were printed. Numbers may differ by 2 %, or where
    other data were used by anything."""
    wanted, got = cleaned(shown), cleaned(printed)
    tail = got[-len(wanted) :]
    if len(tail) < len(wanted):
        return [f"the page shows {len(wanted)} lines, printed were {len(got)}"]
    for line, other in zip(wanted, tail):
        if not alike(line, other, is_same_data):
            return [f"the page shows '{line}', printed was '{other}'"]
    return []


def cleaned(text):
    return [re.sub(r"\s+", " ", line).strip() for line in text.split("\n") if line.strip()]


def alike(line, other, is_same_data):
    # How wide a table's columns are depends on its numbers.
    if NUMBER.sub("#", re.sub("-+", "-", line)) != NUMBER.sub("#", re.sub("-+", "-", other)):
        return False
    if not is_same_data:
        return True
    return all(
        abs(float(a) - float(b)) <= TOLERANCE * max(abs(float(a)), 1e-9)
        for a, b in zip(NUMBER.findall(line), NUMBER.findall(other))
    )
