"""The text of a command's help, taken apart: paragraphs, then sections under headings in capitals.

    A paragraph.

    EXAMPLES
      tomos ...

    FORMATS
      key: text        or        key   text
"""

import re
from dataclasses import dataclass, field


@dataclass
class Block:
    """Lines of one paragraph, or lines that stand as they are."""

    lines: list[str]
    is_literal: bool = False


@dataclass
class Part:
    title: str
    items: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def blocks(lines: list[str]) -> list[Block]:
    made: list[Block] = []
    previous = ""
    for line in lines:
        if line.strip():
            indented = line.startswith("  ")
            if previous and made[-1].is_literal == indented:
                made[-1].lines.append(line.removeprefix("  ") if indented else line)
            else:
                made.append(Block([line.removeprefix("  ") if indented else line], indented))
        previous = line.strip()
    return made


def items(lines: list[str]) -> list[tuple[str, str]]:
    """Lines that all say what something means; else none."""
    matches = [re.fullmatch(r"(\S+?)(?:: | {2,}) *(.*\S)", line) for line in lines]
    return [match.groups() for match in matches] if all(matches) else []


def parse(discussion: str) -> tuple[list[Block], list[Part]]:
    opening: list[Block] = []
    parts: list[Part] = []
    for paragraph in re.split(r"\n\s*\n", discussion.strip("\n")):
        lines = paragraph.split("\n")
        if re.match(r"[A-Z]{4,}\b", lines[0]) and all(line.startswith("  ") for line in lines[1:]) and lines[1:]:
            part = Part(lines[0])
            indented = [line.removeprefix("  ") for line in lines[1:]]
            part.items = items(indented) if part.title != "EXAMPLES" else []
            if not part.items:
                part.blocks = [Block(indented, is_literal=True)]
            parts.append(part)
        elif parts and any(line.startswith("  ") for line in lines):
            parts[-1].blocks += blocks(lines)
        elif paragraph:
            opening += blocks(lines)
    return opening, parts
