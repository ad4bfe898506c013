"""Measurement: what a law yields; helpers that phrase one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..sandbox import Opaque
from .numerics.compare import Estimate, compare
from .numerics.precision import current
from .proof import Equal, Expression, Holds, Proof, Shaped
from .results import Comparison, Verdict


@dataclass(frozen=True, kw_only=True)
class Measurement(Comparison):
    """One comparison of a subject with a law, as a law yields it.

    Attributes:
        proof: what was compared, in numbers, if it failed.
        assignments: the assignments of choices, option by name, that explain what was seen; None for the one in use.
    """

    proof: Proof | None = None
    assignments: tuple[Mapping[str, str], ...] | None = None


def passed(measured: float | None = None, tolerance: float | None = None) -> Measurement:
    """The law holds."""
    return Measurement(verdict=Verdict.PASSED, measured=measured, tolerance=tolerance)


def failed(message: str, *, expected: str, found: str, hint: str = "", **more: Any) -> Measurement:
    """The law is broken."""
    return Measurement(verdict=Verdict.FAILED, message=message, expected=expected, found=found, hint=hint, **more)


def undecided(message: str, **evidence: Any) -> Measurement:
    """The numerics cannot tell."""
    return Measurement(verdict=Verdict.UNDECIDED, message=message, evidence=evidence)


def describe(value: Any) -> str:
    """A value in a few words: its kind, shape and dtype, not its content."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, dtype {value.dtype}"
    if isinstance(value, Opaque):
        return f"{value.type_name} {value.text}" if len(value.text) < 60 else f"an object of type {value.type_name}"
    return (
        repr(value)
        if value is None or isinstance(value, bool | int | float)
        else f"{type(value).__name__} {str(value)[:60]!r}"
    )


def number(value: float) -> str:
    """A number as reports print it."""
    return f"{value:.6g}"


def apart(found: float, expected: float) -> tuple[str, str]:
    """Two numbers as reports print them; with as many digits as it takes to see that they differ."""
    for digits in range(6, 18):
        texts = f"{found:.{digits}g}", f"{expected:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def agrees(
    name: str,
    found: Any,
    expected: Estimate,
    *,
    hint: str = "",
    as_found: Any = None,
    as_expected: Any = None,
    **evidence: Any,
) -> Measurement:
    """`found` equals `expected` within the bound of every entry.

    Args:
        name: what it is, with the call: `forward(x)`.
        found: what the subject returned.
        expected: the definition's value and the bound of its rounding error.
        hint: what to do next if it does not.
        as_found: an `Expression` of what calls have returned, if `found` is none of it.
        as_expected: an `Expression` for `expected.value`, if that depends on the subject.
        evidence: small values to keep with a failure.
    """
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "fiub" or found.shape != expected.value.shape:
        shape = expected.value.shape
        return failed(
            f"{name} is {describe(found)}, but should be an array of shape {shape}",
            expected=f"an array of shape {shape}",
            found=describe(found),
            hint=hint,
            proof=Shaped(found=found, shape=expected.value.shape)
            if as_found is None
            else Holds(
                statement=Expression(f"np.shape({as_found.text}) == {shape}", as_found.terms),
                text=f"{name} should have shape {shape}",
            ),
        )
    difference = compare(found, expected)
    if difference.within:
        return passed(difference.largest, difference.tolerance)
    first = difference.worst[0]
    place = f"[{', '.join(map(str, first['index']))}]" if first["index"] else ""
    share = f"{difference.count} of {found.size} entries differ" if found.size > 1 else ""
    message = f"{name}{place} = {number(first['found'])}, but should be {number(first['expected'])}"
    return failed(
        f"{message}; {share}" if share else message,
        expected=number(first["expected"]),
        found=number(first["found"]),
        hint=hint,
        measured=difference.largest,
        tolerance=difference.tolerance,
        evidence={"worst": list(difference.worst), **evidence},
        proof=Equal(
            found=found if as_found is None else as_found,
            expected=expected.value if as_expected is None else as_expected,
            value=found,
            wanted=expected.value,
            bound=expected.bound,
        ),
    )


SEEN = 1e3
"""Units in the last place of the largest entry from which on two results of the same operations differ."""


def same(name: str, found: Any, reference: Any, *, meaning: str, hint: str = "", **evidence: Any) -> Measurement:
    """`found` equals `reference`; `meaning` says what a difference means.

    Both come from the same operations on the same numbers, so they may differ only by the rounding of another
    order of summation, which libraries choose by the alignment of memory: `SEEN` units in the last place of the
    largest entry are allowed, in an array of any size that the cases use.
    """
    if isinstance(found, np.ndarray) and isinstance(reference, np.ndarray) and found.shape == reference.shape:
        size = float(np.abs(reference[np.isfinite(reference)]).max(initial=0.0))
        bound = SEEN * current().eps * size
        equal = (np.abs(found - reference) <= bound) | (found == reference) | (np.isnan(found) & np.isnan(reference))
        if equal.all():
            return passed(float(np.abs(np.where(np.isfinite(found), found - reference, 0.0)).max(initial=0.0)), bound)
        place = tuple(int(i) for i in np.argwhere(~equal)[0])
        return failed(
            f"{meaning}: {name}{list(place)} = {number(float(found[place]))}, but should be "
            f"{number(float(reference[place]))}; {int((~equal).sum())} of {equal.size} entries differ",
            expected=number(float(reference[place])),
            found=number(float(found[place])),
            hint=hint,
            measured=float(np.max(np.abs(np.where(equal, 0.0, found - reference)))),
            tolerance=bound,
            evidence=evidence,
            proof=Equal(found=found, expected=reference, value=found, wanted=reference, bound=bound),
        )
    return failed(
        f"{meaning}: {name} is {describe(found)}",
        expected=describe(reference),
        found=describe(found),
        hint=hint,
        proof=Shaped(found=found, shape=reference.shape) if isinstance(reference, np.ndarray) else None,
    )
