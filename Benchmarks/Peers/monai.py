"""A U-Net by MONAI (PyPI monai), trained on the pack from nothing as the project's own tutorials do.

Run as a process: `python -m Peers.monai train JOB`, then `python -m Peers.monai segment JOB`.
"""

import statistics
import sys
import time

import monai
import nibabel
import numpy
import torch
from monai import transforms
from monai.inferers import sliding_window_inference
from monai.losses import DiceCELoss
from monai.networks.nets import UNet

from . import child

KEYS = ["image", "label"]
# Where a volume has labels and where background, found once.
PLACES = ["label_fg_indices", "label_bg_indices"]
SEED = 0


def grid_of(pack: list) -> dict:
    """The pack's median spacing in mm and, on it, its median shape."""
    headers = [nibabel.load(atlas["raw"]).header for atlas in pack]
    spacing = [statistics.median(float(one.get_zooms()[axis]) for one in headers) for axis in range(3)]
    shape = [
        statistics.median(one.get_data_shape()[axis] * float(one.get_zooms()[axis]) for one in headers) / spacing[axis]
        for axis in range(3)
    ]
    return {"spacing": spacing, "shape": shape}


def halvings(spacing, shape, levels: int) -> list:
    """The stride along each axis between levels: none along an axis while its voxels are twice as long as others'."""
    sides, counts, result = list(spacing), list(shape), []
    for _ in range(levels):
        strides = [2 if side < 2 * min(sides) and count >= 8 else 1 for side, count in zip(sides, counts, strict=True)]
        sides = [side * stride for side, stride in zip(sides, strides)]
        counts = [count / stride for count, stride in zip(counts, strides)]
        result.append(strides)
    return result


