"""Makes .build/portable: the program and all that it needs beside glibc 2.34 and the C++ library of the machine.

    program/tomos             the program, stripped
    program/lib/              C libraries that Debian has not as archives
    program/data/             DCMTK's dictionaries, a font: the program finds them beside itself
    licenses/                 of all parts
    components.json           what went in: Debian packages, Swift packages, files

Wheel and archive are made of it. Usage: python3 packaging/portable/build.py
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import absent_xml
import link

ROOT = Path(__file__).parents[2]
BUILD = ROOT / ".build"
FOLDER = BUILD / "portable"
# Every Linux with glibc and Python has these; manylinux takes them for granted too.
OF_THE_MACHINE = re.compile(r"(libc|libm|libdl|libpthread|librt|libz|libstdc\+\+|libgcc_s|ld-linux.*)\.so\.\d+")
DICTIONARIES = ["dicom.dic", "private.dic"]
FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]


def text_of(*command: str | Path) -> str:
    return subprocess.check_output(command, text=True).strip()


def check_version() -> str:
    """The version of the source, which the program that was built must have too."""
    (version, said) = (text_of(ROOT / "packaging" / "version"), text_of(BUILD / "release" / "tomos", "--version"))
    if version != said:
        sys.exit(f".build/release/tomos is version {said}, the source {version}: run 'make build' again")
    return version


def carry_libraries(program: Path, folder: Path) -> list[Path]:
    """Copies what the program loads and a machine may not have; returns where each came from."""
    folder.mkdir()
    toolkit = link.LIBRARIES / "libdcmdata.so"
    absent_xml.write(toolkit.resolve(), folder / "libxml2.so.2", str(link.compiler(BUILD)))
    sources = []
    for line in text_of("ldd", program).splitlines():
        name, _, found = line.strip().partition(" => ")
        path = Path(found.split(" (")[0])
        if not found or OF_THE_MACHINE.fullmatch(name) or path.parent.resolve() == folder.resolve():
            continue
        if not path.is_file():
            sys.exit(f"{name}, which the program loads, is not here: {line.strip()}")
        shutil.copyfile(path, folder / name)
        subprocess.run(["patchelf", "--force-rpath", "--set-rpath", "$ORIGIN", folder / name], check=True)
        sources.append(path.resolve())
    return sources


def carry_data(folder: Path) -> list[Path]:
    """Copies dictionaries and fonts; returns where each came from."""
    (folder / "fonts").mkdir(parents=True)
    shutil.copyfile(Path(__file__).parent / "fonts.conf", folder / "fonts" / "fonts.conf")
    toolkit = next(Path("/usr/share").glob("libdcmtk[0-9]*"))
    sources = [toolkit / name for name in DICTIONARIES]
    sources += [Path("/usr/share/fonts/truetype/dejavu") / name for name in FONTS]
    for source in sources:
        shutil.copyfile(source, (folder / "fonts" if source.suffix == ".ttf" else folder) / source.name)
    return sources


def debian_packages(files: list[Path]) -> dict[str, str]:
    """The installed packages to which files belong, with their versions."""
    # Some are listed below /lib, which is /usr/lib.
    patterns = [f"*/{file.parent.name}/{file.name}" for file in files]
    owners = {line.split(": ")[0] for line in text_of("dpkg", "--search", *patterns).splitlines()}
    listed = text_of("dpkg-query", "--show", "--showformat", "${Package} ${Version}\n", *sorted(owners))
    return dict(line.split() for line in listed.splitlines())


def write_licenses(folder: Path, packages: dict[str, str]) -> None:
    folder.mkdir()
    shutil.copyfile(ROOT / "LICENSE", folder / "tomos.txt")
    for package in packages:
        shutil.copyfile(f"/usr/share/doc/{package}/copyright", folder / f"debian-{package}.txt")
    swift = link.compiler(BUILD).parents[1] / "share" / "swift" / "LICENSE.txt"
    shutil.copyfile(swift, folder / "swift.txt")
    for checkout in sorted((BUILD / "checkouts").iterdir()):
        for file in sorted(checkout.iterdir()):
            if re.fullmatch(r"(LICENSE|LICENCE|NOTICE|COPYING)(\.\w+)?", file.name, re.I):
                shutil.copyfile(file, folder / f"swift-package-{checkout.name}-{file.stem.lower()}.txt")


def swift_packages() -> list[dict[str, str]]:
    """What Package.resolved says of the packages that the program was built with."""
    pins = json.loads((ROOT / "Package.resolved").read_text())["pins"]
    return [{"name": pin["identity"], "location": pin["location"], **pin["state"]} for pin in pins]


def main() -> None:
    version = check_version()
    shutil.rmtree(FOLDER, ignore_errors=True)
    program = FOLDER / "program"
    program.mkdir(parents=True)
    linked = link.link(BUILD, FOLDER / "work" / "tomos")
    subprocess.run(["strip", FOLDER / "work" / "tomos", "-o", program / "tomos"], check=True)
    sources = carry_libraries(program / "tomos", program / "lib") + carry_data(program / "data")
    # three.js is in the program's own page. The ICU of Swift's Foundation has the licence that Debian's ICU has.
    three = Path("/usr/share/javascript/three/three.min.js")
    icu = next(link.LIBRARIES.glob("libicuuc.so.*"))
    packages = debian_packages([*sources, *linked, three])
    write_licenses(FOLDER / "licenses", packages | debian_packages([icu]))
    components = {
        "version": version, "debian": packages, "swift": swift_packages(),
        "compiler": text_of(link.compiler(BUILD).with_name("swiftc"), "--version").splitlines()[0],
        "loaded": sorted(path.name for path in (program / "lib").iterdir()),
        "linked": sorted(path.name for path in linked),
    }  # fmt: skip
    (FOLDER / "components.json").write_text(json.dumps(components, indent=2, sort_keys=True) + "\n")
    for path in [FOLDER, *FOLDER.rglob("*")]:
        os.chmod(path, 0o755 if path.is_dir() or path == program / "tomos" else 0o644)


if __name__ == "__main__":
    main()
