#!/usr/bin/env python3
"""Compares `tomos convert` with references, with dcm2niix on the same files, and with what public bug reports ask for.

Usage: compare.py TOMOS CONFORMANCE OUT.md
CONFORMANCE is the folder that holds dicom/ (dcm_qa_*, dicom2nifti, nema_wg04) and field/; without it only the series that
this folder's adversarial.py writes are compared.
"""
import os
import sys

import beside
import diffusion
import field
import odd
import references
import sidecars


def sections(tomos, conformance):
    """(text, whether something is wrong) of each part of the page."""
    dicom, cases = os.path.join(conformance, "dicom"), os.path.join(conformance, "field")
    if os.path.isdir(dicom):
        yield beside.section(tomos, dicom)
        yield references.section(tomos, dicom)
        yield sidecars.section(tomos, conformance)
        yield diffusion.section(tomos, conformance)
    else:
        print(f"not compared with references: {dicom} is absent", file=sys.stderr)
    if os.path.isdir(cases):
        yield field.section(tomos, cases)
    else:
        print(f"not compared with bug reports: {cases} is absent", file=sys.stderr)
    yield odd.section(tomos)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    tomos, conformance, out = (os.path.abspath(path) for path in sys.argv[1:])
    parts = list(sections(tomos, conformance))
    text = "\n".join(["# DICOM conformance\n\nMade by `make conformance`.\n", *(text for text, _ in parts)])
    with open(out, "w") as file:
        file.write(text)
    print(text)
    sys.exit(1 if any(failed for _, failed in parts) else 0)


if __name__ == "__main__":
    main()
