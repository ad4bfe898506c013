"""The commands that a report offers to copy."""

from __future__ import annotations

import shlex

from ..checks.results import Finding, Header
from .wording import printable

DEFAULT_SEED = 0  # of `backproof check`; a command names what differs from the defaults


def rerun(header: Header, *names: str) -> str:
    """The command that checks `names` of the same subject again; all of it without names.

    The course is left out: it is found again as it was found before.
    """
    options: list[str] = []
    if header.seed != DEFAULT_SEED:
        options += ["--seed", str(header.seed)]
    if header.effort != Header.effort:
        options += ["--effort", header.effort]
    if header.level != Header.level:
        options += ["--level", header.level]
    return _line(header, names, options)


def reproduce(header: Header) -> str:
    """The command that repeats the whole run, every option written out."""
    options = ["--seed", str(header.seed), "--effort", header.effort, "--level", header.level]
    if header.course:
        options += ["--course", header.course]
    return _line(header, header.filters, options)


def check_pattern(finding: Finding) -> str:
    """The name that selects a finding's check in every case of its layer, such as `Dropout/*/gradient.input`."""
    parts = [finding.layer, "*", finding.check]
    return "/".join([*parts, finding.quantity] if finding.quantity else parts)


def _line(header: Header, names: tuple[str, ...], options: list[str]) -> str:
    subject = [header.subject] if header.subject else []
    direct = [] if header.protected else ["--direct"]
    return printable(shlex.join(["backproof", "check", *subject, *names, *options, *direct]))
