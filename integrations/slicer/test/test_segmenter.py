"""The module of 3D Slicer without Slicer: stand-ins for what Slicer gives, the real program, real files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import nibabel
import nrrd
import numpy
import pytest

HERE = Path(__file__).resolve().parent
MODULE = HERE.parent / "TomosSegmenter"
SAMPLES = HERE.parents[2] / "sample-data"
PACK = str(SAMPLES / "packs" / "phantom")


class Node:
    """A volume or a segmentation of the scene."""

    def __init__(self, name: str, file: Path | None = None) -> None:
        self.name, self.file, self.transform, self.reference = name, file, None, None
        self.header: dict[str, Any] = {}
        self.voxels: Any = None
        self.content = b""

    def GetName(self) -> str:
        return self.name

    def SetName(self, name: str) -> None:
        self.name = name

    def GetTransformNodeID(self) -> str | None:
        return self.transform

    def SetAndObserveTransformNodeID(self, transform: str | None) -> None:
        self.transform = transform

    def GetStorageNode(self) -> str:
        return f"storage of {self.name}"

    def SetReferenceImageGeometryParameterFromVolumeNode(self, volume: Node) -> None:
        self.reference = volume


class Signals:
    """A widget or timer that is connected as PythonQt does it."""

    def __init__(self, *arguments: object) -> None:
        self.slots: dict[str, Callable[..., None]] = {}
        self.active = False

    def connect(self, signal: str, slot: Callable[..., None]) -> None:
        self.slots[signal] = slot

    def setInterval(self, milliseconds: int) -> None: ...

    def start(self) -> None:
        self.active = True

    def stop(self) -> None:
        self.active = False


class Application:
    """What a test asks of the stand-ins."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.loaded: list[Node] = []
        self.removed: list[object] = []
        self.registered = 0

    def save(self, volume: Node, path: str) -> bool:
        """As Slicer writes a volume: LPS, the directions of the voxel axes."""
        if volume.file is None:
            return False
        image = nibabel.load(volume.file)
        to_lps = numpy.diag([-1.0, -1.0, 1.0])
        header = {
            "space": "left-posterior-superior",
            "space directions": (to_lps @ image.affine[:3, :3]).T,
            "space origin": to_lps @ image.affine[:3, 3],
            "kinds": ["domain", "domain", "domain"],
            "encoding": "gzip",
        }
        nrrd.write(path, numpy.asarray(image.dataobj), header)
        return True

    def load(self, path: str) -> Node:
        node = Node("volume_labels.seg")
        node.voxels, node.header = nrrd.read(path)
        node.content = Path(path).read_bytes()
        self.loaded.append(node)
        return node

    def error(self, text: str, detailedText: str = "") -> None:
        self.errors.append(f"{text}\n{detailedText}".strip())


class Storage:
    """A storage node that is in no scene."""

    def __init__(self, application: Application) -> None:
        self.application, self.file = application, ""
        application.registered += 1

    def SetFileName(self, file: str) -> None:
        self.file = file

    def WriteData(self, volume: Node) -> int:
        return int(self.application.save(volume, self.file))

    def UnRegister(self, _: None) -> None:
        self.application.registered -= 1


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    application = Application()
    slicer = MagicMock()
    slicer.mrmlScene.CreateNodeByClass.side_effect = lambda kind: Storage(application)
    slicer.mrmlScene.RemoveNode.side_effect = application.removed.append
    slicer.util.loadSegmentation = application.load
    slicer.util.errorDisplay = application.error
    slicer.util.startupEnvironment = lambda: {**os.environ, "OF_SLICER": "no"}
    base = types.ModuleType("slicer.ScriptedLoadableModule")

    class Widget:
        def __init__(self, parent: object = None) -> None:
            self.layout = MagicMock()

        def setup(self) -> None: ...

    base.ScriptedLoadableModule = type("Module", (), {"__init__": lambda self, parent: None})
    base.ScriptedLoadableModuleLogic = type("Logic", (), {"__init__": lambda self: None})
    base.ScriptedLoadableModuleWidget = Widget
    qt, ctk = MagicMock(), MagicMock()
    qt.QTimer = qt.QPushButton = Signals
    # Each widget is one of its own.
    for kind in (qt.QLabel, qt.QCheckBox, ctk.ctkPathLineEdit, slicer.qMRMLNodeComboBox):
        kind.side_effect = lambda *arguments: MagicMock()
    stand_ins = {"slicer": slicer, "slicer.ScriptedLoadableModule": base, "qt": qt, "ctk": ctk, "vtk": MagicMock()}
    for name, module in stand_ins.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(MODULE))
    yield application
    for name in [name for name in sys.modules if name.startswith("TomosSegmenter")]:
        del sys.modules[name]