def planned(pack: list, settings: dict) -> dict:
    """What depends on the pack: spacing, the blocks' sides and the strides."""
    grid = grid_of(pack)
    is_flat = any(child.is_thick(grid["spacing"]))
    largest = settings["side of thick stacks" if is_flat else "side"]
    strides = halvings(grid["spacing"], [min(largest, count) for count in grid["shape"]], len(settings["channels"]) - 1)
    steps = numpy.prod(strides, axis=0)
    # Multiples of what the strides make one of; a volume that is smaller is padded.
    sides = [int(-(-min(largest, count) // step) * step) for count, step in zip(grid["shape"], steps)]
    return {"spacing": grid["spacing"], "sides": sides, "strides": strides}


def network(plan: dict, settings: dict, classes: int) -> UNet:
    return UNet(
        spatial_dims=3,
        in_channels=1,
        out_channels=classes,
        channels=settings["channels"],
        strides=plan["strides"],
        num_res_units=settings["res_units"],
        norm="INSTANCE",
    )


def intensity(window: str):
    """CT's window to 0 to 1; else mean 0 and deviation 1 of what is not background."""
    if window.startswith("range"):
        low, high = (float(part) for part in window.removeprefix("range(").removesuffix(")").split(","))
        return transforms.ScaleIntensityRanged("image", low, high, 0.0, 1.0, clip=True)
    return transforms.NormalizeIntensityd("image", nonzero=True)


def read(keys: list, plan: dict, window: str) -> list:
    modes = ["bilinear", "nearest"][: len(keys)]
    return [
        transforms.LoadImaged(keys),
        transforms.EnsureChannelFirstd(keys),
        transforms.Orientationd(keys, axcodes="RAS", labels=None),
        transforms.Spacingd(keys, pixdim=plan["spacing"], mode=modes),
        intensity(window),
    ]


def varied(plan: dict) -> transforms.Compose:
    """Blocks, half of them around labels, turned, scaled, and of other brightness, contrast and noise.

    Nothing is mirrored: some labels are told from others by their side.
    """
    thick = child.is_thick(plan["spacing"])
    # Thick stacks are turned within their slices only.
    turns = [0.25 if is_thick or not any(thick) else 0 for is_thick in thick]
    scales = [0 if is_thick else 0.15 for is_thick in thick]
    return transforms.Compose(
        [
            transforms.RandCropByPosNegLabeld(
                KEYS, "label", plan["sides"], num_samples=1, fg_indices_key=PLACES[0], bg_indices_key=PLACES[1]
            ),
            transforms.RandAffined(
                KEYS,
                prob=0.5,
                rotate_range=turns,
                scale_range=scales,
                mode=["bilinear", "nearest"],
                padding_mode="border",
            ),
            transforms.RandScaleIntensityd("image", factors=0.25, prob=0.5),
            transforms.RandShiftIntensityd("image", offsets=0.1, prob=0.5),
            transforms.RandAdjustContrastd("image", prob=0.2, gamma=(0.7, 1.5)),
            transforms.RandGaussianNoised("image", prob=0.2, std=0.1),
        ]
    )


def train(job: dict):
    """Trains until the CPU time is used up; the learning rate falls as that goes by."""
    monai.utils.set_determinism(SEED)
    settings, box = job["settings"], 60 * job["minutes"]
    plan = planned(job["pack"], settings)
    prepare = transforms.Compose(
        [
            *read(KEYS, plan, job["window"]),
            transforms.SpatialPadd(KEYS, plan["sides"], mode="constant"),
            transforms.FgBgToIndicesd("label"),
        ]
    )
    volumes = [prepare({"image": atlas["raw"], "label": atlas["classes"]}) for atlas in job["pack"]]
    vary = varied(plan)
    net = network(plan, settings, len(job["labels"]) + 1)
    loss = DiceCELoss(to_onehot_y=True, softmax=True)
    optimizer = torch.optim.AdamW(net.parameters(), settings["lr"])
    draw = numpy.random.default_rng(SEED)
    steps, start = 0, time.process_time()
    while (used := time.process_time() - start) < box:
        for group in optimizer.param_groups:
            group["lr"] = settings["lr"] * (1 - used / box) ** 0.9
        drawn = draw.integers(len(volumes), size=settings["batch"])
        batch = [block for n in drawn for block in vary(volumes[n])]
        images, labels = (torch.stack([block[key].as_tensor() for block in batch]) for key in KEYS)
        optimizer.zero_grad()
        loss(net(images), labels).backward()
        optimizer.step()
        steps += 1
    torch.save({"plan": plan, "net": net.state_dict()}, f"{job['folder']}/net.pt")
    sides = "x".join(map(str, plan["sides"]))
    child.tell({"steps": steps, "network": f"batches of {settings['batch']} x {sides}"})


def segment(job: dict):
    settings = job["settings"]
    kept = torch.load(f"{job['folder']}/net.pt")
    plan, ids = kept["plan"], numpy.array([0, *job["labels"]], numpy.uint16)
    net = network(plan, settings, len(ids))
    net.load_state_dict(kept["net"])
    net.eval()
    prepare = transforms.Compose(read(["image"], plan, job["window"]))
    back = transforms.Invertd("pred", prepare, orig_keys="image", nearest_interp=False, to_tensor=True)

    def one(case):
        volume = prepare({"image": case["raw"]})
        with torch.no_grad():
            volume["pred"] = sliding_window_inference(
                volume["image"][None], plan["sides"], settings["batch"], net, settings["overlap"], mode="gaussian"
            )[0].softmax(0)
            # As transforms know them: with the meta data of the image that they undo.
            volume["pred"] = monai.data.MetaTensor(volume["pred"], meta=volume["image"].meta)
        classes = back(volume)["pred"].argmax(0).numpy()
        child.write_labels(ids[classes], case["raw"], case["out"])

    child.tell(child.each(job["study"], one))


def main():
    job = child.job()
    torch.set_num_threads(job["threads"])
    {"train": train, "segment": segment}[sys.argv[1]](job)


if __name__ == "__main__":
    main()
