"""The module `Tomos Segmenter` of 3D Slicer: runs the program on the loaded volume and loads what it finds."""

import os
import tempfile

import ctk
import qt
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleWidget,
)
from TomosSegmenterLib import Job, JobError, findProgram

import slicer


class TomosSegmenter(ScriptedLoadableModule):
    """What Slicer shows of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "Tomos Segmenter"
        parent.categories = ["Segmentation"]
        parent.dependencies = []
        parent.contributors = ["The authors of Tomos"]
        parent.helpText = (
            "Segments the loaded volume by a task pack, which is a folder with a few annotated examples. "
            "Not a medical device: for research use only."
        )
        parent.acknowledgementText = "Slices are segmented by UniverSeg's method (Butoi, Ortiz et al., 2023)."


class TomosSegmenterLogic(ScriptedLoadableModuleLogic):
    """From a volume of the scene to a segmentation in it, by a job that runs beside Slicer."""

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        self.job = None
        self._volume = None
        self._folder = None

    def start(self, volume, pack, options=(), program=""):
        """Start to segment a volume node. Raises JobError, with words for a person, where that cannot be."""
        if self.job is not None:
            raise JobError("A volume is being segmented already.")
        if volume is None:
            raise JobError("Choose a volume.")
        if not os.path.isfile(os.path.join(pack, "pack.yaml")):
            raise JobError(f"{pack or 'Task pack'}: choose the folder of a task pack (it holds pack.yaml).")
        found = findProgram(program)
        self._folder = tempfile.TemporaryDirectory(prefix="tomos-slicer-")
        image = os.path.join(self._folder.name, "volume.nrrd")
        if not self._write(volume, image):
            self._clear()
            raise JobError(f"{volume.GetName()}: Slicer could not write the volume.")
        self._volume = volume
        # Without the libraries that Slicer's launcher puts in the way of other programs.
        self.job = Job(found, image, pack, options, slicer.util.startupEnvironment())
        self.job.start()

    def poll(self):
        """How it stands: `running`, or how it ended; then the job is gone but for what was asked.

        Returns a pair: the state, and the segmentation node where it is done, the text of the error where it failed.
        """
        state = self.job.poll()
        if state == "running":
            return state, self.job.messages
        try:
            return state, self._load() if state == "done" else self.job.messages
        finally:
            self._clear()

    def cancel(self):
        """End the job where one runs."""
        self._clear()

    @staticmethod
    def _write(volume, file):
        """Write a volume by a storage node of its own: that of the volume goes on to name the volume's file."""
        storage = slicer.mrmlScene.CreateNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        try:
            storage.SetFileName(file)
            return bool(storage.WriteData(volume))
        finally:
            storage.UnRegister(None)

    def _load(self):
        segmentation = slicer.util.loadSegmentation(str(self.job.segmentation))
        # Its file is about to go: nothing is to be saved there.
        if segmentation.GetStorageNode() is not None:
            slicer.mrmlScene.RemoveNode(segmentation.GetStorageNode())
        segmentation.SetName(f"{self._volume.GetName()} segmentation")
        if slicer.mrmlScene.IsNodePresent(self._volume):
            segmentation.SetReferenceImageGeometryParameterFromVolumeNode(self._volume)
            # The file holds the volume as it is under its transform.
            segmentation.SetAndObserveTransformNodeID(self._volume.GetTransformNodeID())
        return segmentation

    def _clear(self):
        if self.job is not None:
            self.job.close()
        if self._folder is not None:
            self._folder.cleanup()
        self.job = self._volume = self._folder = None


class TomosSegmenterWidget(ScriptedLoadableModuleWidget):
    """Volume, task pack, two buttons, and what the program says."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.logic = TomosSegmenterLogic()
        self.timer = qt.QTimer()
        self.timer.setInterval(250)
        self.timer.connect("timeout()", self.onTimer)

        form = qt.QFormLayout()
        self.volume = slicer.qMRMLNodeComboBox()
        self.volume.nodeTypes = ["vtkMRMLScalarVolumeNode"]
        self.volume.addEnabled = self.volume.removeEnabled = False
        self.volume.setMRMLScene(slicer.mrmlScene)
        form.addRow("Volume:", self.volume)
        self.pack = ctk.ctkPathLineEdit()
        self.pack.filters = ctk.ctkPathLineEdit.Dirs
        self.pack.settingKey = "TomosSegmenterPack"
        form.addRow("Task pack:", self.pack)
        self.program = ctk.ctkPathLineEdit()
        self.program.filters = ctk.ctkPathLineEdit.Files
        self.program.settingKey = "TomosSegmenterProgram"
        self.program.toolTip = "Where the program 'tomos' is; empty: that of the Python package tomos-seg, or on PATH."
        form.addRow("Program:", self.program)
        self.fast = qt.QCheckBox("less time for less accuracy")
        form.addRow("Fast:", self.fast)
        self.applyButton = qt.QPushButton("Segment")
        self.applyButton.connect("clicked(bool)", self.onApply)
        form.addRow(self.applyButton)
        self.cancelButton = qt.QPushButton("Cancel")
        self.cancelButton.enabled = False
        self.cancelButton.connect("clicked(bool)", self.onCancel)
        form.addRow(self.cancelButton)
        self.status = qt.QLabel("")
        self.status.wordWrap = True
        form.addRow(self.status)
        self.layout.addLayout(form)
        self.layout.addStretch(1)

    def cleanup(self):
        """Slicer ends, or the module is loaded anew."""
        self.onCancel()

    def onApply(self, _checked=False):
        options = ["--fast"] if self.fast.checked else []
        try:
            self.logic.start(self.volume.currentNode(), self.pack.currentPath, options, self.program.currentPath)
        except JobError as error:
            slicer.util.errorDisplay(str(error))
            return
        self._show(True, "segmenting")
        self.timer.start()

    def onTimer(self):
        state, told = self.logic.poll()
        if state == "running":
            self.status.text = told.splitlines()[-1] if told else "segmenting"
            return
        self.timer.stop()
        self._show(False, "")
        if state == "done":
            self.status.text = f"{told.GetName()} is there."
        else:
            slicer.util.errorDisplay("The volume was not segmented.", detailedText=told)
            self.status.text = told

    def onCancel(self, _checked=False):
        self.timer.stop()
        self.logic.cancel()
        self._show(False, "")

    def _show(self, running, text):
        self.applyButton.enabled = not running
        self.cancelButton.enabled = running
        self.status.text = text
