"""Text as mdoc(7) has it: escaped, a sentence a line, lists and displays."""

import re
import textwrap

SPECIAL = {"\\": "\\e", "'": "\\(aq", "`": "\\(ga", "~": "\\(ti", "^": "\\(ha"}


def escape(said: str) -> str:
    """Characters that roff would change or take for its own."""
    said = "".join(SPECIAL.get(c, c if ord(c) < 128 else f"\\[u{ord(c):04X}]") for c in said)
    # A hyphen that is typed (an option, a file name's) stays a hyphen-minus.
    return said.replace("-", "\\-")


def word(said: str, quote: bool = True) -> str:
    """One argument of a macro."""
    said = escape(said).replace('"', "\\(dq")
    # Two letters could be the name of a macro, punctuation alone a delimiter.
    if re.fullmatch(r"[A-Z][a-z]|[^\w\\]", said):
        said = "\\&" + said
    return f'"{said}"' if quote and " " in said else said


def whole(said: str) -> str:
    """A word of running text, escaped; one that is typed, such as `dicom-seg`, is not hyphenated."""
    return ("\\%" if re.search(r"\w[-_./=]\w", said) else "") + escape(said)


def text(said: str) -> list[str]:
    """Running text: each sentence begins a line."""
    sentences = re.split(r"(?<=[.!?:;])\s+(?=[A-Z'(])", " ".join(said.split()))
    lines = [line for sentence in sentences for line in textwrap.wrap(
        " ".join(map(whole, sentence.split())), 79, break_long_words=False, break_on_hyphens=False)]
    return ["\\&" + line if line[:1] == "." else line for line in lines]


def literal(lines: list[str]) -> list[str]:
    shown = ["\\&" + line if line[:1] == "." else line for line in map(escape, lines)]
    return [".Bd -literal -offset indent", *shown, ".Ed"]


def tagged_list(items: list[tuple[str, list[str]]]) -> list[str]:
    lines = [".Bl -tag -width Ds"]
    for tag, body in items:
        lines += [f".It {tag}", *body]
    return [*lines, ".El"]
