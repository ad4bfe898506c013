"""The glossary names each thing once, and the names that were given up are in no file but the changelog."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

import pytest

from ..packaging.documents import read
from ..packaging.house import ROOMS, ROOT, files_below

GLOSSARY = PurePosixPath("docs/explanation/glossary.md")
SELF = PurePosixPath("tests/docs/test_glossary.py")
POINTER = PurePosixPath("docs/explanation/wall.md")  # says at the old address where the page is

# Examples, and submissions in many styles, are written in the words of those who write them.
FOREIGN = ("tests/styles/*/*", "tests/styles/*/*/*", "tests/wall/submissions/*", "tests/sandbox/submissions/*")
FOLDERS = (*ROOMS, "tests", "docs", "benchmarks", ".ci")
PAGES = ("README.md", "CONTRIBUTING.md", "pyproject.toml", "tox.ini", "conftest.py")
SUFFIXES = {".py", ".md", ".j2", ".js", ".css", ".toml", ".ini", ".json"}


@dataclass(frozen=True)
class Former:
    """A name that was given up.

    Attributes:
        old: what was said.
        new: what is said now.
        name: matches it as an identifier, in Python code and in code spans of pages and docstrings; empty for none.
        text: matches it anywhere in a file; empty where English has the word as well.
        path: matches the name of a file or a folder; empty for none.
    """

    old: str
    new: str
    name: str = ""
    text: str = ""
    path: str = ""


# The only place where the old names stand, besides the changelog.
FORMER = (
    Former("wall", "sandbox", text=r"(?i)\bwall\b(?![- ](clock|time|of text))", path=r"(^|_)wall(_|\.|$)"),
    Former("Bench", "Context", text=r"\bBench(?![a-z])|\b(the |a )?bench\b", path=r"(^|_)bench(_|\.|$)"),
    Former("Judge", "GroupRunner", name="Judge", text=r"(?i)\b(the|a) judge\b", path=r"(^|_)judge(_|\.|$)"),
    Former("Desk", "SubjectHost", name="Desk", text=r"(?i)\bthe desk\b"),
    Former("Stock", "BufferedReader", name="Stock|_?stock", text=r"(?i)\bthe stock\b"),
    Former("Gate", "ForkSupervisor", name="Gate|_gate"),
    Former("Lane", "worker", text=r"\b(\w+_)?lanes?\b|Lanes?\b", path=r"(^|_)lanes?(_|\.|$)"),
    Former("Room", "SharedBuffer", name="Room"),
    Former("Plainer", "Encoder", name="Plainer"),
    Former("Foreign", "Opaque", name="Foreign"),
    Former("Exhibit", "ArrayRecord", name=r"\w*Exhibit"),
    Former("pulls", "penalty_gradients", name="pulls"),
    Former("rehearse", "run_snippet", text=r"(?i)\brehears", path="rehears"),
    Former("phrases", "code templates", name="Phrases", text=r"\bdef phrases\b|\.phrases\("),
    Former("Kind.USER", "Kind.EVALUATOR", text=r"\bKind\.USER\b"),
    Former("Kind.ARCHIVE", "Kind.CHECKPOINT", text=r"\bKind\.ARCHIVE\b"),
    Former("InSteps", "a name that says what is done in steps", name="InSteps"),
)


def found(former: Former, path: PurePosixPath, text: str) -> Iterator[str]:
    """Yield each place in a file where a name that was given up stands."""
    if former.path and any(re.search(former.path, part) for part in path.parts):
        yield f"{path}"
    if former.text:
        for match in re.finditer(former.text, text):
            yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
    if former.name:
        pattern = re.compile(former.name)
        yield from (f"{path}:{line}" for name, line in identifiers(path, text) if pattern.fullmatch(name))


@cache
def identifiers(path: PurePosixPath, text: str) -> tuple[tuple[str, int], ...]:
    """The names in Python code, and in code spans of prose, each with its line."""
    names = []
    if path.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        names += [(token.string, token.start[0]) for token in tokens if token.type == tokenize.NAME]
    for span in re.finditer(r"```.*?```|`[^`\n]+`", text, flags=re.S):
        line = text.count("\n", 0, span.start()) + 1
        names += [(word, line) for word in re.findall(r"\w+", span[0])]
    return tuple(dict.fromkeys(names))


@cache
def files() -> dict[PurePosixPath, str]:
    """Everything that is written in the project's own words."""
    paths = [path for folder in FOLDERS for path in files_below(folder)] + [PurePosixPath(page) for page in PAGES]
    own = [path for path in paths if path not in {SELF, POINTER} and not any(map(path.match, FOREIGN))]
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in own if path.suffix in SUFFIXES}


def places(former: Former) -> list[str]:
    return [place for path, text in files().items() for place in found(former, path, text)]


def words() -> list[str]:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", read(GLOSSARY), flags=re.M)
    return [word for word in rows if word != "word"]


