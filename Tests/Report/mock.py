"""Studies that nobody ran: reports of any size, made from the templates as the program makes them."""

import json
import os
import pathlib
import shutil
import urllib.parse

import chevron
import numpy
from PIL import Image

from . import phantoms

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSETS = ROOT / "Sources" / "Reports" / "Assets"
THREE = pathlib.Path("/usr/share/javascript/three/three.min.js")

ORGANS = ["liver", "spleen", "kidney right", "kidney left", "pancreas"]
REASONS = [
    "predicted Dice of {label} is {dice:.2f} (at least {low:.2f})",
    "{label} is {way} than in nine of ten cases ({ml:.0f} ml)",
    "network and vote disagree on {label}",
    "the image is unlike the pack: other spread of values",
]
METHODS = (
    "Images were segmented with Tomos 1.0.0 (pack abdomen, ten volumes, five labels; UniverSeg weights tomos-1 and "
    "four U-Nets trained on the pack). Each volume was windowed to its 0.5 and 99.5 percentile, cut in three planes "
    "and segmented slice by slice with sixteen support slices chosen by position and likeness; label maps lie on the "
    "grid of the source images. Predicted Dice and its 90 % interval come from leave-one-out over the pack. Results "
    "are for research use only."
)


class Study:
    """A report in a folder: `count` cases with `labels` labels, one in thirty of them failed."""

    def __init__(
        self,
        folder: pathlib.Path,
        count: int,
        labels: int = 5,
        names: list[str] | None = None,
        ids: list[str] | None = None,
        title: str = "abdomen",
        has_pages: bool = True,
    ):
        self.folder, self.title, self.has_pages = folder, title, has_pages
        self.key = f"{title} {count} {labels}"
        self.chance = numpy.random.default_rng(count * 1000 + labels)
        self.labels = phantoms.labels(labels, names or ORGANS)
        self.made_views = self.views(min(count, 6)) if has_pages else []
        self.cases = [
            self.case(number, (ids or [])[number] if ids and number < len(ids) else f"sub-{number + 1:04d}_ct")
            for number in range(count)
        ]
        self.rank()
        self.write()

    def views(self, many: int) -> list[pathlib.Path]:
        """A few views, which the cases share."""
        made = []
        for number in range(many):
            place = self.folder / "drawn" / str(number)
            phantoms.Phantom(len(self.labels), number).write(place, self.labels, f"drawn {number}")
            made.append(place)
        return made

    def case(self, number: int, name: str) -> dict:
        if number % 30 == 11:
            return self.failed(name, number)
        if number % 97 == 50:
            return {"id": name, "status": "waiting", "source": f"sub-{number + 1:04d}/ct.nii.gz"}
        chance = self.chance
        found, lowest = [], None
        for label in self.labels:
            normal = 40000 / (1 + label["id"] % 7) * (1 + 30 * (label["id"] == 1))
            factor = chance.normal(1, 0.12)
            odd = chance.random() < 0.012
            if odd:
                factor = chance.choice([0.45, 1.9])
            dice = float(numpy.clip(0.95 - abs(chance.normal(0, 0.03)) - 0.3 * odd, 0.2, 0.99))
            low, high = max(0, dice - 0.02 - 0.5 * (0.95 - dice)), min(1, dice + 0.02)
            flags = ["doubtful"] if dice < 2 / 3 else []
            if chance.random() < 0.01:
                flags.append("touches the border")
            mm3 = round(float(max(0, normal * factor)), 1)
            one = {
                "id": label["id"],
                "mm3": mm3,
                "voxels": round(mm3 / 3.375),
                "dice": [round(x, 4) for x in (dice, low, high)],
                "mean": round(float(chance.normal(110, 9)), 2),
                "flags": flags,
                "outlier": ("larger" if factor > 1 else "smaller") if odd else None,
            }
            found.append(one)
            if lowest is None or dice < lowest["dice"][0]:
                lowest = one
        worst = next((one for one in found if one["outlier"]), lowest)
        label = self.labels[worst["id"] - 1]["name"]
        doubt = round(1 - lowest["dice"][0] + 0.15 * any(one["outlier"] for one in found), 4)
        reasons = [
            REASONS[0].format(
                label=self.labels[lowest["id"] - 1]["name"], dice=lowest["dice"][0], low=lowest["dice"][1]
            )
        ]
        if worst["outlier"]:
            reasons.append(REASONS[1].format(label=label, way=worst["outlier"], ml=worst["mm3"] / 1000))
        if number % 17 == 3:
            reasons.append(REASONS[3])
        return {
            "id": name,
            "status": "done",
            "source": f"sub-{number + 1:04d}/ct.nii.gz",
            "seconds": round(float(chance.uniform(8, 140)), 2),
            "doubt": doubt,
            "reasons": reasons if doubt > 0.06 else [],
            "dice": lowest["dice"][0],
            "lower": lowest["dice"][1],
            "upper": lowest["dice"][2],
            "view": True,
            "stale": ["the pack has 11 volumes, had 10"] if number % 41 == 7 else [],
            "labels": found,
            "notices": ["The image has lossy compression."] if number % 23 == 5 else [],
            "files": [
                ["label map", f"../{name}/{name}_labels.nii.gz"],
                ["3D Slicer", f"../{name}/{name}_labels.seg.nrrd"],
            ],
            "review": [{"label": None, "rating": "good", "note": "", "time": "2026-11-01T10:00:00Z"}]
            if number % 50 == 20
            else [],
        }

    def failed(self, name: str, number: int) -> dict:
        log = (
            "\n".join(f"12:00:{second:02d} reading slice {second}" for second in range(8))
            + "\nerror: the data end after 31 of 64 slices"
        )
        return {
            "id": name,
            "status": "failed",
            "source": f"sub-{number + 1:04d}/ct.nii.gz",
            "seconds": 0.4,
            "view": False,
            "reason": f"sub-{number + 1:04d}/ct.nii.gz: the data end after 31 of 64 slices",
            "category": "malformed image",
            "stage": "reading",
            "log": log,
            "labels": [],
            "files": [["log", f"../logs/{name}.log"]],
            "review": [],
        }

    def rank(self):
        done = sorted((one for one in self.cases if one["status"] == "done"), key=lambda one: -one["doubt"])
        for place, one in enumerate(done, 1):
            one["rank"] = place
        self.walk = done + [one for one in self.cases if one["status"] != "done"]
        for label in self.labels:
            volumes = sorted(each["mm3"] for one in done for each in one["labels"] if each["id"] == label["id"])
            low, median, high = numpy.percentile(volumes, [25, 50, 75]) if volumes else (0, 0, 0)
            spread = high - low
            label["volumes"] = {
                "median": median,
                "low": low,
                "high": high,
                "lower": low - 1.5 * spread,
                "upper": high + 1.5 * spread,
            }

    def counts(self) -> dict:
        return {kind: sum(one["status"] == kind for one in self.cases) for kind in ("done", "failed", "waiting")}

    def write(self):
        (self.folder / "assets").mkdir(parents=True)
        for one in [*ASSETS.glob("*.css"), *ASSETS.glob("*.js"), THREE]:
            shutil.copyfile(one, self.folder / "assets" / one.name)
        provenance = [
            ["program", "tomos 1.0.0"],
            ["pack", "abdomen, 10 volumes"],
            ["weights", "tomos-1"],
            ["plan", "3f2a91c04b7d"],
            ["machine", "2 processors, AVX-512"],
            ["command", "tomos run pipelines/abdomen.yaml study -o results"],
        ]
        ignored = [[f"sub-{one:04d}/notes.txt", "not an image"] for one in range(1, 4)]
        study = {
            "name": self.title,
            "task": "abdomen",
            "checked": True,
            "methods": METHODS,
            "provenance": provenance,
            "made": {"tomos": "1.0.0", "pipeline": "abdomen", "weights": "tomos-1", "ended": "2026-11-30T14:05:00Z"},
            "labels": self.labels,
            "counts": self.counts(),
            "ignored": ignored,
            "ignoredCount": len(ignored),
            "cases": self.cases,
        }
        (self.folder / "cases.js").write_text(f"tomosStudy({script(study)});\n")
        index = {
            "key": self.key,
            "name": self.title,
            "task": "abdomen",
            "tomos": "1.0.0",
            "ended": "30 November 2026, 14:05 UTC",
            **self.counts(),
            "total": len(self.cases),
            "methods": METHODS,
            "provenance": [{"field": field, "value": value} for field, value in provenance],
            "cases": [
                {"id": one["id"], "href": f"cases/{quoted(one['id'])}.html", "status": one["status"]}
                for one in self.walk
            ],
        }
        (self.folder / "index.html").write_text(chevron.render((ASSETS / "index.mustache").read_text(), index))
        template = (ASSETS / "case.mustache").read_text()
        (self.folder / "cases").mkdir()
        for place, one in enumerate(self.walk if self.has_pages else []):
            self.write_case(template, place, one)

    def write_case(self, template: str, place: int, one: dict):
        name = one["id"]
        beside = [self.walk[at]["id"] if 0 <= at < len(self.walk) else None for at in (place - 1, place + 1)]
        neighbour = [{"id": each, "href": quoted(each) + ".html"} if each else None for each in beside]
        is_done = one["status"] == "done"
        texts = lambda key: [{"text": each} for each in one.get(key, [])]
        data = {
            "id": name,
            "rank": one.get("rank"),
            "status": one["status"],
            "previous": beside[0],
            "next": beside[1],
            "labels": [{key: each[key] for key in ("id", "name", "colour")} for each in self.labels],
            "review": one.get("review", []),
        }
        context = {
            "key": self.key,
            "tomos": "1.0.0",
            "study": self.title,
            "methods": METHODS,
            "id": name,
            "folder": quoted(name),
            "done": is_done,
            "failed": one["status"] == "failed",
            "waiting": one["status"] == "waiting",
            "status": one["status"],
            "rank": str(one["rank"]) if is_done else None,
            "of": str(self.counts()["done"]),
            "previous": neighbour[0],
            "next": neighbour[1],
            "view": one.get("view", False),
            "source": one["source"],
            "seconds": f"{one['seconds']:.1f} s" if "seconds" in one else None,
            "reasons": texts("reasons"),
            "stale": texts("stale"),
            "notices": texts("notices"),
            "checked": True,
            "failure": {key: one[key] for key in ("reason", "category", "stage", "log")}
            if one["status"] == "failed"
            else None,
            "labels": [self.row(each) for each in one.get("labels", [])],
            "files": [{"name": text, "href": "../" + urllib.parse.quote(href)} for text, href in one.get("files", [])],
            "made": [{"field": "image", "value": one["source"]}, {"field": "pack", "value": "abdomen, 10 volumes"}],
            "data": script(data),
        }
        if one.get("view"):
            drawn = self.made_views[place % len(self.made_views)]
            context["picture"] = self.size(drawn / "planes.webp")
            shutil.copytree(drawn, self.folder / "cases" / name, copy_function=os.link)
        (self.folder / "cases" / f"{name}.html").write_text(chevron.render(template, context))

    def size(self, picture: pathlib.Path) -> dict:
        with Image.open(picture) as one:
            return {"width": str(one.width), "height": str(one.height)}

    def row(self, each: dict) -> dict:
        label = self.labels[each["id"] - 1]
        ml = each["mm3"] / 1000
        dice = dict(zip(("dice", "lower", "upper"), (f"{one:.3f}" for one in each["dice"])))
        return {
            "id": str(each["id"]),
            "name": label["name"],
            "colour": label["colour"],
            "mm3": f"{each['mm3']:.1f}",
            "volume": f"{ml:.{0 if ml >= 1000 else 1 if ml >= 100 else 2 if ml >= 10 else 3}f}",
            "voxels": str(each["voxels"]),
            "mean": f"{each['mean']:.1f}",
            "predicted": dice,
            "flags": [{"text": one} for one in each["flags"]],
            "outlier": each["outlier"],
        }


def quoted(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def script(value) -> str:
    """JSON that may stand in a script: as the program writes it."""
    return json.dumps(value).replace("<", "\\u003c")
