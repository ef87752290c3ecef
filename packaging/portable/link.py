"""Links the program once more, for machines without its C libraries.

The objects are those of `make build`, and so is the command, with these differences: libraries that Debian has as
archives are linked in; those that it has not are looked for in `lib` beside the program (packaging/portable/build puts
them there); and nothing newer than glibc 2.34 is asked for.
"""

import json
import platform
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LIBRARIES = Path("/usr/lib") / f"{platform.machine()}-linux-gnu"

# Named by the recorded command or by a module map, and linked in.
STATIC = ["archive", "cairo", "deflate", "md", "nifti2", "openjp2", "webp", "z", "znz"]
# What those need. Not libarchive's libxml2, ACL and LZ4, nor cairo's X11: the program calls nothing that uses them.
NEEDED_BY_STATIC = [
    "pixman-1", "fontconfig", "freetype", "png16", "brotlidec", "brotlicommon", "expat", "lzma", "bz2", "zstd",
]  # fmt: skip
# Of newer libraries than the program shall need; older.cpp has them in another way.
WRAPPED = ["hypot", "hypotf", "arc4random_buf", "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE"]
# The GNU LGPL asks that this one can be exchanged.
SHARED = ["nettle"]


def recorded_command(build: Path) -> list[str]:
    """The command with which `swift build` linked the program."""
    manifest = (build / "release.yaml").read_text()
    found = re.search(r'"C\.tomos-[^"]*release\.exe":\n(?:    .*\n)*?    args: (\[.*\])\n', manifest)
    if not found:
        raise SystemExit(f"{build}/release.yaml does not say how tomos is linked: run 'make build' first")
    return json.loads(found.group(1))


def compiler(build: Path) -> Path:
    """The C compiler that came with the Swift compiler of the build."""
    return Path(recorded_command(build)[0]).with_name("clang")


def link(build: Path, program: Path) -> list[Path]:
    """Links the program and returns the archives of Debian's of which something went into it."""
    work = program.parent
    archives = work / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    # The linker takes the first folder that has a library in any form: this one has archives only.
    for name in STATIC + NEEDED_BY_STATIC:
        entry = archives / f"lib{name}.a"
        entry.unlink(missing_ok=True)
        entry.symlink_to(LIBRARIES / f"lib{name}.a")

    command = recorded_command(build)
    older = work / "older.o"
    subprocess.run([compiler(build), "-std=c++17", "-O2", "-fPIE", "-c", HERE / "older.cpp", "-o", older], check=True)
    command[command.index("-o") + 1] = str(program)
    map_file = work / "tomos.map"
    command[1:1] = ["-L", str(archives), str(older)]
    command += [f"-l{name}" for name in NEEDED_BY_STATIC + SHARED]
    options = [f"--wrap={name}" for name in WRAPPED]
    for option in [*options, "-rpath=$ORIGIN/lib", "--disable-new-dtags", f"-Map={map_file}"]:
        command += ["-Xlinker", option]
    subprocess.run(command, check=True)
    return archives_of(map_file.read_text(errors="replace"), archives)


def archives_of(text: str, archives: Path) -> list[Path]:
    """The archives of which a linker's map names a member that was taken."""
    names = set(re.findall(rf"{re.escape(str(archives))}/(lib[^/\s(]+\.a)(?:\(|:)", text))
    return sorted((archives / name).resolve() for name in names)
