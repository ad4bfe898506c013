"""Showing: a failure in full: its arrays and, where there is one, the snippet that repeats it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...sandbox import SubjectError
from ...specs import operations
from ..proof import Derivative, Equal
from ..results import ArrayRecord, Smallest
from ..run.outcome import Examined
from .snippet import write_snippet
from .snippet_text import Unspeakable

MOST_ENTRIES = 256  # of one array; a larger one is named with its shape only


def show(examined: Examined, trials: int) -> Smallest:
    """The failure as a report shows it; the session of the examined check must still be open."""
    snippet, why = "", ""
    try:
        snippet = write_snippet(examined)
    except Unspeakable as reason:
        why = str(reason)
    except SubjectError as error:
        why = f"the implementation does not answer any more: {error.message}"
    return Smallest(
        id=examined.finding.id,
        where=examined.finding.where,
        message=examined.finding.message,
        arrays=tuple(_array_records(examined)),
        snippet=snippet,
        no_snippet=why,
        trials=trials,
    )


def _array_records(examined: Examined) -> list[ArrayRecord]:
    """Parameters, input, incoming gradient, what was found and what was expected."""
    context, measurement = examined.context, examined.measurement
    proof = None if measurement is None else measurement.proof
    known = operations(context.case.spec.kind)
    given: dict[str, Any] = {}
    for call in (call for subject in context.subjects[-1:] for call in subject.transcript):
        if call.method == "assign":
            given |= call.args[0]
        elif call.method in known:
            operation = known[call.method]
            named = zip(operation.arguments, call.args, strict=False)
            given |= {name: item for name, item in named if name in operation.arrays}
    if isinstance(proof, Derivative):
        cotangent = {} if proof.cotangent is None else {"dy": proof.cotangent}
        names = known["forward"].arguments if "forward" in known else ()
        given |= {
            **dict(zip(names[:1], proof.arguments, strict=False)),
            **cotangent,
            "found": proof.found,
            "expected": proof.expected,
        }
    elif isinstance(proof, Equal) and proof.bound is not None:
        given |= {"found": proof.value, "expected": proof.wanted}
    arrays = {name: np.asarray(value) for name, value in given.items() if isinstance(value, np.ndarray | float | int)}
    return [
        ArrayRecord(
            name=name,
            shape=array.shape,
            dtype=str(array.dtype),
            values=array.tolist() if array.size <= MOST_ENTRIES else None,
        )
        for name, array in arrays.items()
    ]
