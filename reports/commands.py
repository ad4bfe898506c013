"""The commands that a report offers to copy."""

from __future__ import annotations

import shlex

from ..checks.results import Finding, Header, Smallest
from .wording import printable

DEFAULT_SEED = 0  # of `backproof check`; a command names what differs from the defaults
IN_PYTHON = "python: "  # begins a header's subject that is an expression, such as a class of a notebook
BUILT_IN = "the built-in framework"  # the subject of a run without one


def rerun(header: Header, *names: str) -> str:
    """The command that checks `names` of the same subject again; all of it without names.

    The course is left out: it is found again as it was found before.
    """
    seed = [] if header.seed == DEFAULT_SEED else ["--seed", str(header.seed)]
    return _line(header, names, seed)


def replay(header: Header, smallest: Smallest) -> str:
    """The command that runs a check again on its smallest case, with the seed, on which the data depends."""
    return _line(header, (smallest.id,), ["--seed", str(header.seed)])


def reproduce(header: Header) -> str:
    """The command that repeats the whole run, with its seed and its course."""
    course = ["--course", header.course] if header.course else []
    waivers = ["--waivers", header.waivers] if header.waivers else []
    return _line(header, header.filters, ["--seed", str(header.seed), *course, *waivers])


def check_pattern(finding: Finding) -> str:
    """The name that selects a finding's check in every case of its layer, such as `Dropout/*/gradient.input`."""
    parts = [finding.layer, "*", finding.check]
    return "/".join([*parts, finding.quantity] if finding.quantity else parts)


def _line(header: Header, names: tuple[str, ...], options: list[str]) -> str:
    subject = [] if header.subject in {"", BUILT_IN} else [header.subject]
    effort = [] if header.effort == Header.effort else ["--effort", header.effort]
    level = [] if header.level == Header.level else ["--level", header.level]
    dtype = [] if header.dtype == Header.dtype else ["--dtype", header.dtype]
    dtype += ["--compat", header.compat] if header.compat else []
    if header.subject.startswith(IN_PYTHON):
        return _call(header.subject.removeprefix(IN_PYTHON), names, [*options, *effort, *level, *dtype])
    direct = [] if header.protected else ["--direct"]
    return printable(shlex.join(["backproof", "check", *subject, *names, *options, *effort, *level, *dtype, *direct]))


def _call(subject: str, names: tuple[str, ...], options: list[str]) -> str:
    """The same for a subject that exists in a Python session only."""
    pairs = zip(options[::2], options[1::2], strict=True)
    keywords = [f"{name.removeprefix('--')}={value if value.isdigit() else repr(value)}" for name, value in pairs]
    return printable(f"backproof.check({', '.join([subject, *map(repr, names), *keywords])})")
