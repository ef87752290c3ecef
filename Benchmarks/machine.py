"""The machine that a benchmark runs on."""

import os
import pathlib
import platform
import re


def describe_cpu():
    """The processor, and whether it has what bf16 inference needs."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    model = re.search(r"model name\s*: (.*)", text)
    flags = re.search(r"flags\s*: (.*)", text)
    offers = set(flags.group(1).split()) if flags else set()
    wanted = {"AVX2": "avx2", "AVX-512": "avx512f", "avx512_bf16": "avx512_bf16", "AMX": "amx_bf16"}
    features = ", ".join(f"{name} {'yes' if flag in offers else 'no'}" for name, flag in wanted.items())
    name = model.group(1) if model else platform.machine()
    return f"{name}, {len(os.sched_getaffinity(0))} processors; {features}"
