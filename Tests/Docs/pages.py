"""What a page of the docs holds: commands, what they print, files, and code within sentences."""

import dataclasses
import pathlib
import re
import subprocess

from markdown_it import MarkdownIt

PATTERNS = ["README.md", "CONTRIBUTING.md", "docs/*.md", "integrations/*/README.md"]
SHELL = "sh"
OTHER_SHELLS = {"bash", "shell", "console", "zsh", "shell-session"}


@dataclasses.dataclass
class Command:
    """A command as a page shows it, with its comments, and the output that stands below it."""

    text: str
    line: int
    output: str | None = None

    @property
    def bare(self):
        """On one line, without comments: what tables of commands name it by."""
        joined = re.sub(r"\\\n", " ", self.text)
        lines = [re.sub(r"(^|\s)#\s.*$", "", line) for line in joined.split("\n")]
        return re.sub(r"\s+", " ", " ".join(lines)).strip()


@dataclasses.dataclass
class Fence:
    """A block of code, and the paragraph before it if nothing else is between."""

    language: str
    text: str
    line: int
    lead: str


@dataclasses.dataclass
class Page:
    """A page by kinds: commands; scripts, which begin with #! and are read only; YAML and JSON, each with the file's name
    where the paragraph before names one; code within sentences with its line; and what cannot be read."""

    path: str
    commands: list[Command] = dataclasses.field(default_factory=list)
    scripts: list[Fence] = dataclasses.field(default_factory=list)
    data: list[tuple[str | None, Fence]] = dataclasses.field(default_factory=list)
    inline: list[tuple[str, int]] = dataclasses.field(default_factory=list)
    faults: list[str] = dataclasses.field(default_factory=list)


def all_pages(root):
    return [
        read(root, path.relative_to(root).as_posix()) for pattern in PATTERNS for path in sorted(root.glob(pattern))
    ]


def read(root, path):
    page = Page(path)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse((root / path).read_text(encoding="utf-8"))
    lead, previous = "", None
    for n, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            lead, previous = "", None
        elif token.type == "inline":
            page.inline += [(child.content, line) for child in token.children or [] if child.type == "code_inline"]
            if tokens[n - 1].type == "paragraph_open":
                lead = token.content
        elif token.type == "fence":
            fence = Fence(token.info.strip(), token.content, line, lead)
            previous = add(page, fence, previous)
            lead = ""
        elif token.type in ("table_open", "bullet_list_open", "ordered_list_open", "code_block"):
            lead, previous = "", None
    return page


def add(page, fence, previous):
    """Puts a fence where it belongs; returns the command that a fence of output below it would belong to."""
    if fence.language in OTHER_SHELLS:
        page.faults.append(f"{page.path}:{fence.line}: '{fence.language}': write '{SHELL}', so that it is run")
    elif fence.language == SHELL and fence.text.startswith("#!"):
        page.scripts.append(fence)
    elif fence.language == SHELL:
        commands = split(fence, page)
        page.commands += commands
        return commands[-1] if commands else None
    elif fence.language in ("yaml", "json"):
        named = re.findall(r"`([^`\s]+\.(?:yaml|yml|json))`", fence.lead)
        page.data.append((named[0] if len(named) == 1 else None, fence))
    elif not fence.language and previous and (not fence.lead or fence.lead.endswith(":")):
        previous.output = fence.text
    return None


def split(fence, page):
    """The commands of a block, each as far as a shell needs to read it."""
    commands, waiting, start = [], "", 0
    for n, line in enumerate(fence.text.split("\n")):
        if not waiting:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            start = fence.line + 1 + n
        waiting = f"{waiting}\n{line}" if waiting else line
        if not line.endswith("\\") and is_whole(waiting):
            commands.append(Command(waiting, start))
            waiting = ""
    if waiting:
        page.faults.append(f"{page.path}:{start}: a shell cannot read this: {waiting}")
    return commands


def is_whole(text):
    checked = subprocess.run(["bash", "-n"], check=False, input=text, text=True, capture_output=True)
    return checked.returncode == 0 and "here-document" not in checked.stderr


def repository():
    return pathlib.Path(__file__).resolve().parents[2]
