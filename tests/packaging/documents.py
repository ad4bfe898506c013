"""Reads the project's Markdown pages: their code blocks, headings and links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from .house import ROOMS, ROOT, files_below, is_litter

_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_INLINE_CODE = re.compile(r"(`+).+?\1")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(?P<text>.+?)\s*#*$")
_INLINE_LINK = re.compile(r"\]\(\s*<?(?P<target>[^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE_LINK = re.compile(r"^ {0,3}\[[^\]]+\]:\s*<?(?P<target>[^\s>]+)>?")
_HTML_TARGET = re.compile(r"\b(?:href|src)=\"(?P<target>[^\"]+)\"")
_HTML_ANCHOR = re.compile(r"\b(?:id|name)=\"(?P<anchor>[^\"]+)\"")
_HAS_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*:")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced code block.

    Attributes:
        language: first word after the fence, in lower case; empty if there is none.
        words: the further words after the fence, such as `no-run` or `file=adapter.py`.
        text: the content, without the fence's own indentation.
        line: line number of the first line of the content, from 1.
    """

    language: str
    words: tuple[str, ...]
    text: str
    line: int


def pages() -> list[PurePosixPath]:
    """List the Markdown pages of the repository."""
    top = [PurePosixPath(path.name) for path in sorted(ROOT.glob("*.md"))]
    folders = ("docs", "examples", "benchmarks", "tests", *ROOMS)
    below = [path for folder in folders for path in files_below(folder) if path.suffix == ".md"]
    return [path for path in top + below if not is_litter(path)]


def read(page: PurePosixPath) -> str:
    """Read one page."""
    return (ROOT / page).read_text(encoding="utf-8")


def split(text: str) -> tuple[list[Block], list[tuple[int, str]]]:
    """Split a page into its code blocks and its numbered lines of prose.

    Raises:
        ValueError: a block is never closed.
    """
    blocks: list[Block] = []
    prose: list[tuple[int, str]] = []
    lines = enumerate(text.splitlines(), start=1)
    for number, line in lines:
        opening = _FENCE.match(line)
        if opening is None:
            prose.append((number, line))
            continue
        content: list[str] = []
        closing = re.compile(rf"^ *{opening['fence'][0]}{{{len(opening['fence'])},}} *$")
        for _, inner in lines:
            if closing.match(inner):
                break
            content.append(inner.removeprefix(opening["indent"]))
        else:
            raise ValueError(f"line {number}: the code block is never closed; expected a line {opening['fence']}")
        language, *words = opening["info"].split() or [""]
        block = Block(language=language.lower(), words=tuple(words), text="\n".join(content) + "\n", line=number + 1)
        blocks.append(block)
    return blocks, prose


def anchors(text: str) -> set[str]:
    """List the anchors of a page: its headings as GitHub spells them, and explicit HTML anchors."""
    seen: Counter[str] = Counter()
    found: set[str] = set()
    for _, line in split(text)[1]:
        found.update(match["anchor"] for match in _HTML_ANCHOR.finditer(line))
        if heading := _HEADING.match(line):
            shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading["text"])
            slug = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    return found


def links(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and target of every link and image of a page."""
    for number, line in split(text)[1]:
        visible = _INLINE_CODE.sub("", line)
        for pattern in (_INLINE_LINK, _REFERENCE_LINK, _HTML_TARGET):
            for match in pattern.finditer(visible):
                yield number, match["target"]


def link_errors(page: PurePosixPath, text: str) -> Iterator[str]:
    """Name every link into the repository whose file or heading is not there. Links to other sites are not followed."""
    for line, target in links(text):
        if _HAS_SCHEME.match(target):
            continue
        name, _, anchor = target.partition("#")
        goal = (ROOT / page.parent / name).resolve() if name else ROOT / page
        if name and not (goal.is_relative_to(ROOT) and goal.exists()):
            yield f"{page}:{line}: {target} leads to no file of the repository"
        elif anchor and goal.suffix == ".md":
            known = anchors(text if not name else goal.read_text(encoding="utf-8"))
            if anchor not in known:
                yield f"{page}:{line}: {target} leads to no heading; {name or page} has {', '.join(sorted(known))}"


_COMMAND = re.compile(r"(?:^|[\s|;&(/])(?:python3? -m )?backproof(?P<rest>(?=\s|$)[^|;&#>]*)")


def commands(block: Block) -> Iterator[tuple[int, list[str]]]:
    """Yield line and arguments of every `backproof …` command in a block of shell input.

    In a `console` block only lines after a `$` prompt are input. A backslash continues a line.
    """
    pending = ""
    for number, raw in enumerate(block.text.splitlines(), start=block.line):
        line = raw.strip()
        if block.language == "console" and not pending:
            if not line.startswith("$ "):
                continue
            line = line[2:]
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        if not pending.startswith("#"):
            for match in _COMMAND.finditer(pending):
                yield number, match["rest"].split()
        pending = ""
