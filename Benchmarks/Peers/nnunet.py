"""nnU-Net (Isensee et al.; PyPI nnunetv2), planned and trained on the pack, and ended by the clock.

Run as a process: `python -m Peers.nnunet train JOB`, then `python -m Peers.nnunet segment JOB`. Its own options stand
as they are, but for the length of its training.
"""

import contextlib
import json
import os
import pathlib
import sys
import time

from . import child

NUMBER, PLANS = 1, "nnUNetPlans"
FOLDERS = ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results")


def settle(job: dict):
    """Its folders and processes, which it reads from the environment when it is imported."""
    for name in FOLDERS:
        os.environ[name] = f"{job['folder']}/{name}"
        pathlib.Path(os.environ[name]).mkdir(parents=True, exist_ok=True)
    # Planning takes the first for its count of threads too.
    os.environ |= {"nnUNet_n_proc_DA": str(job["threads"]), "nnUNet_compile": "f", "nnUNet_def_n_proc": "1"}


def write_dataset(job: dict) -> str:
    """The pack as nnU-Net wants it; returns its name there."""
    name = f"Dataset{NUMBER:03}_Pack"
    folder = pathlib.Path(os.environ["nnUNet_raw"]) / name
    for part in ("imagesTr", "labelsTr"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for n, atlas in enumerate(job["pack"]):
        (folder / "imagesTr" / f"pack_{n:03}_0000.nii.gz").symlink_to(atlas["raw"])
        (folder / "labelsTr" / f"pack_{n:03}.nii.gz").symlink_to(atlas["classes"])
    told = {
        "channel_names": {"0": "CT" if job["window"].startswith("range") else "MRI"},
        "labels": {"background": 0} | {f"label {label}": n for n, label in enumerate(job["labels"], 1)},
        "numTraining": len(job["pack"]),
        "file_ending": ".nii.gz",
    }
    (folder / "dataset.json").write_text(json.dumps(told))
    return name


def plan(configuration: str):
    from nnunetv2.experiment_planning import plan_and_preprocess_api as api

    api.extract_fingerprints([NUMBER], num_processes=1, check_dataset_integrity=True)
    identifier = api.plan_experiments([NUMBER])
    api.preprocess([NUMBER], identifier or PLANS, configurations=(configuration,), num_processes=(1,))


def trainer(name: str, job: dict):
    """nnU-Net's own trainer that ends when the CPU time is used up, with its learning rate falling as that goes by."""
    import torch
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

    box = 60 * job["minutes"]

    class Timed(nnUNetTrainer):
        steps = 0

        def configure_rotation_dummyDA_mirroring_and_inital_patch_size(self):
            rotation, dummy, size, mirrored = super().configure_rotation_dummyDA_mirroring_and_inital_patch_size()
            if job["is sided"]:
                # As the authors' nnUNetTrainer_onlyMirror01: axes are z, y, x in the order that was planned.
                across = self.plans_manager.transpose_forward.index(2)
                # Slices have the last two of them.
                of_slice = 3 - len(self.configuration_manager.patch_size)
                mirrored = tuple(axis for axis in mirrored if axis + of_slice != across)
                self.inference_allowed_mirroring_axes = mirrored
            return rotation, dummy, size, mirrored

        def run_training(self):
            self.on_train_start()
            self.network.train()
            start = time.process_time()
            while (used := time.process_time() - start) < box:
                for group in self.optimizer.param_groups:
                    group["lr"] = self.initial_lr * (1 - used / box) ** 0.9
                self.train_step(next(self.dataloader_train))
                self.steps += 1
            self.on_train_end()

    # What segments looks the class of a network up by this name.
    Timed.__name__ = "nnUNetTrainer"
    folder = pathlib.Path(os.environ["nnUNet_preprocessed"]) / name
    plans, dataset = (json.loads((folder / file).read_text()) for file in (f"{PLANS}.json", "dataset.json"))
    plans["continue_training"] = False
    return Timed(plans, job["settings"]["configuration"], "all", dataset, torch.device("cpu"))


def train(job: dict):
    import torch

    configuration = job["settings"]["configuration"]
    name = write_dataset(job)
    with contextlib.redirect_stdout(sys.stderr):
        plan(configuration)
        torch.manual_seed(0)
        torch.set_num_threads(job["threads"])
        # Data are varied in the process that trains: its CPU time is all of it.
        os.environ["nnUNet_n_proc_DA"] = "0"
        made = trainer(name, job)
        made.run_training()
    found = made.configuration_manager
    sides = "x".join(map(str, found.patch_size))
    child.tell({"steps": made.steps, "network": f"batches of {found.batch_size} x {sides}"})


def segment(job: dict):
    import nibabel
    import numpy
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    torch.set_num_threads(job["threads"])
    results = pathlib.Path(os.environ["nnUNet_results"]) / f"Dataset{NUMBER:03}_Pack"
    out = pathlib.Path(job["folder"]) / "segmented"
    out.mkdir(exist_ok=True)
    ids = numpy.array([0, *job["labels"]], numpy.uint16)
    # As `nnUNetv2_predict -device cpu` has it.
    predictor = nnUNetPredictor(perform_everything_on_device=False, device=torch.device("cpu"), allow_tqdm=False)
    with contextlib.redirect_stdout(sys.stderr):
        predictor.initialize_from_trained_model_folder(
            str(results / f"nnUNetTrainer__{PLANS}__{job['settings']['configuration']}"), ("all",)
        )

        def one(case):
            draft = out / case["name"]
            predictor.predict_from_files_sequential([[case["raw"]]], [str(draft)])
            classes = numpy.asarray(nibabel.load(f"{draft}.nii.gz").dataobj)
            child.write_labels(ids[classes], case["raw"], case["out"])

        told = child.each(job["study"], one)
    child.tell(told)


def main():
    job = child.job()
    settle(job)
    {"train": train, "segment": segment}[sys.argv[1]](job)


if __name__ == "__main__":
    main()
