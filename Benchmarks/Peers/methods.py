"""The programs that are measured, and what each is told. No option was chosen for a set, but by the rules said here."""

from dataclasses import dataclass, field

from Registration import methods as registrations


@dataclass(frozen=True)
class Method:
    name: str
    # The room that runs it, which is the name of its environment too.
    tool: str
    settings: dict = field(hash=False)
    what: str

    @property
    def is_tomos(self) -> bool:
        return self.tool == "tomos"

    @property
    def is_trained(self) -> bool:
        """Whether it trains a network for a time that is said; the others look at the pack anew for every case."""
        return self.tool in ("monai", "nnunet")


# What each environment's program is called on PyPI.
PACKAGES = {"greedy": "picsl-greedy", "ants": "antspyx", "monai": "monai", "nnunet": "nnunetv2"}
TOMOS, UNCHECKED = "tomos", "tomos-unchecked"

ALL = [
    Method(UNCHECKED, "tomos", {"row": "unchecked"}, "`tomos task create`, then `tomos run`"),
    Method(TOMOS, "tomos", {"row": "default"}, "with `tomos task check PACK --pipeline FILE` between, as is advised"),
    Method(
        "greedy-vote",
        "greedy",
        # On most sets of docs/registration.md the best of greedy's settings for Dice that end within a minute a pair.
        registrations.named("greedy").settings,
        "every volume of the pack registered to the case; of the labels carried over the most frequent, of equally "
        "frequent ones the smallest id",
    ),
    Method(
        "ants-jlf",
        "ants",
        registrations.named("ants-syn").settings | {"beta": 4, "rho": 0.01, "radius": 2, "search": 3},
        "every volume of the pack registered to the case, then joint label fusion where any of them has a label",
    ),
    Method(
        "monai-unet",
        "monai",
        {
            "channels": [16, 32, 64, 128, 256],
            "res_units": 2,
            "side": 64,
            "side of thick stacks": 128,
            "batch": 2,
            "lr": 1e-3,
            "overlap": 0.5,
        },
        "a U-Net of blocks, trained on the pack from nothing",
    ),
    Method(
        "nnunet-2d", "nnunet", {"configuration": "2d"}, "planned and trained on the whole pack (fold `all`), slices"
    ),
    Method("nnunet-3d", "nnunet", {"configuration": "3d_fullres"}, "the same of blocks at full resolution"),
]


def named(name: str) -> Method:
    return next(method for method in ALL if method.name == name)
