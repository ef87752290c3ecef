"""Writes dist/tomos-VERSION.cdx.json, the CycloneDX list of all that is in the wheel and the archive, from what
packaging/portable/build.py wrote down. Two runs give the same bytes.

Usage: .venv-wheel/bin/python packaging/dist/sbom.py [FOLDER]   (default: dist)
"""

import hashlib
import json
import re
import subprocess
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "Sources" / "CTomosWeights" / "tomos-1.safetensors"


def program(version: str) -> Component:
    return Component(
        name="tomos", version=version, type=ComponentType.APPLICATION, bom_ref="tomos",
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
    )  # fmt: skip


def debian(package: str, version: str) -> Component:
    purl = PackageURL("deb", "debian", package, version, qualifiers={"distro": distribution()})
    return Component(
        name=package, version=version, type=ComponentType.LIBRARY, purl=purl, bom_ref=f"deb:{package}",
        licenses=[DisjunctiveLicense(name=f"see licenses/debian-{package}.txt")],
    )  # fmt: skip


def distribution() -> str:
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return f"{release['ID']}-{release['VERSION_ID']}".replace('"', "")


def swift(package: dict[str, str]) -> Component:
    path = package["location"].removeprefix("https://").removesuffix(".git")
    namespace, _, name = path.rpartition("/")
    return Component(
        name=package["name"], version=package["version"], type=ComponentType.LIBRARY,
        purl=PackageURL("swift", namespace, name, package["version"]), bom_ref=f"swift:{package['name']}",
        external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(package["location"]))],
        # As resolved where it was built, which may have copies of its own of the packages.
        properties=[Property(name="tomos:revision", value=package["revision"])],
    )  # fmt: skip


def others(made_of: dict[str, Any]) -> list[Component]:
    """What is in no package's name: Swift's runtime, three.js (111 of Debian's 111+dfsg1-3 is 0.111.0 there), the weights."""
    swift_version = re.search(r"Swift version (\S+)", made_of["compiler"]).group(1)
    three = "0." + re.match(r"\d+", made_of["debian"]["libjs-three"]).group() + ".0"
    weights = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    return [
        Component(name="swift-runtime", version=swift_version, type=ComponentType.FRAMEWORK, bom_ref="swift-runtime",
                  description=made_of["compiler"], licenses=[DisjunctiveLicense(name="see licenses/swift.txt")]),
        Component(name="three.js", version=three, type=ComponentType.LIBRARY, bom_ref="three.js",
                  purl=PackageURL("npm", None, "three", three), licenses=[DisjunctiveLicense(id="MIT")]),
        Component(name=WEIGHTS.name, type=ComponentType.MACHINE_LEARNING_MODEL, bom_ref="weights",
                  hashes=[HashType(alg=HashAlgorithm.SHA_256, content=weights)],
                  licenses=[DisjunctiveLicense(id="Apache-2.0")]),
    ]  # fmt: skip


def main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist")
    made_of = json.loads((ROOT / ".build" / "portable" / "components.json").read_text())
    version = made_of["version"]
    date = int(subprocess.check_output([ROOT / "packaging" / "version", "date"], text=True))
    root = program(version)
    parts = [debian(*item) for item in sorted(made_of["debian"].items())]
    parts += [swift(package) for package in made_of["swift"]]
    parts += others(made_of)
    bom = Bom(
        components=parts,
        metadata=BomMetaData(component=root, timestamp=datetime.fromtimestamp(date, timezone.utc), tools=[]),
        # Of what is in it, where a random number would be of nothing.
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, "pkg:pypi/tomos-seg@" + quote(json.dumps(made_of, sort_keys=True))),
    )
    bom.register_dependency(root, parts)
    text = JsonV1Dot6(bom).output_as_string(indent=2) + "\n"
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if problem:
        sys.exit(f"the list of parts is no CycloneDX 1.6: {problem}")
    target.mkdir(exist_ok=True)
    for older in target.glob("tomos-*.cdx.json"):
        older.unlink()
    file = target / f"tomos-{version}.cdx.json"
    file.write_text(text)
    print(file)


if __name__ == "__main__":
    main()
