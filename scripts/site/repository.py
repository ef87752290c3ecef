"""A hook of MkDocs: what the docs link to outside their folder becomes part of the site, below `repository/`.

In docs/ links are written as they must be for somebody who reads the files themselves (`../README.md`). Markdown files
that are linked become pages as they are; other text files become a page that shows them.
"""

import logging
import pathlib
import posixpath
import re

from mkdocs.structure.files import File, InclusionLevel

PREFIX = "repository/"
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
FENCE = re.compile(r"^\s*(```|~~~)")
LANGUAGES = {".swift": "swift", ".py": "python", ".yaml": "yaml", ".nf": "groovy", ".sh": "bash"}
# Pages of the repository that have a place in the navigation, whoever links to them.
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "integrations/*/README.md"]

log = logging.getLogger("mkdocs.hooks.repository")


def on_files(files, config):
    """Adds what is linked, and what that links to, until nothing is missing."""
    root = pathlib.Path(config.config_file_path).parent
    waiting = [in_repository(file.src_uri) for file in files if file.src_uri.endswith(".md")]
    waiting += [path.relative_to(root).as_posix() for pattern in PAGES for path in sorted(root.glob(pattern))]
    seen = set()
    while waiting:
        path = waiting.pop()
        if path in seen or not (root / path).is_file():
            continue
        seen.add(path)
        if not path.startswith("docs/"):
            files.append(added(root, path, config))
        if path.endswith(".md"):
            text = (root / path).read_text(encoding="utf-8")
            waiting += [target for target in links(text, path) if target]
    return files


def added(root, path, config):
    """A file of the repository, as one of the site."""
    if path.endswith((".md", ".png", ".svg")):
        return File.generated(config, PREFIX + path, abs_src_path=str(root / path), inclusion=InclusionLevel.INCLUDED)
    language = LANGUAGES.get(pathlib.PurePath(path).suffix, "text")
    text = (root / path).read_text(encoding="utf-8").rstrip("\n")
    page = f"# {path}\n\n````{language}\n{text}\n````\n"
    return File.generated(config, site_path(path), content=page, inclusion=InclusionLevel.NOT_IN_NAV)


def on_page_markdown(markdown, page, config, files):
    """Lets links lead to where their targets lie in the site."""
    here = page.file.src_uri
    root = pathlib.Path(config.config_file_path).parent

    def rewritten(match):
        target, anchor = target_of(match[2], in_repository(here))
        if target is None or in_docs(here) and in_docs_folder(target):
            return match[0]
        if (root / target).is_dir():
            log.warning("%s links to the folder %s: name a file in it", in_repository(here), target)
        return match[1] + posixpath.relpath(site_path(target), posixpath.dirname(here) or ".") + anchor + match[3]

    return "\n".join(line if inside else LINK.sub(rewritten, line) for line, inside in lines_and_fences(markdown))


def links(text, path):
    """The files in the repository that a page of it links to; None for other places."""
    for line, inside in lines_and_fences(text):
        if not inside:
            for match in LINK.finditer(line):
                yield target_of(match[2], path)[0]


def target_of(link, path):
    """Where a link in a file of the repository leads: a path in the repository (None for other places), and the anchor."""
    place, hash_, anchor = link.partition("#")
    if not place or re.match(r"[a-z]+:", place):
        return None, ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), place)), hash_ + anchor


def lines_and_fences(text):
    inside = False
    for line in text.split("\n"):
        is_fence = bool(FENCE.match(line))
        yield line, inside or is_fence
        inside ^= is_fence


def in_docs(src_uri):
    return not src_uri.startswith(PREFIX)


def in_docs_folder(path):
    return path.startswith("docs/")


def in_repository(src_uri):
    """The path in the repository of a page of the site."""
    return "docs/" + src_uri if in_docs(src_uri) else src_uri.removeprefix(PREFIX)


def site_path(path):
    """The place in the site of a file of the repository."""
    if in_docs_folder(path):
        return path.removeprefix("docs/")
    return PREFIX + path + ("" if path.endswith((".md", ".png", ".svg")) else ".md")
