"""What the module does without Slicer and Qt."""

from .Job import Job, JobError, findProgram

__all__ = ["Job", "JobError", "findProgram"]
