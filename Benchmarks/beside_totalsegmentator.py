"""Times TotalSegmentator's program on a processor beside `tomos segment`, on the CT that cases.py draws.

TotalSegmentator fetches its weights from GitHub. Here its networks get weights drawn at random and a last layer that
says background everywhere: that takes the same time, needs no licence, and spares it all work on labels. So Dice is
not measured, and the two do different things: TotalSegmentator looks for the 117 structures that it knows, Tomos for
ten that a pack of ten shows it.

With --fast TotalSegmentator has one network at 3 mm, without it five at 1.5 mm. Their shape is what nnU-Net plans for
the patches that they were trained with, 112x112x128 and 128x128x128; they have as many weights as the published ones
(66 and 125 MB).
"""

import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile

import cases
from Accuracy.process import run
from machine import describe_cpu

PATCHES = {"fast": (112, 112, 128), "default": (128, 128, 128)}
CONFIGURATION, PLANS = "3d_fullres", "nnUNetPlans"


def architecture(patch, spacing: float) -> dict:
    """What nnU-Net's own planner makes of a patch."""
    from nnunetv2.experiment_planning.experiment_planners.network_topology import get_pool_and_conv_props

    _, strides, kernels, _, _ = get_pool_and_conv_props([spacing] * 3, patch, 4, 999999)
    stages = len(strides)
    told = {
        "n_stages": stages,
        "features_per_stage": [min(320, 32 * 2**n) for n in range(stages)],
        "conv_op": "torch.nn.modules.conv.Conv3d",
        "kernel_sizes": kernels,
        "strides": strides,
        "n_conv_per_stage": [2] * stages,
        "n_conv_per_stage_decoder": [2] * (stages - 1),
        "conv_bias": True,
        "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
        "norm_op_kwargs": {"eps": 1e-5, "affine": True},
        "dropout_op": None,
        "dropout_op_kwargs": None,
        "nonlin": "torch.nn.LeakyReLU",
        "nonlin_kwargs": {"inplace": True},
    }
    return {
        "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
        "arch_kwargs": json.loads(json.dumps(told, default=lambda number: number.item())),
        "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
    }


def plans(name: str, patch, spacing: float) -> dict:
    """nnU-Net's plans of one network."""
    resampling = {
        f"resampling_fn_{what}{end}": value
        for what, is_seg in (("data", False), ("seg", True), ("probabilities", False))
        for end, value in (
            ("", "resample_data_or_seg_to_shape"),
            ("_kwargs", {"is_seg": is_seg, "order": 1, "order_z": 0, "force_separate_z": None}),
        )
    }
    configuration = {
        "data_identifier": f"{PLANS}_{CONFIGURATION}",
        "preprocessor_name": "DefaultPreprocessor",
        "batch_size": 2,
        "patch_size": patch,
        "median_image_size_in_voxels": patch,
        "spacing": [spacing] * 3,
        "normalization_schemes": ["CTNormalization"],
        "use_mask_for_norm": [False],
        "architecture": architecture(patch, spacing),
        "batch_dice": False,
    }
    values = {"mean": 0.0, "std": 400.0, "percentile_00_5": -1000.0, "percentile_99_5": 1000.0}
    return {
        "dataset_name": name,
        "plans_name": PLANS,
        "original_median_spacing_after_transp": [spacing] * 3,
        "original_median_shape_after_transp": patch,
        "image_reader_writer": "NibabelIOWithReorient",
        "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2],
        "configurations": {CONFIGURATION: configuration | resampling},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": values},
    }


def write_network(folder: pathlib.Path, name: str, structures: list, trainer: str, patch, spacing: float) -> int:
    """A trained network's folder as nnU-Net reads it; returns the bytes of its weights."""
    import torch
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

    plan = plans(name, patch, spacing)
    shape = plan["configurations"][CONFIGURATION]["architecture"]
    network = get_network_from_plans(
        *shape.values(), input_channels=1, output_channels=1 + len(structures), deep_supervision=False
    )
    for layer in network.decoder.seg_layers:
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        layer.bias.data[0] = 1
    held = folder / name / f"{trainer}__{PLANS}__{CONFIGURATION}"
    (held / "fold_0").mkdir(parents=True)
    (held / "plans.json").write_text(json.dumps(plan))
    labels = {"background": 0} | {structure: n for n, structure in enumerate(structures, 1)}
    told = {"channel_names": {"0": "CT"}, "labels": labels, "numTraining": 1, "file_ending": ".nii.gz"}
    (held / "dataset.json").write_text(json.dumps(told))
    checkpoint = {
        "network_weights": network.state_dict(),
        # Of prediction the trainer makes the network alone; all have that from this one.
        "trainer_name": "nnUNetTrainer",
        "init_args": {"configuration": CONFIGURATION},
        "inference_allowed_mirroring_axes": None,
    }
    torch.save(checkpoint, held / "fold_0/checkpoint_final.pth")
    return sum(value.numel() * value.element_size() for value in network.parameters())


def write_networks(folder: pathlib.Path, mode: str):
    """Those of the task `total`, by the names and labels that the program knows them by."""
    from totalsegmentator import map_tasks_config, map_to_binary

    task = map_tasks_config.TASK_CONFIGS["total"]["sub_modes"][mode]
    numbers = task["task_id"] if isinstance(task["task_id"], list) else [task["task_id"]]
    for number in numbers:
        part = map_to_binary.map_taskid_to_partname_ct.get(number)
        classes = map_to_binary.class_map_5_parts[part] if part else map_to_binary.class_map["total"]
        name = map_tasks_config.TASK_ID_WEIGHTS_CONFIGS[number]["foldername"]
        size = write_network(
            folder / "weights", name, list(classes.values()), task["trainer"], PATCHES[mode], task["resample"]
        )
        print(f"  {name}: {size / 2**20:.1f} MiB of weights", flush=True)
    (folder / "home").mkdir()
    (folder / "home/config.json").write_text(
        json.dumps({"totalseg_id": "benchmark", "send_usage_stats": False, "prediction_counter": 0})
    )
    os.environ |= {"TOTALSEG_WEIGHTS_PATH": str(folder / "weights"), "TOTALSEG_HOME_DIR": str(folder / "home")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tomos", help="the tomos to time")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="its five networks at 1.5 mm, in place of --fast")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("use 1 or more rounds")
    print(describe_cpu())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_networks(folder, "default" if options.whole else "fast")
        pack, image, _ = cases.case_of_ct(options.tomos, folder)
        theirs = pathlib.Path(sys.executable).parent / "TotalSegmentator"
        asked = ["-i", image, "-o", folder / "theirs.nii.gz", "--ml", "--device", "cpu"]
        commands = {
            "tomos": [options.tomos, "segment", "-q", "-i", image, "--task", pack, "-o", folder / "ours.nii.gz"],
            "TotalSegmentator": [theirs, *asked, *([] if options.whole else ["--fast"])],
        }
        found = {program: [] for program in commands}
        for _ in range(options.rounds):
            for program, command in commands.items():
                found[program].append(run(*command))
        for program, ran in found.items():
            seconds, cpu = (statistics.median(getattr(one, what) for one in ran) for what in ("seconds", "cpu"))
            memory = max(one.memory for one in ran)
            print(f"  {program:17} {seconds:7.2f} s  {cpu:7.2f} CPU s  {memory:5.2f} GiB")


if __name__ == "__main__":
    main()
