"""What the processes have in common in which others' programs run: a job comes as JSON, what it took goes back so."""

import json
import resource
import sys
import time

import nibabel
import numpy


# CPU seconds after which a process is ended: what takes longer counts as failed.
LIMIT = 3600


class Stopwatch:
    """CPU seconds of this process, by all of its threads, and seconds by the clock."""

    def __enter__(self):
        self.before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        self.start = (time.process_time(), time.monotonic())
        return self

    def __exit__(self, *_):
        self.cpu = time.process_time() - self.start[0]
        self.seconds = time.monotonic() - self.start[1]

    def told(self) -> dict:
        return {"cpu": self.cpu, "seconds": self.seconds, "before": self.before / 2**30}


def job() -> dict:
    """fixed, moving, labels, out: files; settings: a method's; threads."""
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    return json.loads(sys.argv[1])


def tell(found: dict):
    # On a line of its own, behind whatever the program said.
    print("\n" + json.dumps(found))


def write_labels(ids, like: str, path: str):
    """Writes a label map, ids along x, y and z, on the grid of another file."""
    header = nibabel.load(like)
    image = nibabel.Nifti1Image(numpy.rint(numpy.asarray(ids)).astype(numpy.uint16), header.affine)
    image.set_qform(header.affine, 1)
    nibabel.save(image, path)


def is_thick(spacing) -> list:
    """For each axis whether its voxels are more than twice as long as the shortest side."""
    return [side > 2 * min(spacing) for side in spacing]
