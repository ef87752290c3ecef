"""Times `tomos convert` against dcm2niix where headers are most of the work, in turn, and compares what they write.

Usage: convert_many.py TOMOS [ROUNDS]    Needs numpy, pydicom, nibabel and dcm2niix; `make bench` sets them up.
The rows: 3,000 files of 64x64 with a private header of 64 KiB each, one file of 3,000 frames, a folder of 300 series,
200 CT slices of 512x512; uncompressed (-z n) and compressed (-z y). Every written voxel and affine is compared before
anything is timed. Where strace is installed, the files opened and the bytes read of them are counted.
"""
import collections
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import ct_series
import many_images
from convert import DCM2NIIX, require_equal

ROWS = {
    "3,000 files": many_images.write_classic,
    "3,000 frames": many_images.write_enhanced,
    "300 series": many_images.write_tree,
    "200 CT slices": lambda folder: ct_series.write(folder, 200, 512),
}
CALLS = "openat,open,read,readv,pread64,preadv,mmap"


def command(program, source, target, level):
    """Both write sidecars and name files by the series' number."""
    if program == "dcm2niix":
        return [DCM2NIIX, "-b", "y", "-z", level, "-f", "%s", "-o", target, source]
    return [program, "convert", "-q", "-i", source, "-z", level, "-f", "%s", "-o", f"{target}/"]


def run(program, source, target, level):
    """Seconds by the clock and of the processors."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        command(program, source, target, level), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(ours, theirs, ending):
    written = sorted(ours.glob(f"*.{ending}"))
    assert written and [path.name for path in written] == sorted(path.name for path in theirs.glob(f"*.{ending}"))
    for path in written:
        require_equal(path, theirs / path.name)


def measure(name, tomos, source, folder, level, rounds):
    targets = {program: folder / pathlib.Path(program).name for program in (tomos, "dcm2niix")}
    for program, target in targets.items():
        run(program, source, target, level)
    compare(targets[tomos], targets["dcm2niix"], "nii.gz" if level == "y" else "nii")
    times = [
        {program: run(program, source, target, level) for program, target in targets.items()} for _ in range(rounds)
    ]
    columns = []
    for which, unit in ((0, "s"), (1, "s CPU")):
        ours, theirs = ([pair[program][which] for pair in times] for program in targets)
        ratio = statistics.median(b / a for a, b in zip(ours, theirs))
        columns.append(
            f"{statistics.median(ours):7.2f} and {statistics.median(theirs):6.2f} {unit} ({ratio:5.2f} times as fast)")
    print(f"{name:14} -z {level}: {', '.join(columns)}", flush=True)


def reading(program, source, folder):
    """How often files below `source` are opened, the bytes read of them, and those mapped into memory."""
    target, log = folder / "traced", folder / "trace"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for old in folder.glob("trace.*"):
        old.unlink()
    subprocess.run(
        ["strace", "-ff", "-y", "-o", log, "-e", f"trace={CALLS}", *command(program, source, target, "n")], check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    counts = collections.Counter()
    # A log for each thread: in one for all, calls that overlap stand in two lines.
    lines = [line for one in log.parent.glob(log.name + ".*") for line in one.read_text(errors="replace").splitlines()]
    for line in lines:
        found = re.match(r"(\w+)\((.*)\) += (\d+|0x[0-9a-f]+)", line)
        if not found or f"{source}/" not in found[2]:
            continue
        call, arguments, result = found.groups()
        if call in ("open", "openat"):
            counts["opens"] += 1
        elif call == "mmap":
            counts["mapped"] += int(arguments.split(", ")[1])
        else:
            counts["read"] += int(result, 0)
    return counts


def count(name, tomos, source, folder):
    files = sum(1 for path in source.rglob("*") if path.is_file())
    for program in (tomos, "dcm2niix"):
        counts = reading(program, source, folder)
        print(
            f"{name:14} {pathlib.Path(program).name:8}: {counts['opens'] / files:.2f} opens, "
            f"{counts['read'] / files / 1024:.1f} KiB read, {counts['mapped'] / files / 1024:.1f} KiB mapped a file",
            flush=True)


def main():
    tomos, rounds = str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work).resolve()
        sources = {name: folder / f"in{n}" for n, name in enumerate(ROWS)}
        for name, source in sources.items():
            ROWS[name](source)
        print(f"tomos and dcm2niix, voxels and affine equal; {rounds} rounds in turn, medians")
        for name, source in sources.items():
            for level in "ny":
                measure(name, tomos, source, folder, level, rounds)
        if not shutil.which("strace"):
            return print("strace is not installed: files opened and bytes read are not counted")
        for name, source in sources.items():
            count(name, tomos, source, folder)


if __name__ == "__main__":
    main()