@pytest.fixture
def widget(application: Application, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module's widget, with a volume and a pack chosen; its temporary files must be gone at the end."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    import TomosSegmenter

    widget = TomosSegmenter.TomosSegmenterWidget()
    widget.setup()
    widget.volume.currentNode = lambda: Node("CT", SAMPLES / "study" / "case-1.nii.gz")
    widget.pack.currentPath, widget.program.currentPath, widget.fast.checked = PACK, str(program), True
    yield widget
    widget.cleanup()
    assert application.registered == 0
    assert list(scratch.iterdir()) == []


def turn(widget: Any, seconds: float = 120) -> None:
    """The event loop of Qt: the timer rings until the widget stops it."""
    end = time.monotonic() + seconds
    while widget.timer.active:
        assert time.monotonic() < end
        widget.timer.slots["timeout()"]()
        time.sleep(0.05)


def press(button: Signals) -> None:
    button.slots["clicked(bool)"](False)


def test_volume_to_segmentation(widget: Any, application: Application, program: Path, tmp_path: Path) -> None:
    volume = Node("CT", SAMPLES / "study" / "case-1.nii.gz")
    volume.transform = "vtkMRMLTransformNode1"
    widget.volume.currentNode = lambda: volume
    press(widget.applyButton)
    assert (widget.applyButton.enabled, widget.cancelButton.enabled) == (False, True)
    turn(widget)
    assert application.errors == []
    (node,) = application.loaded
    assert application.removed == ["storage of volume_labels.seg"]
    assert (node.name, node.transform, node.reference) == ("CT segmentation", volume.transform, volume)
    names = [value for key, value in sorted(node.header.items()) if re.fullmatch(r"Segment\d+_Name", key)]
    assert names == ["liver", "spleen", "kidney-right", "kidney-left"]
    # It lies where the volume lies, and finds nearly what is true.
    truth = numpy.asarray(nibabel.load(SAMPLES / "truth" / "case-1.nii.gz").dataobj)
    assert node.voxels.shape == truth.shape
    label = int(node.header["Segment0_LabelValue"])
    dice = 2 * ((node.voxels == label) & (truth == 1)).sum() / ((node.voxels == label).sum() + (truth == 1).sum())
    assert dice > 0.9
    assert (widget.applyButton.enabled, widget.cancelButton.enabled) == (True, False)
    assert "CT segmentation" in widget.status.text
    # What Slicer saves, corrected, goes back into the pack.
    shutil.copytree(PACK, tmp_path / "pack")
    application.save(volume, str(tmp_path / "volume.nrrd"))
    (tmp_path / "Segmentation.seg.nrrd").write_bytes(node.content)
    words = ["task", "add", "pack", "--image", "volume.nrrd", "--labels", "Segmentation.seg.nrrd"]
    subprocess.run([program, *words], cwd=tmp_path, check=True, capture_output=True)
    assert "volume" in (tmp_path / "pack" / "pack.yaml").read_text()


def test_what_the_program_refuses_is_shown(widget: Any, application: Application, tmp_path: Path) -> None:
    shutil.copytree(PACK, tmp_path / "pack")
    (tmp_path / "pack" / "images" / "phantom-a.nii.gz").unlink()
    widget.pack.currentPath = str(tmp_path / "pack")
    press(widget.applyButton)
    turn(widget)
    assert application.loaded == []
    (error,) = application.errors
    assert "tomos: error: " in error
    assert "phantom-a.nii.gz" in error
    assert widget.applyButton.enabled


def test_what_is_missing_is_told_at_once(widget: Any, application: Application, tmp_path: Path) -> None:
    for change, expected in (
        (lambda: setattr(widget.program, "currentPath", str(tmp_path / "none")), "there is no program there"),
        (lambda: setattr(widget.pack, "currentPath", str(tmp_path)), r"pack\.yaml"),
        (lambda: setattr(widget.volume, "currentNode", lambda: Node("lost")), "could not write"),
        (lambda: setattr(widget.volume, "currentNode", lambda: None), "Choose a volume"),
    ):
        before = (widget.program.currentPath, widget.pack.currentPath)
        change()
        press(widget.applyButton)
        assert re.search(expected, application.errors[-1]), application.errors
        assert not widget.timer.active
        widget.program.currentPath, widget.pack.currentPath = before
    assert application.loaded == []


def test_cancel(widget: Any, application: Application) -> None:
    widget.fast.checked = False
    press(widget.applyButton)
    process = widget.logic.job._process
    assert b"OF_SLICER=no" in Path(f"/proc/{process.pid}/environ").read_bytes()
    widget.timer.slots["timeout()"]()
    assert process.poll() is None
    press(widget.cancelButton)
    assert process.poll() is not None
    assert (widget.timer.active, widget.applyButton.enabled, application.errors) == (False, True, [])
    # And again from the beginning.
    widget.fast.checked = True
    press(widget.applyButton)
    turn(widget)
    assert len(application.loaded) == 1


def test_program_of_the_package(
    application: Application, monkeypatch: pytest.MonkeyPatch, program_on_path: Path
) -> None:
    from TomosSegmenterLib import JobError, findProgram

    package = types.ModuleType("tomos")
    package.program = lambda: Path("/from/the/package")
    monkeypatch.setitem(sys.modules, "tomos", package)
    assert findProgram() == "/from/the/package"
    monkeypatch.setitem(sys.modules, "tomos", None)
    assert findProgram() == str(program_on_path)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(JobError, match=r"pip_install\('tomos-seg'\)"):
        findProgram()


def test_no_slicer_in_the_job() -> None:
    text = (MODULE / "TomosSegmenterLib" / "Job.py").read_text()
    assert not re.search(r"^\s*(import|from) (slicer|qt|ctk|vtk)\b", text, re.MULTILINE)


def test_extension_names_its_files() -> None:
    listed = (MODULE / "CMakeLists.txt").read_text().replace("${MODULE_NAME}", "TomosSegmenter")
    for file in MODULE.rglob("*.py"):
        assert str(file.relative_to(MODULE)) in listed
