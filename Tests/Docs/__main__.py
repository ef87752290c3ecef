"""Runs the commands of the docs, and opens the site that is made of them.

Usage: scripts/test-docs TOMOS [--short] [--only PAGE] [--site]
"""

import argparse
import collections
import pathlib
import shutil
import sys
import tempfile
import time

from . import pages, site
from .grammar import Grammar
from .running import PageRun
from .scratch import Scratch, small_data
from .shell import Shell
from .table import Table


def main():
    parser = argparse.ArgumentParser(prog="scripts/test-docs", description=__doc__.split("\n")[0])
    parser.add_argument("tomos", metavar="TOMOS", type=pathlib.Path, help="the program")
    parser.add_argument("--short", action="store_true", help="smaller sample data; figures are not compared")
    parser.add_argument("--only", metavar="PAGE", help="pages whose path holds this; the site is left out")
    parser.add_argument("--site", action="store_true", help="the site alone")
    told = parser.parse_args()
    root = pages.repository()
    faults = []
    if not told.site:
        faults += run_pages(root, told)
    if not told.only:
        faults += site.faults(root)
    for text in faults:
        print(text, file=sys.stderr)
    sys.exit(1 if faults else 0)


def run_pages(root, told):
    grammar = Grammar(told.tomos, root)
    table = Table(pathlib.Path(__file__).with_name("commands.yaml"))
    every = [page for page in pages.all_pages(root) if not told.only or told.only in page.path]
    faults, ran, left, began = [], 0, collections.defaultdict(list), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tomos-docs-") as folder:
        folder = pathlib.Path(folder)
        if told.short:
            small_data(root / "sample-data", folder / "small")
        runs = [run_page(page, folder / str(n), root, told, grammar, table) for n, page in enumerate(every)]
    for run in runs:
        faults += run.faults
        ran += run.ran
        for reason, commands in run.left.items():
            left[reason] += commands
    print("left out, read only:")
    for reason, commands in left.items():
        print(f"  {len(commands):3}  {reason}")
    print(f"{ran} commands of {len(every)} pages ran in {time.monotonic() - began:.0f} s, {len(faults)} faults")
    if not told.only:
        faults += [f"Tests/Docs/commands.yaml: no page has '{pattern}'" for pattern in table.unused()]
    return faults + ([] if ran else ["no command was run"])


def run_page(page, folder, root, told, grammar, table):
    if page.commands:
        print(page.path)
    folder.mkdir()
    tomos = told.tomos.resolve()
    scratch = Scratch(folder, root, tomos, folder.parent / "small" if told.short else None)
    run = PageRun(page, scratch, Shell(scratch.root, tomos, folder), grammar, table)
    run.whole()
    shutil.rmtree(folder)
    return run


main()
