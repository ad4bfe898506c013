"""Outcome: run one planned check against a session and phrase what came of it as a finding."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from ...sandbox import SessionLike, SubjectError, SubjectRaised
from ...sandbox.advice import advice_on
from ...specs import Unsupported, operations
from ..context import Context, Shared, where_text
from ..law import Level, measurements
from ..measurement import Measurement, passed
from ..numerics.precision import judged_in
from ..plan.plan import Planned
from ..results import Diagnosis, Finding, Verdict
from ..settings import Settings
from .odd_values import odd_value

Diagnose = Callable[[Planned, Context, Finding], tuple[Diagnosis, ...]]


def base_finding(planned: Planned) -> Finding:
    """The finding's fixed part."""
    return Finding(
        id=planned.id,
        layer=planned.layer,
        case=planned.case.name,
        family=planned.check.family,
        check=planned.check.id,
        quantity=planned.quantity,
        level=Level(planned.level).name.lower(),
        law=planned.check.law,
        verdict=Verdict.PASSED,
        where=where_text(planned.case),
    )


@dataclass(frozen=True)
class Examined:
    """One check that has run, with all that it has seen.

    Attributes:
        finding: what came of it.
        context: its subjects, with every call.
        measurement: the one that decided; None if the check did not come to its end.
    """

    finding: Finding
    context: Context
    measurement: Measurement | None


def run_check(
    planned: Planned,
    session: SessionLike,
    settings: Settings,
    diagnose: Diagnose | None = None,
) -> Finding:
    """Run one check; every way in which it can end becomes a verdict."""
    return examine(planned, session, settings, diagnose).finding


def examine(
    planned: Planned,
    session: SessionLike,
    settings: Settings,
    diagnose: Diagnose | None = None,
    shared: Shared | None = None,
) -> Examined:
    """`run_check`, with what led to the finding; `shared` is what other checks of the case have asked for."""
    context = Context(planned.case, session, settings, planned.check.id, shared={} if shared is None else shared)
    finding, measurement = base_finding(planned), None
    started = time.perf_counter()
    session.limit(settings.seconds)
    try:
        with np.errstate(all="ignore"), judged_in(context.precision):
            measurement = _first_bad(planned, context)
        finding = _from_measurement(finding, measurement)
    except SubjectError as error:
        finding = _from_error(finding, error)
    except Unsupported as reason:
        finding = _from_unsupported(finding, planned, context, str(reason))
    except Exception as error:
        finding = _from_stumble(finding, context, error)
    if finding.failing:
        finding = replace(finding, output=session.output)
        if diagnose and finding.verdict is Verdict.FAILED:
            with suppress(Exception):  # an explanation that fails must not take the finding with it
                finding = replace(finding, diagnosis=diagnose(planned, context, finding))
    finding = replace(
        finding,
        evaluations=context.evaluations,
        seconds=round(time.perf_counter() - started, 6),
    )
    return Examined(finding, context, measurement)


def _first_bad(planned: Planned, context: Context) -> Measurement:
    """The first measurement that is not passed; else the one that came closest to its bound."""
    law = planned.check.function
    closest = passed()
    for measurement in measurements(law(context, planned.quantity) if planned.quantity else law(context)):
        if measurement.verdict is not Verdict.PASSED:
            return measurement
        if _share(measurement) >= _share(closest):
            closest = measurement
    return closest


def _share(measurement: Measurement) -> float:
    if measurement.measured is None or not measurement.tolerance:
        return 0.0
    return measurement.measured / measurement.tolerance


def _from_measurement(finding: Finding, measurement: Measurement) -> Finding:
    hint = measurement.hint or advice_on(measurement.found)  # a law may tell of an error that it has met
    return replace(finding, **{**measurement.compared(), "hint": hint})


def _from_error(finding: Finding, error: SubjectError) -> Finding:
    evidence = {"traceback": error.detail} if error.detail else {}
    hints = {
        Verdict.ERRORED: "read the error below; it comes from your code, not from the checker",
        Verdict.TIMEOUT: "look for a loop that does not end or for a loop over single entries of a large array",
        Verdict.DIED: "the code must not end the process: look for sys.exit, os._exit, or a crash in compiled code",
    }
    verdict = Verdict(error.verdict)
    hint = hints[verdict]
    if isinstance(error, SubjectRaised):
        hint = error.advice or (f"look at {error.where}" if error.where else hint)
    return replace(
        finding,
        verdict=verdict,
        message=error.message,
        expected="an answer",
        found=error.message,
        hint=hint,
        evidence=evidence,
    )


def _from_unsupported(finding: Finding, planned: Planned, context: Context, reason: str) -> Finding:
    """Not offered; but an offered component cannot leave out what every component of its kind must do."""
    calls = [subject.transcript[-1].method for subject in context.subjects if subject.transcript]
    operation = calls[-1] if calls else "build"
    known = operations(planned.case.spec.kind).get(operation)
    if known is not None and known.required:
        message = f"{operation} is not offered, but every {planned.case.spec.kind} must have it: {reason}"
        return replace(finding, verdict=Verdict.ERRORED, message=message, expected=operation, found=reason)
    return replace(finding, verdict=Verdict.UNSUPPORTED, message=reason)


def _from_stumble(finding: Finding, context: Context, error: Exception) -> Finding:
    """A law tripped: over an odd value of the subject (its fault), or over itself (ours)."""
    if odd := odd_value(context):
        return replace(
            finding,
            verdict=Verdict.FAILED,
            message=odd,
            expected="floating-point arrays of the declared shapes in every call",
            found=odd,
            hint="this call returns something else than the others; look at every return statement",
        )
    return replace(
        finding,
        verdict=Verdict.HARNESS_ERROR,
        message=f"the check itself failed: {type(error).__name__}: {error}; please report this",
        evidence={"traceback": traceback.format_exc(limit=6)},
    )