@pytest.mark.parametrize("former", FORMER, ids=lambda former: former.old)
def test_a_name_that_was_given_up_is_gone(former: Former) -> None:
    left = places(former)
    shown = ", ".join(left[:12])
    assert not left, f"{former.old} is called {former.new} now, but stands in {len(left)} places: {shown}"


def test_the_search_reads_every_room() -> None:
    assert set(FOLDERS) == {path.parts[0] for path in files() if len(path.parts) > 1}
    assert len(files()) > 500


@pytest.mark.parametrize(
    ("old", "path", "text"),
    [
        ("wall", "checks/source.py", '"""Sessions behind the wall."""'),
        ("wall", "checks/source.py", "from ..wall import Session"),
        ("wall", "README.md", "[The wall](docs/explanation/sandbox.md)"),
        ("wall", "tests/wall/test_frames.py", ""),
        ("wall", "benchmarks/wall_overhead.py", ""),
        ("Bench", "checks/laws/value.py", "def law(context: Bench): pass"),
        ("Bench", "checks/laws/value.py", "def law(bench): pass"),
        ("Bench", "checks/laws/value.py", "# what the bench gives"),
        ("Bench", "tests/checks/test_bench.py", ""),
        ("Judge", "checks/runner.py", "self.runner = Judge()"),
        ("Judge", "checks/judge.py", ""),
        ("Judge", "checks/runner.py", "# the judge of this process"),
        ("Desk", "sandbox/calls.py", "class Desk: pass"),
        ("Stock", "sandbox/link.py", "stock.read(1)"),
        ("Gate", "sandbox/zygote.py", "self._gate = Gate(descriptor)"),
        ("Gate", "docs/explanation/architecture.md", "the class `Gate`"),
        ("Lane", "checks/run.py", "jobs = usual_lanes()"),
        ("Lane", "checks/run.py", "ForkedLane()"),
        ("Room", "sandbox/shared.py", "class Room: pass"),
        ("Plainer", "sandbox/values.py", "Plainer()"),
        ("Foreign", "sandbox/values.py", "isinstance(value, Foreign)"),
        ("Exhibit", "checks/results.py", "class Exhibit: pass"),
        ("pulls", "adapters/base.py", "def pulls(self): pass"),
        ("rehearse", "checks/snippet.py", "session.rehearse(text)"),
        ("phrases", "adapters/base.py", "def phrases(self): pass"),
        ("Kind.USER", "specs/network_user.py", "kind = Kind.USER"),
        ("Kind.ARCHIVE", "specs/network_file.py", "kind = Kind.ARCHIVE"),
        ("InSteps", "mistakes/adam.py", "class InSteps(Adam): pass"),
    ],
)
def test_a_name_that_was_given_up_is_found(old: str, path: str, text: str) -> None:
    (former,) = (each for each in FORMER if each.old == old)
    assert list(found(former, PurePosixPath(path), text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("benchmarks/speed.py", '"""Wall-clock time of one process; wall time is what counts. A benchmark."""'),
        ("docs/tutorial.md", "Nobody wants to meet a wall of text. There is room for one more; room = 3."),
        ("docs/how-to/gate-in-ci.md", "# Gate in continuous integration\n\nA gate uses `backproof check --require`."),
        ("framework/layers/lstm.py", "gate = 0  # the gate is 0\ngates = [gate]"),
        ("docs/explanation/verdicts.md", "PyTorch is an independent judge. What judges, is judged in course of time."),
        ("checks/laws/gradient.py", "yield from judge(name, checker)"),
        ("docs/explanation/sandbox.md", "It keeps foreign code apart. Foreign code is confined, at desk width."),
        ("reports/report.css", ".swimlane { width: 3em; } /* hyperplanes */"),
        ("checks/explain/text.py", "phrases = ['it pulls']  # phrases for people"),
        ("checks/results.py", "exhibit = None"),
    ],
)
def test_english_is_not_found(path: str, text: str) -> None:
    assert [former.old for former in FORMER for _ in found(former, PurePosixPath(path), text)] == []


def test_the_glossary_names_each_thing_once() -> None:
    assert len(words()) > 40
    assert [word for word, number in Counter(words()).items() if number > 1] == []


def test_the_glossary_has_the_words_that_others_were_given_up_for() -> None:
    named = {word.replace(" ", "").lower() for word in words()}
    fields = ("sandbox", "Context", "SubjectHost", "ForkSupervisor", "worker", "SharedBuffer", "ArrayRecord")
    assert {field.lower() for field in fields} <= named
    assert {"evaluator", "checkpoint", "codetemplate"} <= named


def test_the_changelog_says_what_was_given_up() -> None:
    changes = read(PurePosixPath("CHANGELOG.md"))
    assert [former.old for former in FORMER if not re.search(rf"(was|were|called) `?{former.old}\b", changes)] == []


def test_the_glossary_is_linked() -> None:
    assert "(explanation/glossary.md)" in read(PurePosixPath("docs/index.md"))
