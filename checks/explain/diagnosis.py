"""Diagnosis: which known mistake does a failing subject behave like?

The calls that the failing check has made are replayed, with the same data, on every mistake of the
catalogue for that component. A mistake that answers all of them as the subject did, where the correct
reference does not, explains the failure. Random masks differ from generator to generator, so checks
with random layers are replayed by outcome: a mistake that breaks the same law in the same way is
named as a likeness, not as an exact match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np

from ... import mistakes
from ...sandbox import Call, DirectSession, SubjectError
from ...specs import Kind, Spec, Trait, Unsupported
from ..context import Context
from ..numerics.precision import current, judged_in
from ..plan.plan import Planned
from ..results import Diagnosis, Finding
from ..run.outcome import run_check

RELATIVE = 1e-9  # answers that differ by less, or by 1,000 units, are the same answer in another order of operations
MAX_DIAGNOSES = 3


def diagnose(planned: Planned, context: Context, finding: Finding) -> tuple[Diagnosis, ...]:
    """The mistakes of the catalogue that explain `finding`; best first."""
    known = mistakes.mistakes_of(planned.layer)
    if planned.case.spec.kind is Kind.INITIALIZER or Trait.RANDOM_MASK in planned.case.spec.traits:
        alike = [mistake for mistake in known if _fails_alike(mistake, planned, context, finding)]
        return tuple(_diagnosis(mistake, exact=False) for mistake in alike) if len(alike) <= MAX_DIAGNOSES else ()
    calls = [(subject.spec, subject.transcript) for subject in context.subjects]
    with judged_in(context.precision):
        if not calls or _behaves(mistakes.correct, calls):
            return ()
        matching = []
        for mistake in known:
            with _as_declared(mistake):
                if _behaves(mistake.build, calls):
                    matching.append(mistake)
    return tuple(_diagnosis(mistake, exact=True) for mistake in matching[:MAX_DIAGNOSES])


def _diagnosis(mistake: mistakes.Mistake, *, exact: bool) -> Diagnosis:
    return Diagnosis(
        mistake=mistake.id, text=f"{mistake.title}. {mistake.explanation} To fix: {mistake.hint}", exact=exact
    )


@contextmanager
def _as_declared(mistake: mistakes.Mistake) -> Iterator[None]:
    """While it is open, the mistake's classes are as declared: some keep what earlier subjects have left there.

    Else the diagnosis would depend on what was diagnosed before, and so on how the checks are shared among processes.
    """
    parts: Mapping[str, type] = getattr(mistake.build, "keywords", {}).get("parts", {})
    own = [cls for part in parts.values() for cls in part.__mro__ if cls.__module__.startswith(mistakes.__name__)]
    before = [(cls, _kept(cls)) for cls in own]
    for cls in own:
        _keep(cls, deepcopy(_declared(cls)))
    try:
        yield
    finally:
        for cls, kept in before:
            _keep(cls, kept)


@cache
def _declared(cls: type) -> dict[str, Any]:
    """What a class keeps when it is first asked for."""
    return deepcopy(_kept(cls))


def _kept(cls: type) -> dict[str, Any]:
    """The data that a class itself keeps, by name."""
    own = vars(cls).items()
    return {name: value for name, value in own if not (name.startswith(("__", "_abc_")) or hasattr(value, "__get__"))}


def _keep(cls: type, data: Mapping[str, Any]) -> None:
    for name in _kept(cls).keys() - data.keys():
        delattr(cls, name)
    for name, value in data.items():
        setattr(cls, name, value)


def _fails_alike(mistake: mistakes.Mistake, planned: Planned, context: Context, finding: Finding) -> bool:
    """Tell whether the mistake breaks the same law with the same words, numbers aside, and the same ratio."""
    with _as_declared(mistake):
        other = run_check(planned, DirectSession(mistake.build), context.settings)
    return other.verdict is finding.verdict and _signature(other) == _signature(finding)


def _signature(finding: Finding) -> tuple[str, str]:
    words = re.sub(r"[-+]?\d[\d.e+-]*", "#", finding.message)
    ratio = finding.evidence.get("ratio", finding.evidence.get("factor", ""))
    value = ratio.get("value") if isinstance(ratio, dict) else ratio
    return words, f"{value:.3g}" if isinstance(value, float) else ""


def _behaves(build: Callable[[Spec], Any], calls: Sequence[tuple[Spec, Sequence[Call]]]) -> bool:
    """Tell whether subjects built by `build` answer all calls alike."""
    session = DirectSession(build)
    try:
        for spec, transcript in calls:
            other = session.build(spec)
            for call in transcript:
                if not _alike(other.call(call.method, *call.args), call.value):
                    return False
    except (SubjectError, Unsupported):
        return False
    return True


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray | float | int) and isinstance(other, np.ndarray | float | int):
        left, right = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
        if left.shape != right.shape:
            return False
        size = float(np.max(np.abs(np.where(np.isfinite(left), left, 0.0)), initial=0.0))
        relative = max(RELATIVE, 1e3 * current().eps)
        return bool(np.allclose(left, right, rtol=relative, atol=relative * size, equal_nan=True))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return type(one) is type(other)
