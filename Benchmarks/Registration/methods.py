"""The programs and settings that are measured: each program quick, as its authors say, and thorough."""

from dataclasses import dataclass, field

QUICK, USUAL, SLOW = range(3)


@dataclass(frozen=True)
class Method:
    name: str
    # The room that runs it, and what that room is told.
    tool: str
    settings: dict = field(hash=False)
    cost: int
    what: str


TOMOS = "tomos"

ALL = [
    Method("tomos-whole", "tomos", {"crop": False}, QUICK, "the whole volume, not the region around the labels again"),
    Method(TOMOS, "tomos", {"crop": True}, USUAL, "as `tomos run` registers a pack of this one volume to a case"),
    Method(
        "tomos-pack",
        "tomos",
        {"crop": True, "pack": True},
        USUAL,
        "as `tomos run` registers the set's pack, whose volumes help each other: its labels of the same pair, and the "
        "time of one volume",
    ),
    Method(
        "greedy-quick",
        "greedy",
        {"affine": [100, 50, 0], "deformable": [100, 50, 0], "radius": 2},
        QUICK,
        "not at full resolution",
    ),
    Method(
        "greedy",
        "greedy",
        {"affine": [100, 50, 10], "deformable": [100, 50, 10], "radius": 2},
        USUAL,
        "as its introduction has it, but for the radius of the affine part",
    ),
    Method(
        "greedy-slow",
        "greedy",
        {"affine": [100, 50, 10], "deformable": [100, 100, 100], "radius": 4},
        SLOW,
        "a wider metric, more steps at full resolution",
    ),
    Method("ants-syn", "ants", {"transform": "SyN"}, QUICK, "antspyx's default: mutual information, half resolution"),
    Method(
        "ants-quick",
        "ants",
        {"transform": "antsRegistrationSyNQuick[s]"},
        USUAL,
        "antsRegistrationSyNQuick.sh: mutual information, half resolution",
    ),
    Method(
        "ants-slow",
        "ants",
        {"transform": "antsRegistrationSyN[s]"},
        SLOW,
        "antsRegistrationSyN.sh: local correlation, full resolution",
    ),
    Method(
        "elastix-quick",
        "elastix",
        {"resolutions": 3, "steps": 100, "samples": 2048, "grid": 10.0},
        QUICK,
        "fewer steps",
    ),
    Method(
        "elastix",
        "elastix",
        {"resolutions": 4, "steps": 256, "samples": 2048, "grid": 10.0},
        USUAL,
        "elastix's default maps, affine and then B-splines, from the middle of the volumes",
    ),
    Method(
        "elastix-slow",
        "elastix",
        {"resolutions": 4, "steps": 1000, "samples": 8192, "grid": 5.0},
        SLOW,
        "a finer grid, more samples and steps",
    ),
]

TOOLS = list(dict.fromkeys(method.tool for method in ALL))


def named(name: str) -> Method:
    return next(method for method in ALL if method.name == name)
