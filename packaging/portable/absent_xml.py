"""Writes a libxml2 that has nothing in it.

Debian's DCMTK asks for libxml2 to turn XML into DICOM, which the program never does, and that asks for ICU: 35 MB that
nothing would read. The loader wants every name to be there; who called one would be told so.
"""

import re
import subprocess
from collections import defaultdict
from pathlib import Path

SOURCE = """\
#include <stdio.h>
#include <stdlib.h>
static void absent(void) {
    fputs("tomos: this build of DCMTK reads no XML\\n", stderr);
    abort();
}
"""


def write(asking: Path, library: Path, compiler: str = "clang") -> None:
    """Makes `library` with the names of libxml2 that `asking` wants, in their versions."""
    listed = subprocess.check_output(["nm", "-D", "--undefined-only", asking], text=True)
    names: dict[str, set[str]] = defaultdict(set)
    for name, version in re.findall(r" U ((?:__)?xml\w+)(?:@(LIBXML2_[\d.]+))?$", listed, re.M):
        names[version].add(name)
    plain = names.pop("", set())
    text = SOURCE + "".join(
        f'void {name}(void) __attribute__((alias("absent")));\n' for name in sorted(plain.union(*names.values()))
    )
    source, versions = library.with_suffix(".c"), library.with_suffix(".map")
    source.write_text(text)
    parts = [f"{version} {{ {' '.join(f'{n};' for n in sorted(names[version]))} }};\n" for version in sorted(names)]
    versions.write_text("".join(parts))
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", f"-Wl,-soname,{library.name}", f"-Wl,--version-script={versions}",
         "-Wl,--build-id=none", source, "-o", library], check=True)  # fmt: skip
    source.unlink()
    versions.unlink()
