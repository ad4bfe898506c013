"""Result types: what a run says, and its form as JSON lines.

A results file is a header line, one line per finding, a footer line. Everything that a report shows
comes from that file alone. `results.schema.json` states the form of a line, in which it is written and read.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .schema import field_names, valid_object

SCHEMA_VERSION = 1
BUILT_IN = "the built-in framework"  # the header's subject if the user names none


class Verdict(StrEnum):
    """What one planned check came to; see `FAILING` for those that make a subject nonconformant."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"  # the subject raised
    TIMEOUT = "timeout"  # the subject did not answer in time
    DIED = "died"  # the worker was killed or crashed
    UNSUPPORTED = "unsupported"  # the adapter does not offer it
    BLOCKED = "blocked"  # a check that it depends on failed
    UNDECIDED = "undecided"  # the numerics cannot tell
    WAIVED = "waived"  # it fails, and a waiver gives the reason why that is tolerated
    ACCEPTED = "accepted"  # wrong by the mathematics, and exactly what the course demands
    HARNESS_ERROR = "harness_error"  # our fault, never the subject's


FAILING = frozenset({Verdict.FAILED, Verdict.ERRORED, Verdict.TIMEOUT, Verdict.DIED})


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A subject compared with a law: what every record of an outcome begins with.

    Attributes:
        verdict: the outcome.
        message: what is wrong, in one sentence: `{name}={actual}, but should be {expected} [call]`; empty if passed.
        expected, found: the two sides of the comparison, short, for a person.
        hint: what to do next.
        measured, tolerance: the largest error and its bound, both in the units of the quantity; None if not numeric.
        evidence: small JSON values that show the failure (worst entries, ratio, pattern, traceback).
    """

    verdict: Verdict
    message: str = ""
    expected: str = ""
    found: str = ""
    hint: str = ""
    measured: float | None = None
    tolerance: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def compared(self) -> dict[str, Any]:
        """Return the fields of the comparison by name, without those that a record adds to it."""
        return {entry.name: getattr(self, entry.name) for entry in dataclasses.fields(Comparison)}


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What a failure looks like.

    Attributes:
        mistake: id of the mistake in the catalogue, for example `dropout.backward-unscaled`.
        text: the explanation and the hint, for the student.
        exact: True if the subject behaves exactly like the mistake on the data of the check.
    """

    mistake: str
    text: str
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class ArrayRecord:
    """One array of a failure.

    Attributes:
        name: what it is: a parameter, `x`, `dy`, `found`, `expected` ...
        shape, dtype: as it was handed over.
        values: nested lists of all entries, or a number; None if there are too many.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    values: Any = None


@dataclass(frozen=True, kw_only=True)
class Smallest:
    """The smallest case on which a check fails in the same way.

    Attributes:
        id: of the check on that case; `backproof check SUBJECT ID` runs it again, with the same seed on the same data.
        where: the configuration.
        message: what is wrong there.
        arrays: what was handed over, what came back, what should have come.
        snippet: a Python program that shows the failure with NumPy and the implementation only; empty if there is none.
        no_snippet: why there is none.
        trials: how many smaller cases were tried.
    """

    id: str
    where: str
    message: str = ""
    arrays: tuple[ArrayRecord, ...] = ()
    snippet: str = ""
    no_snippet: str = ""
    trials: int = 0


@dataclass(frozen=True, kw_only=True)
class Finding(Comparison):
    """One planned check's outcome; `verdict`, `message` and what else is compared as in `Comparison`.

    Attributes:
        id: `LAYER/CASE/CHECK[/QUANTITY]`.
        layer: name of the spec.
        case: name of the case.
        family: contract, value, gradient, phase, regularization, optimizer, initializer, network, state.
        check: `family.law`, for example `gradient.input`.
        quantity: what was measured where a check measures several, for example `weights`.
        level: core, full or strict.
        law: the law in one sentence.
        where: the configuration: spec with arguments, input shape, phase, dtype.
        evaluations: how many times the subject's forward ran.
        seconds: how long the check took.
        diagnosis: which mistakes the failure looks like, best first.
        blocked_by: id of the finding that blocks this one.
        output: what the subject printed, capped.
        smallest: the same failure on the smallest case that was found; of the first failing finding of a check only.
        original: the verdict that a waived or accepted finding would have otherwise; empty for the others.
        reason: why it is waived or accepted.
    """

    id: str
    layer: str
    case: str
    family: str
    check: str
    law: str
    quantity: str = ""
    level: str = "full"
    where: str = ""
    evaluations: int = 0
    seconds: float = 0.0
    diagnosis: tuple[Diagnosis, ...] = ()
    blocked_by: str = ""
    output: str = ""
    smallest: Smallest | None = None
    original: str = ""
    reason: str = ""

    @property
    def failing(self) -> bool:
        """True if this finding makes the subject nonconformant."""
        return self.verdict in FAILING


@dataclass(frozen=True, kw_only=True)
class Header:
    """What was run, on what, how; written before the first check.

    Attributes:
        subject: what the user named, for example `examples/fau_exercise`.
        course: the course's name; empty if none.
        seed: from which all data is drawn.
        planned: the number of findings that must follow.
        subject_hash: SHA-256 over the submission's files, shortened; empty for built-ins.
        spec_hash: SHA-256 over the planned ids and specs, shortened.
        versions: backproof, Python, NumPy, platform ...
        sandbox: the level of confinement achieved, in words.
        protected: False with `--direct`: such a run cannot gate.
        conventions: detected or declared, by name.
        effort, level, filters: the options that chose the checks.
        dtype: the type of all data: float64 or float32.
        compat: `numpy` if the subject had the names that NumPy has removed; empty for NumPy as it is.
        offered, missing: the specs that the subject has and those that the course requires and it lacks.
        notes: sentences about loading, for example a supplied Helpers.py.
        started: UTC time, ISO 8601.
        today: the day by which waivers are judged, ISO 8601.
        waivers: the waiver file as the user named it; empty if there is none.
    """

    subject: str
    seed: int
    planned: int
    course: str = ""
    subject_hash: str = ""
    spec_hash: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    sandbox: str = ""
    protected: bool = True
    conventions: Mapping[str, str] = field(default_factory=dict)
    effort: str = "standard"
    level: str = "full"
    dtype: str = "float64"
    compat: str = ""
    filters: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    started: str = ""
    today: str = ""
    waivers: str = ""
    schema: int = SCHEMA_VERSION


@dataclass(frozen=True, kw_only=True)
class Footer:
    """The run's verdict; a results file without it is not a result.

    Attributes:
        verdict: conformant, nonconformant or ungradable.
        counts: findings per verdict.
        seconds: duration of the run.
        missing: components that the course requires and the subject lacks.
        complete: True if nothing is missing.
        reasons: why the run is nonconformant or ungradable, one sentence each.
        deviations: where the subject is conformant to its course and wrong by the mathematics, one sentence each.
    """

    verdict: str
    counts: Mapping[str, int]
    seconds: float
    missing: tuple[str, ...] = ()
    complete: bool = True
    reasons: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Result:
    """A whole run."""

    header: Header
    findings: tuple[Finding, ...]
    footer: Footer

    @property
    def passed(self) -> bool:
        """True if the verdict is conformant."""
        return self.footer.verdict == "conformant"

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.footer.counts.items() if count)
        return f"<Result of {self.header.subject}: {self.footer.verdict}: {counts or 'no findings'}>"


class ResultsError(Exception):
    """A results file is damaged, incomplete or of another schema; the text says where."""


def to_line(record: Header | Finding | Footer) -> str:
    """One JSON line, without the newline. Non-finite numbers become text in evidence and null elsewhere."""
    kind = type(record).__name__.lower()
    values = {"type": kind, **vars(record)}
    data = {name: values[name] for name in field_names(kind)}
    if "evidence" in data:
        data["evidence"] = _finite(data["evidence"], str)
        data["smallest"] = _finite(data["smallest"], str)
    line = json.dumps(_finite(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return line.encode("utf-8", "backslashreplace").decode("utf-8")  # a subject's text may hold lone surrogates


def _finite(value: Any, replacement: Callable[[float], str | None] = lambda number: None) -> Any:  # noqa: ARG005
    """JSON has no NaN, no infinity and no records."""
    if dataclasses.is_dataclass(value):
        value = vars(value)
    if isinstance(value, float) and not math.isfinite(value):
        return replacement(value)
    if isinstance(value, Mapping):
        return {str(key): _finite(item, replacement) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item, replacement) for item in value]
    return value


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record from those of a line: lists become tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _finding(data: Mapping[str, Any]) -> Finding:
    smallest = data["smallest"]
    inner = {
        "verdict": Verdict(data["verdict"]),
        "diagnosis": tuple(Diagnosis(**item) for item in data["diagnosis"]),
        "smallest": None if smallest is None else _smallest(smallest),
    }
    return Finding(**{**data, **inner})


def _smallest(data: Mapping[str, Any]) -> Smallest:
    arrays = tuple(ArrayRecord(**{**item, "shape": tuple(item["shape"])}) for item in data["arrays"])
    return Smallest(**{**data, "arrays": arrays})


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Header | Finding | Footer]] = {
    "header": lambda data: Header(**_fields(data)),
    "finding": _finding,
    "footer": lambda data: Footer(**_fields(data)),
}


def from_line(line: str) -> Header | Finding | Footer:
    """The inverse of `to_line`.

    Raises:
        ResultsError: the line is no record of this schema.
    """
    try:
        data = valid_object(line)
    except ValueError as error:
        reason = "".join(filter(str.isprintable, str(error)[:160]))  # it may name what the file names
        raise ResultsError(f"not a Backproof record: {reason}: {line[:80]!r}") from error
    return _READERS[data.pop("type")](data)


def read_results(lines: Iterable[str]) -> Result:
    """Read a results file.

    Raises:
        ResultsError: a line is damaged, the header or the footer is missing, or findings are missing.
    """
    records = list(_records(lines))
    if not records or not isinstance(records[0], Header):
        raise ResultsError("the first line should be a header; run `backproof check` again")
    header, footer = records[0], records[-1]
    if not isinstance(footer, Footer):
        raise ResultsError("the footer is missing: the run did not end; run `backproof check` again")
    findings = tuple(record for record in records[1:-1] if isinstance(record, Finding))
    if len(findings) != header.planned or len(findings) != len(records) - 2:
        raise ResultsError(f"{len(findings)} findings, but should be {header.planned} as planned; run again")
    return Result(header, findings, footer)


def _records(lines: Iterable[str]) -> Iterator[Header | Finding | Footer]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield from_line(line)
            except ResultsError as error:
                raise ResultsError(f"line {number}: {error}") from error


def count_verdicts(findings: Iterable[Finding]) -> dict[str, int]:
    """Findings per verdict, in the order of `Verdict`, without zeros."""
    counts = Counter(finding.verdict for finding in findings)
    return {verdict.value: counts[verdict] for verdict in Verdict if counts[verdict]}
