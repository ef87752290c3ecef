"""Segments one volume by a task pack with tomos."""

__license__ = "Apache-2.0"

import shlex

from snakemake.shell import shell

image = snakemake.input.get("image", snakemake.input[0])  # noqa: F821
labels = snakemake.output.get("labels", snakemake.output[0])  # noqa: F821
extra = snakemake.params.get("extra", "")  # noqa: F821
log = snakemake.log_fmt_shell(stdout=False, stderr=True)  # noqa: F821

options = ""
for name in ("probability", "disagreement"):
    if snakemake.output.get(name):  # noqa: F821
        options += f" --{name}={shlex.quote(snakemake.output.get(name))}"  # noqa: F821
memory = snakemake.resources.get("mem_mb")  # noqa: F821
if isinstance(memory, int):
    options += f" --memory={memory}MiB"
report = snakemake.output.get("json")  # noqa: F821
goes_to = f"> {shlex.quote(report)}" if report else "> /dev/null"

shell(
    "tomos segment --input={image:q} --task={snakemake.input.task:q} --output={labels:q}"
    " --jobs={snakemake.threads} --json{options} {extra} {goes_to} {log}"
)
