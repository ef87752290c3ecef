"""Interfaces for nipype: `Convert`, `Segment` and `Run` (``pip install 'tomos-seg[nipype]'``).

Examples
--------
>>> from tomos.nipype import Segment
>>> segment = Segment(in_file="scan.nii.gz", task="packs/phantom", fast=True, support=2, side=64)
>>> segment.cmdline
'.../tomos segment --fast --input=.../scan.nii.gz --json --output=scan_labels.nii.gz ... --task=.../phantom'
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from nipype.interfaces.base import (  # type: ignore[import-untyped]
    CommandLine,
    CommandLineInputSpec,
    Directory,
    File,
    InputMultiObject,
    TraitedSpec,
    isdefined,
    traits,
)

from ._arguments import settings
from ._conversion import Conversion
from ._errors import error_of
from ._locate import program
from ._results import RunResult

__all__ = ["Convert", "Run", "Segment"]


class _Tomos(CommandLine):  # type: ignore[misc]
    """One command of the program."""

    # Standard output is read here, not shown.
    _terminal_output = "allatonce"

    @property
    def cmd(self) -> str:
        # What stands in _cmd, with the program that is found.
        return shlex.quote(str(program())) + str(self._cmd)[len("tomos") :]

    # Nipype hands the line to a shell and quotes nothing.
    def _format_arg(self, name: str, spec: Any, value: Any) -> str:
        text = super()._format_arg(name, spec, value)
        return shlex.quote(text) if text else ""

    # Nipype would go on to look for outputs.
    def _run_interface(self, runtime: Any, correct_return_codes: Any = (0,)) -> Any:
        runtime = super()._run_interface(runtime, correct_return_codes)
        if runtime.returncode not in correct_return_codes:
            raise error_of(runtime.returncode, runtime.stderr or "", shlex.split(runtime.cmdline))
        return runtime


def _image(**metadata: Any) -> Any:
    """A trait of an image: a file, or a folder with a DICOM series."""
    return traits.Either(File(exists=True, resolve=True), Directory(exists=True, resolve=True), **metadata)


class SegmentInputSpec(CommandLineInputSpec):  # type: ignore[misc]
    in_file = _image(argstr="--input=%s", mandatory=True, desc="the image, or a folder with one DICOM series")
    task = Directory(exists=True, resolve=True, argstr="--task=%s", mandatory=True, desc="the task pack")
    out_file = File(
        argstr="--output=%s",
        name_source="in_file",
        name_template="%s_labels.nii.gz",
        keep_extension=False,
        desc="the label map to write",
    )
    probability_file = File(argstr="--probability=%s", desc="also write how probable each voxel's label is")
    disagreement_file = File(argstr="--disagreement=%s", desc="also write how far network, vote and planes disagree")
    weights = traits.Str(argstr="--weights=%s", desc="bundled, a name, or a file")
    support = traits.Int(argstr="--support=%d", desc="annotated slices shown per slice")
    side = traits.Int(argstr="--side=%d", desc="rows and columns of what the network sees")
    ensemble = traits.Int(argstr="--ensemble=%d", desc="unlike draws of support that are averaged")
    plane = traits.List(traits.Str, argstr="--plane=%s", sep=",", desc="planes in which the volume is cut")
    choose = traits.Enum("auto", "position", "registered", argstr="--choose=%s", desc="how support is chosen")
    fusion = traits.Float(argstr="--fusion=%s", desc="weight of the vote of the registered labels")
    no_learned = traits.Bool(argstr="--no-learned", desc="leave out the pack's own networks")
    doubtful = traits.Enum("auto", "keep", "remove", argstr="--doubtful=%s", desc="what becomes of doubtful labels")
    fast = traits.Bool(argstr="--fast", desc="less time for less accuracy")
    no_crop = traits.Bool(argstr="--no-crop", desc="look at the whole volume")
    window = traits.Str(argstr="--window=%s", desc="values that become 0 and 1")
    labels = traits.List(traits.Int, argstr="--labels=%s", sep=",", desc="label ids to find")
    threshold = traits.Float(argstr="--threshold=%s", desc="probability from which a voxel is foreground")
    skip_empty = traits.Bool(argstr="--skip-empty", desc="leave slices of one value as background")
    smooth = traits.Float(argstr="--smooth=%s", desc="smooth by a Gaussian, mm")
    keep_largest = traits.Bool(argstr="--keep-largest", desc="keep the largest parts of each label")
    remove_smaller = traits.Float(argstr="--remove-smaller=%s", desc="remove smaller parts, mm3")
    series = traits.Str(argstr="--series=%s", desc="series instance UID")
    volume_index = traits.Int(argstr="--volume-index=%d", desc="which volume of a 4-D file")
    tilt = traits.Enum("native", "shear", "fail", argstr="--tilt=%s", desc="slices that lean")
    gaps = traits.Enum("fail", "resample", argstr="--gaps=%s", desc="missing slices")
    memory = traits.Str(argstr="--memory=%s", desc="memory that may be taken")
    num_threads = traits.Int(argstr="--jobs=%d", nohash=True, desc="threads")
    json = traits.Bool(True, usedefault=True, argstr="--json", desc="print the result as JSON, which is read here")


class SegmentOutputSpec(TraitedSpec):  # type: ignore[misc]
    out_file = File(desc="the label map")
    probability_file = File(desc="how probable each voxel's label is")
    disagreement_file = File(desc="how far network, vote and planes disagree")
    volumes = traits.Dict(traits.Str, traits.Float, desc="mm3 by the structure's name")


class Segment(_Tomos):
    """Segment one volume (``tomos segment``)."""

    _cmd = "tomos segment"
    input_spec = SegmentInputSpec
    output_spec = SegmentOutputSpec
    _num_threads_name = "num_threads"

    def aggregate_outputs(self, runtime: Any = None, needed_outputs: Any = None) -> Any:
        outputs = super().aggregate_outputs(runtime, needed_outputs)
        if runtime is not None and runtime.stdout:
            found = json.loads(runtime.stdout)["structures"]
            outputs.volumes = {one["name"]: float(one["mm3"]) for one in found}
        return outputs

    def _list_outputs(self) -> dict[str, Any]:
        outputs: dict[str, Any] = super()._list_outputs()
        for name in ("probability_file", "disagreement_file"):
            value = getattr(self.inputs, name)
            if isdefined(value):
                outputs[name] = str(Path(value).absolute())
        return outputs


class ConvertInputSpec(CommandLineInputSpec):  # type: ignore[misc]
    in_file = _image(argstr="--input=%s", mandatory=True, desc="a folder, a DICOM file, an archive or an image file")
    out_file = File(
        argstr="--output=%s",
        name_source="in_file",
        name_template="%s.nii.gz",
        keep_extension=False,
        xor=["out_dir"],
        desc="the file to write, where there is one image",
    )
    out_dir = Directory(argstr="--output=%s/", xor=["out_file"], desc="the folder to write to, for several images")
    pattern = traits.Str(argstr="-f %s", desc="names of files in the output folder, such as %s", requires=["out_dir"])
    orient = traits.Str(argstr="--orient=%s", desc="order of the voxel axes, such as RAS")
    series = traits.Str(argstr="--series=%s", desc="series instance UID")
    volume_index = traits.Int(argstr="--volume-index=%d", desc="which volume of a 4-D image")
    tilt = traits.Enum("native", "shear", "fail", argstr="--tilt=%s", desc="slices that lean")
    gaps = traits.Enum("fail", "resample", argstr="--gaps=%s", desc="missing slices")
    split_by = traits.List(traits.Str, argstr="--split-by=%s", sep=",", desc="attributes that part a series")
    pack = traits.Bool(argstr="--pack", desc="keep unlike images of a series in one")
    join = traits.Bool(argstr="--join", desc="make one 4-D image of series that follow each other")
    overwrite = traits.Bool(True, usedefault=True, argstr="--overwrite", desc="replace files that are there")
    json = traits.Bool(True, usedefault=True, argstr="--json", desc="print a report as JSON, which is read here")


class ConvertOutputSpec(TraitedSpec):  # type: ignore[misc]
    out_file = File(desc="the image, where there is one")
    out_files = traits.List(File, desc="all images")
    json_files = traits.List(File, desc="their sidecars")
    bval_files = traits.List(File, desc="b-values")
    bvec_files = traits.List(File, desc="gradient directions")


class Convert(_Tomos):
    """Convert DICOM series or image files to NIfTI (``tomos convert``)."""

    _cmd = "tomos convert"
    input_spec = ConvertInputSpec
    output_spec = ConvertOutputSpec

    def _format_arg(self, name: str, spec: Any, value: Any) -> str:
        return shlex.join(["-f", value]) if name == "pattern" else super()._format_arg(name, spec, value)

    def _parse_inputs(self, skip: Any = None) -> Any:
        # A name made from the input's would be given beside the folder.
        skip = [*(skip or []), "out_file"] if isdefined(self.inputs.out_dir) else skip
        return super()._parse_inputs(skip)

    def aggregate_outputs(self, runtime: Any = None, needed_outputs: Any = None) -> Any:
        outputs = self._outputs()
        folder = Path(runtime.cwd)
        images = Conversion.read(json.loads(runtime.stdout), keeps=True, folder=folder).images
        sidecars = [file for image in images for file in image.sidecars]
        outputs.out_files = [str(image.path) for image in images if image.path is not None]
        if len(outputs.out_files) == 1:
            outputs.out_file = outputs.out_files[0]
        for kind in ("json", "bval", "bvec"):
            setattr(outputs, f"{kind}_files", [str(file) for file in sidecars if file.suffix == f".{kind}"])
        return outputs


class RunInputSpec(CommandLineInputSpec):  # type: ignore[misc]
    pipeline_file = File(exists=True, resolve=True, argstr="%s", position=-2, mandatory=True, desc="the pipeline file")
    study = _image(argstr="%s", position=-1, mandatory=True, desc="the study: a folder, or an image file")
    out_dir = Directory("results", usedefault=True, argstr="--output=%s", desc="the folder for results")
    set = traits.Dict(traits.Str, traits.Any, argstr="--set=%s", desc="values of the pipeline, by their keys")
    fast = traits.Bool(argstr="--fast", desc="less time for less accuracy")
    case = InputMultiObject(traits.Str, argstr="--case=%s...", desc="these cases only")
    redo = traits.Enum("failed", "stale", "all", argstr="--redo=%s", desc="do cases again that have results")
    workers = traits.Int(argstr="--workers=%d", nohash=True, desc="cases at a time")
    timeout = traits.Str(argstr="--timeout=%s", desc="time that a case may take, such as 30 min")
    memory = traits.Str(argstr="--memory=%s", desc="memory that may be taken")
    num_threads = traits.Int(argstr="--jobs=%d", nohash=True, desc="processors to keep busy")
    allow_failures = traits.Bool(False, usedefault=True, desc="go on though some cases failed or are stale")


class RunOutputSpec(TraitedSpec):  # type: ignore[misc]
    out_dir = Directory(desc="the results folder")
    label_files = traits.List(File, desc="the label map of each case that is done")
    volumes_file = File(desc="a line per case and label")
    summary_file = File(desc="a line per case")
    failed = traits.List(traits.Str, desc="cases that failed")


class Run(_Tomos):
    """Run a pipeline over a study (``tomos run``)."""

    _cmd = "tomos run --quiet"
    input_spec = RunInputSpec
    output_spec = RunOutputSpec
    _num_threads_name = "num_threads"

    def _format_arg(self, name: str, spec: Any, value: Any) -> str:
        if name == "set":
            return shlex.join(settings(value))
        if name == "case":
            return shlex.join(f"--case={case}" for case in value)
        return super()._format_arg(name, spec, value)

    def _run_interface(self, runtime: Any, correct_return_codes: Any = (0,)) -> Any:
        codes = (*correct_return_codes, 1) if self.inputs.allow_failures else correct_return_codes
        return super()._run_interface(runtime, codes)

    def _list_outputs(self) -> dict[str, Any]:
        result = RunResult.read(Path(self.inputs.out_dir).absolute())
        outputs: dict[str, Any] = {
            "out_dir": str(result.output),
            "label_files": [str(case.path) for case in result.done],
            "summary_file": str(result.output / "summary.csv"),
            "failed": [case.id for case in result.failed],
        }
        # Only where the pipeline's outputs name it.
        if (result.output / "volumes.csv").is_file():
            outputs["volumes_file"] = str(result.output / "volumes.csv")
        return outputs
