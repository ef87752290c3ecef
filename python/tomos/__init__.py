"""Tomos from Python: thin, typed calls on the program of the same name.

Segments whole medical volumes (NIfTI, DICOM) from a handful of annotated examples. Not a medical device; for
research use only.

`segment`, `convert`, `run`, `resume`, `status`, `evaluate` and the functions of `tomos.task` call ``tomos segment`` and
so on, with options spelled as the program's are. Images are paths, or images of nibabel (``pip install
'tomos-seg[nibabel]'``). What goes wrong is a `TomosError` with the program's exit code and text; what the program notes
goes to the logger ``tomos``.
"""

from __future__ import annotations

from . import task
from ._command import Ended, command, version
from ._conversion import Conversion, Converted, FileFate
from ._convert import convert
from ._errors import (
    BadConfigurationError,
    BadDataError,
    BusyError,
    CannotCreateError,
    CasesFailed,
    InputOutputError,
    InternalError,
    LimitExceededError,
    MissingInputError,
    ProgramNotFoundError,
    StoppedError,
    TomosError,
    UsageError,
)
from ._evaluate import Evaluation, LabelScores, Row, Summary, evaluate
from ._locate import program
from ._results import (
    Case,
    Ignored,
    Prediction,
    RunResult,
    Segmentation,
    Structure,
)
from ._run import Progress, Status, resume, run, status
from ._segment import segment

__all__ = [
    "BadConfigurationError",
    "BadDataError",
    "BusyError",
    "CannotCreateError",
    "Case",
    "CasesFailed",
    "Conversion",
    "Converted",
    "Ended",
    "Evaluation",
    "FileFate",
    "Ignored",
    "InputOutputError",
    "InternalError",
    "LabelScores",
    "LimitExceededError",
    "MissingInputError",
    "Prediction",
    "ProgramNotFoundError",
    "Progress",
    "Row",
    "RunResult",
    "Segmentation",
    "Status",
    "StoppedError",
    "Structure",
    "Summary",
    "TomosError",
    "UsageError",
    "command",
    "convert",
    "evaluate",
    "program",
    "resume",
    "run",
    "segment",
    "status",
    "task",
    "version",
]
