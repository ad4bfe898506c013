"""Writing an adapter for an unknown framework, and saying what is still missing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..adapters import SubjectNotFound
from ..checking import check
from ..checks.results import Finding, Result, Verdict
from ..exit_status import CONFORMANT, NONCONFORMANT, NOT_LOADED, USAGE, complain
from ..files import CannotWrite, require_writable
from ..framework.atomic import write_atomically
from ..reports.wording import plural
from ..request import UsageError
from ..sandbox import WorkerError
from .adapter_text import adapter_text
from .guessing import Guess, component_of, guess
from .inspecting import Framework, read_framework

ADAPTER = "backproof_adapter.py"


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """An adapter that was written and tried: what is in it, what is not, and the result or why there is none."""

    guesses: tuple[Guess, ...]
    left_out: tuple[Guess, ...]
    result: Result | None = None
    problem: str = ""


def write_adapter(options: argparse.Namespace) -> int:
    """Write the adapter, try it, and say how it went."""
    try:
        framework = read_framework(Path(options.framework))
        path = framework.base / ADAPTER
        if path.exists():
            raise CannotWrite(f"{path} is there already and is not overwritten; rename it, or remove it")
        require_writable({"the adapter": str(path)})
        guesses = _guesses(framework)
    except SubjectNotFound as error:
        return complain(error, NOT_LOADED)
    except CannotWrite as error:
        return complain(error, USAGE)
    for note in framework.notes:
        print(f"note: {note}")
    if not guesses:
        return complain(_nothing(framework), NOT_LOADED)
    try:
        tried = _settle(guesses, path, Path(options.framework).resolve().stem)
    except OSError as error:
        return complain(f"{path} cannot be written: {error.strerror}", USAGE)
    works = _tell(tried, path)
    unknown = [each.name for each in framework.classes if not component_of(each.name)]
    if unknown:
        print(f"Not recognised by name, and left to you: {', '.join(dict.fromkeys(unknown))}")
    print(f"Next: read {path.name}, mend it, then `backproof check {_short(path)}`")
    return CONFORMANT if works else NONCONFORMANT


def _guesses(framework: Framework) -> list[Guess]:
    """One guess for each component, of the first class that is one."""
    found: dict[str, Guess] = {}
    for each in framework.classes:
        guessed = guess(each)
        if guessed is not None:
            found.setdefault(guessed.component, guessed)
    return list(found.values())


def _settle(guesses: Sequence[Guess], path: Path, named: str) -> _Tried:
    """Write the adapter; where it does not work, try the alternatives and keep those that do better."""
    first = _attempt(guesses, path, named)
    wrong = _wrong(first.result)
    others = [each.alternatives[0] if each.alternatives and wrong.get(each.component) else each for each in guesses]
    if first.result is None or others == list(guesses):
        return first
    second = _attempt(others, path, named)
    better = _wrong(second.result)
    best = [
        other if second.result is not None and better.get(each.component, 0) < wrong.get(each.component, 0) else each
        for each, other in zip(guesses, others, strict=True)
    ]
    return _attempt(best, path, named)


def _attempt(guesses: Sequence[Guess], path: Path, named: str) -> _Tried:
    """Write the adapter and check it quickly, in the sandbox."""
    written = adapter_text(guesses, named)
    write_atomically(path, lambda file: file.write(written.text.encode()))
    tried = _Tried(guesses=tuple(each for each in guesses if each not in written.left_out), left_out=written.left_out)
    try:
        return replace(tried, result=check(str(path), effort="quick"))
    except (SubjectNotFound, UsageError, WorkerError) as error:
        return replace(tried, problem=str(error))


def _wrong(result: Result | None) -> dict[str, int]:
    """How many findings of each component fail, or wait for one that fails."""
    wrong: dict[str, int] = {}
    for finding in result.findings if result is not None else ():
        bad = finding.failing or finding.verdict is Verdict.BLOCKED
        wrong[finding.layer] = wrong.get(finding.layer, 0) + bad
    return wrong


def _tell(tried: _Tried, path: Path) -> bool:
    """Say for each component what was made of it and how it does; tell whether nothing is missing."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    print(f"{_short(path)}: {plural(lines, 'line')}, {plural(len(tried.guesses), 'component')}")
    for each in tried.left_out:
        print(f"  {_named(each)}: left out, to keep the module short; add an entry for it")
    if tried.result is None:
        print(f"  It cannot be loaded yet: {tried.problem}")
        return False
    good = not tried.left_out
    for each in tried.guesses:
        findings = [finding for finding in tried.result.findings if finding.layer == each.component]
        bad = next((finding for finding in findings if finding.failing), None)
        state = _state(findings, bad)
        good = good and bad is None and not each.missing and bool(findings)
        print(f"  {_named(each)}: {state}")
        for missing in each.missing:
            print(f"  {'':<24}missing: {missing}")
    return good


def _short(path: Path) -> Path:
    """The path as one would type it from here."""
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _named(each: Guess) -> str:
    return f"{each.component:<24}{each.found.module}.{each.found.name}"


def _state(findings: Sequence[Finding], bad: Finding | None) -> str:
    if bad is not None:
        return (
            f"{sum(each.failing for each in findings)} of {len(findings)} checks fail, first {bad.check}: {bad.message}"
        )
    return f"{plural(len(findings), 'check')}, none fails" if findings else "it answers no check"


def _nothing(framework: Framework) -> str:
    names = [each.name for each in framework.classes]
    found = f"found the classes {', '.join(names[:10])}" if names else "found no class"
    return (
        f"no class in {framework.base} has a name that tells what it is, such as Dense, ReLU or Dropout: {found}. "
        "Write the adapter by hand: a .py file with a function build(spec) that returns None for what the framework "
        "does not have, and otherwise its object with the methods of backproof.adapters.base.LayerAdapter "
        "(LossAdapter, OptimizerAdapter ...); `backproof explain Dropout` shows what a component must do"
    )
