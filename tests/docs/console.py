"""Runs what the pages show: console blocks, and the edits between them.

A `console` block holds commands after a `$` prompt, each with what it prints. Words count; numbers and line ends do
not, and `…` stands for any text. A block `diff file=NAME` edits the file NAME of the current folder: the lines without
`+` are replaced by those without `-`. A block `diff at=NAME` edits a file of Backproof, `python at=NAME` adds one;
later commands then use a copy of Backproof with these changes. A block `python file=NAME` adds a file to the current
folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..packaging.documents import Block
from ..packaging.house import ROOMS, ROOT, files_below, installed_path

SECONDS = 240
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Command:
    """One command of a console block.

    Attributes:
        line: its line number on the page.
        text: the command.
        expected: the lines that the page shows below it.
    """

    line: int
    text: str
    expected: tuple[str, ...]


def commands_of(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block."""
    line, text, expected = 0, "", list[str]()
    for number, row in enumerate(block.text.splitlines(), start=block.line):
        if row.startswith("$ "):
            if text:
                yield Command(line, text, tuple(expected))
            line, text, expected = number, row[2:], []
        else:
            expected.append(row)
    if text:
        yield Command(line, text, tuple(expected))


def matches(expected: tuple[str, ...], printed: str) -> bool:
    """Tell whether `printed` is what the page shows."""
    parts = "\n".join(expected).split("…")
    pattern = ".*".join(re.escape(_words(part)) for part in parts)
    return re.fullmatch(pattern, _words(printed)) is not None


def _words(text: str) -> str:
    """The text with every number written `#` and single spaces."""
    return " ".join(_NUMBER.sub("#", text).split())


@dataclass
class Shell:
    """A shell in a folder that has `examples/`; remembers where `cd` has led.

    Attributes:
        folder: the current folder.
        home: the user's, where `~` leads.
        tools: a folder with the programs `backproof` and `pytest` of this environment.
        source: a folder for a changed copy of Backproof, first on the programs' import path.
    """

    folder: Path
    home: Path
    tools: Path
    source: Path

    @classmethod
    def in_folder(cls, base: Path) -> Shell:
        """A shell in a copy of what the pages use, below `base`."""
        shell = cls(*(base / name for name in ("checkout", "home", "tools", "source")))
        for folder in (shell.folder, shell.home, shell.tools, shell.source):
            folder.mkdir()
        shutil.copytree(ROOT / "examples", shell.folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("backproof", "pytest"):
            program = shell.tools / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m {name} "$@"\n', encoding="utf-8")
            program.chmod(0o755)
        return shell

    def follow(self, block: Block) -> None:
        """Make the change that a block shows, if it shows one.

        Raises:
            ValueError: an edited file does not have the lines, or has them more than once.
        """
        words = dict(word.split("=", 1) for word in block.words if "=" in word)
        if block.language == "diff":
            _edit(self._own(words["at"]) if "at" in words else self.folder / words["file"], block)
        elif block.language == "python" and words:
            path = self._own(words["at"]) if "at" in words else self.folder / words["file"]
            path.write_text(block.text, encoding="utf-8")

    def run(self, command: str) -> tuple[int, str]:
        """Run one command; its exit status and what it printed on either stream."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
        environment = {
            **kept,
            "HOME": str(self.home),
            "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.source),
            "PYTHONUTF8": "1",
            "COLUMNS": "80",
        }
        place = self.home / ".place"
        script = f'{command}\nstatus=$?\npwd > "{place}"\nexit $status\n'
        done = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        self.folder = Path(place.read_text(encoding="utf-8").strip())
        return done.returncode, done.stdout

    def _own(self, name: str) -> Path:
        """A file of the changed copy of Backproof, which is made when it is first asked for."""
        if not any(self.source.iterdir()):
            for room in ROOMS:
                for path in files_below(room):
                    goal = self.source / installed_path(path)
                    goal.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / path, goal)
        return self.source / installed_path(PurePosixPath(name))


def _edit(path: Path, block: Block) -> None:
    rows = block.text.splitlines(keepends=True)
    old = "".join(row[1:] for row in rows if not row.startswith("+"))
    new = "".join(row[1:] for row in rows if not row.startswith("-"))
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        found = f"{path.name} has these lines {text.count(old)} times, but should once"
        raise ValueError(f"line {block.line}: {found}:\n{old}")
    path.write_text(text.replace(old, new), encoding="utf-8")
