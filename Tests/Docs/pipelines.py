"""YAML and JSON of the docs: all of it is read, and what is a pipeline, or a part of one, goes through `tomos pipeline check`."""

import json

import yaml

BASE = "version: 1\ntask: sample-data/packs/phantom\n"


def place(page, scratch):
    """Puts the files that a page names where it says."""
    for name, fence in page.data:
        if name:
            scratch.write(name, fence.text)


def faults(page, scratch, shell, tomos_schema):
    """What is wrong with a page's pieces of YAML and JSON."""
    keys = set(json.loads(tomos_schema)["properties"])
    found = []
    for n, (name, fence) in enumerate(page.data):
        try:
            value = json.loads(fence.text) if fence.language == "json" else yaml.safe_load(fence.text)
        except ValueError as error:
            found.append((fence.line, f"it is no {fence.language}: {error}"))
            continue
        except yaml.YAMLError as error:
            found.append((fence.line, f"it is no YAML: {error}"))
            continue
        if fence.language == "yaml" and isinstance(value, dict) and value and set(value) <= keys:
            found += [(fence.line, text) for text in check(name or f"part-{n}.yaml", value, fence, scratch, shell)]
    return found


def check(name, value, fence, scratch, shell):
    """A part of a pipeline is checked with what it leaves out."""
    text = fence.text
    if "version" not in value:
        text = "version: 1\n" + text
    if "task" not in value:
        text += "task: sample-data/packs/phantom\n"
    if not (scratch.root / name).is_file():
        scratch.write(name, text)
    # What parts name: a file that they include, and a pack that a variable leads to.
    if not (scratch.root / "base.yaml").is_file():
        scratch.write("base.yaml", BASE)
    if not (scratch.root / "packs/liver").is_dir():
        scratch.put("sample-data/packs/phantom", "packs/liver")
    code, _, err = shell.run(f"PACKS=packs tomos pipeline check {name}")
    return [] if code == 0 else [f"'tomos pipeline check' says: {err.strip()}"]
