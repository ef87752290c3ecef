"""What a page takes to be there: a user's own files, by the sample data's. A page that is not listed needs nothing."""

import json

from .scratch import LIVER

CASE = "sample-data/study/case-1.nii.gz"
TRUTH = "sample-data/truth/case-1.nii.gz"
SERIES = "sample-data/study/case-2"
PACK = "sample-data/packs/phantom"
WEIGHTS = "Sources/CTomosWeights/tomos-1.safetensors"


def labelled(here):
    """Three labelled volumes, one scan, a study and its truth; labels 1 and 2 only."""
    for letter in "abc":
        here.put(f"{PACK}/images/phantom-{letter}.nii.gz", f"labelled/images/{letter}.nii.gz")
        here.put(f"{PACK}/labels/phantom-{letter}.nii.gz", f"labelled/labels/{letter}.nii.gz")
        here.keep_labels(f"labelled/labels/{letter}.nii.gz", 2)
    here.put(CASE, "scan.nii.gz", "study/scan-2.nii.gz")
    here.put(TRUTH, "truth/scan-2.nii.gz", "scan_truth.nii.gz")
    for place in ("truth/scan-2.nii.gz", "scan_truth.nii.gz"):
        here.keep_labels(place, 2)


def readme(here):
    labelled(here)
    here.write("names.tsv", "index\tname\n1\tanterior\n2\tposterior\n")
    yield "tomos export scan_truth.nii.gz --table names.tsv --to seg.nrrd -o ."
    yield "mv scan_truth.seg.nrrd corrected.seg.nrrd"
    yield f"tomos weights import {WEIGHTS} --name official"


def index(here):
    labelled(here)


def install(here):
    # What pip would have put there.
    yield 'mkdir -p tomos/bin && ln -s "$(command -v tomos)" tomos/bin/tomos'


def bids(here):
    here.write("data/dataset_description.json", json.dumps({"Name": "Phantoms", "BIDSVersion": "1.10.0"}))
    here.write("data/README", "Phantoms that a script drew.\n")
    for subject in ("01", "02"):
        here.put(CASE, f"data/sub-{subject}/ses-1/anat/sub-{subject}_ses-1_acq-a_T1w.nii.gz")


def cluster(here):
    here.write("liver.yaml", LIVER)
    here.put("sample-data/study", "study")
    # Those that hand it to Slurm are left out.
    yield "tomos submit --freeze liver.yaml study/ -o results"


def report(here):
    yield 'mkdir -p ~/Downloads && printf "case\\tlabel\\trating\\tnote\\ttime\\n" > ~/Downloads/reviews.tsv'
    yield 'printf "case-1\\tn/a\\tgood\\tn/a\\t2026-01-02T03:04:05Z\\n" >> ~/Downloads/reviews.tsv'


def loop(here):
    # 3D Slicer, which is asked to open three files.
    yield "export SLICER=true"


def view(here):
    here.write("liver.yaml", LIVER)
    here.put(CASE, "study/sub-01.nii.gz", "sub-01.nii.gz")
    here.put(TRUTH, "sub-01_labels.nii.gz")
    here.put(SERIES, "dicom-folder")
    here.put(PACK, "packs/hippocampus")
    yield "tomos run liver.yaml study -o results"


def viewers(here):
    here.put(CASE, "t1.nii.gz")
    here.put(TRUTH, "t1_labels.nii.gz")
    here.put(SERIES, "dicom/ct")
    here.put(PACK, "packs/hippocampus")
    yield "tomos export sample-data/truth/case-2.nii.gz --to seg.nrrd -o . && mv case-2.seg.nrrd ct.seg.nrrd"


def weights(here):
    here.put(WEIGHTS, ".training/mine/weights.safetensors")
    here.put(CASE, "scan.nii.gz")
    here.put(PACK, "packs/phantom")
    yield f"tomos weights import {WEIGHTS} --name official"


def batch(here):
    # Three volumes and a study of two are too few to train on.
    yield f"tomos task add {PACK} --image {CASE} --labels {TRUTH}"


PAGES = {
    "README.md": readme,
    "docs/batch.md": batch,
    "docs/bids.md": bids,
    "docs/cluster.md": cluster,
    "docs/index.md": index,
    "docs/install.md": install,
    "docs/loop.md": loop,
    "docs/report.md": report,
    "docs/view.md": view,
    "docs/viewers.md": viewers,
    "docs/weights.md": weights,
}
