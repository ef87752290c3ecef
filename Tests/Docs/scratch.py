"""A copy of the checkout in which a page's commands may write, with files that stand for a user's own."""

import gzip
import importlib.util
import pathlib
import re
import shutil
import sys

# Where commands of the docs write.
KEPT_OUT = {".git", ".build", ".training", "demo", "dist", "out", "pipelines", "sample-data"}
LIVER = """version: 1
name: liver
task: sample-data/packs/phantom
segment: { labels: [1] }
outputs: [ nifti, volumes ]
"""


class Scratch:
    """The folder, and where the things are that stand-ins are made of."""

    def __init__(self, folder, root, tomos, small=None):
        """`small`: a folder of smaller sample data, in place of the checkout's."""
        self.root = folder / "checkout"
        self.short = small is not None
        self.root.mkdir()
        shutil.copytree(root / "pipelines", self.root / "pipelines")
        shutil.copytree(small or root / "sample-data", self.root / "sample-data")
        for path in root.iterdir():
            if path.name not in KEPT_OUT and not path.name.startswith(".venv"):
                (self.root / path.name).symlink_to(path)
        (self.root / ".build/release").mkdir(parents=True)
        (self.root / ".build/release/tomos").symlink_to(tomos)
        if self.short:
            for path in (self.root / "pipelines").glob("*.yaml"):
                path.write_text(quicker(path.read_text(encoding="utf-8")), encoding="utf-8")

    def put(self, source, *places):
        """A file or folder of the checkout, at other places."""
        for place in places:
            target = self.root / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if (self.root / source).is_dir():
                shutil.copytree(self.root / source, target)
            else:
                shutil.copyfile(self.root / source, target)

    def write(self, place, text):
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(quicker(text) if self.short and "segment:" in text else text, encoding="utf-8")

    def keep_labels(self, path, most):
        """Takes labels above `most` out of a label map that make_phantoms.py wrote."""
        whole = gzip.decompress((self.root / path).read_bytes())
        voxels = bytes(value if value <= most else 0 for value in whole[352:])
        (self.root / path).write_bytes(gzip.compress(whole[:352] + voxels, mtime=0))


def quicker(pipeline):
    """The same pipeline, with a network that looks at less."""
    pipeline = re.sub(r"support: \d+", "support: 2, side: 64", pipeline)
    return re.sub(r"segment: \{ (?!.*side)", "segment: { support: 2, side: 64, ", pipeline)


def small_data(scripts, folder):
    """Draws the sample data with voxels twice as long: an eighth as many."""
    shutil.copytree(scripts, folder)
    sys.path.insert(0, str(scripts))
    try:
        spec = importlib.util.spec_from_file_location("make_phantoms", scripts / "make_phantoms.py")
        phantoms = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(phantoms)
    finally:
        sys.path.remove(str(scripts))
    full_grid, full_scan = phantoms.grid, phantoms.Subject.scan
    half = lambda shape: tuple(max(1, n // 2) for n in shape)
    phantoms.HERE = pathlib.Path(folder)
    phantoms.grid = lambda shape, spacing, axes, origin: full_grid(half(shape), [2 * n for n in spacing], axes, origin)
    phantoms.Subject.scan = lambda subject, affine, shape: full_scan(subject, affine, half(shape))
    try:
        phantoms.main()
    finally:
        phantoms.Subject.scan = full_scan
