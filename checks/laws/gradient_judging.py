"""Judging a gradient: against the derivative of the definition, or of the subject's own forward.

The definition is differentiated in this process: no answer of the subject but that of backward plays a part. It is the
yardstick where forward is right at the very point; elsewhere forward's own derivative is, and all that can be said is
whether the two belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..context import Context
from ..law import Law, answered
from ..measurement import Measurement, failed, number, passed, undecided
from ..numerics.compare import Estimate, compare
from ..numerics.gradient import BlockChecker, BlockResult
from ..numerics.ladder import Evaluate
from ..numerics.localise import Localiser
from ..proof import Derivative, central_differences
from ..results import Verdict
from .gradient_ladder import Answers, Apart, TwoAnswers

Array = NDArray[np.float64]
Prove = Callable[[Array, Array, Array], Derivative]  # from cotangent, claimed gradient and central differences

SELF_CONSISTENT = "self-consistent only"
"""The key of a finding's evidence that says why backward could be compared with the subject's own forward alone."""
NO_DEFINITION = "there is no definition of this forward"
WRONG_FORWARD = "forward itself differs from its definition here"


CANCELLED = 100.0
"""Where a loss has an epsilon that its gradient leaves out, the gradient of a sample is wrong by the share epsilon / p.

In the sum over the samples these gradients may cancel, to a hundredth of their size in the norm of a block.
"""


class Pull(Protocol):
    """A claimed gradient, and what forward has returned on the way to it."""

    outputs: list[Any]

    def __call__(self, v: Array) -> Array:
        """The gradient for an incoming gradient."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A definition to be differentiated.

    Attributes:
        evaluate: the definition at several values of the block.
        expected: its value at the block.
        rounding, terms: as `BlockChecker` has them.
        slack: as `BlockChecker` has it.
        noise: of each entry of the claimed gradient.
    """

    evaluate: Evaluate
    expected: Estimate
    rounding: Callable[[Array], Array] | None = None
    terms: Callable[[Array], Array] | None = None
    slack: float = 0.0
    noise: Array | None = None


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """One gradient that is to be judged.

    Attributes:
        name: for a person.
        block: where the function is differentiated.
        claim: what backward says.
        reference: the definition; None if there is none.
        answers: the subject's own forward.
        decoy: another value of the block, at ordinary distance.
        known: ratios of a wrong gradient to the right one that mean something, by name.
        prove: makes a proof of a failure; None: there is none.
        slack: as `BlockChecker` has it, for the subject's own forward.
    """

    name: str
    block: Array
    claim: Pull
    reference: Reference | None
    answers: Answers
    decoy: Callable[[np.random.Generator], Array]
    known: Mapping[str, float]
    prove: Prove | None = None
    slack: float = 0.0


def judge(context: Context, gradient: Gradient, rng: np.random.Generator) -> Law:
    """Whether backward's claim is the derivative; after a failure, which entries are wrong and what they look like."""
    reference, why = gradient.reference, NO_DEFINITION
    if reference is not None:
        checker = BlockChecker(
            reference.evaluate,
            gradient.claim,
            gradient.block,
            rng,
            reference.slack,
            backward_noise=reference.noise,
            trusted=True,
            rounding=reference.rounding,
            terms=reference.terms,
        )
        result = checker.run()
        if all(agrees_with(found, reference.expected) for found in gradient.claim.outputs):
            yield _verdict(gradient, checker, result, "the derivative of the definition is")
            return
        why = WRONG_FORWARD
    try:
        yield _self_consistent(_by_ladder(context, gradient, rng), why)
    except TwoAnswers as two:
        yield two.measurement


def agrees_with(found: Any, expected: Estimate) -> bool:
    """Tell whether an output is what the definition says."""
    values = np.asarray(found)
    if values.dtype.kind not in "fiu" or values.size != expected.value.size:
        return False
    return compare(values.reshape(expected.value.shape), expected).within


def _by_ladder(context: Context, gradient: Gradient, rng: np.random.Generator) -> Measurement:
    apart = Apart(context, gradient.answers, gradient.decoy, rng)
    checker = BlockChecker(apart, gradient.claim, gradient.block, rng, gradient.slack)
    result = checker.run()
    # What is wrong is found already: to say where, the answers of one subject are enough.
    located = replace(checker, evaluate=lambda points: answered(gradient.answers(context, points)))
    return _verdict(gradient, located, result, "finite differences of forward give")


def _self_consistent(measurement: Measurement, why: str) -> Measurement:
    """The measurement; a pass says that it is about the subject's own forward."""
    if measurement.verdict is not Verdict.PASSED:
        return measurement
    return replace(measurement, message=f"{SELF_CONSISTENT}: {why}", evidence={SELF_CONSISTENT: why})


def _verdict(gradient: Gradient, checker: BlockChecker, result: BlockResult, says: str) -> Measurement:
    if result.undecided:
        return undecided(f"{gradient.name}: {result.doubt}", masked=result.masked)
    if result.fault is None:
        return passed(result.error, result.tolerance)
    return _explained(gradient, checker, result, says)


def _explained(gradient: Gradient, checker: BlockChecker, result: BlockResult, says: str) -> Measurement:
    fault = result.fault
    assert fault is not None  # noqa: S101 - the caller has looked
    claimed = checker.pull(fault.cotangent)
    location = Localiser.after(checker, fault.cotangent).locate(gradient.known)
    worst = next((entry for entry in location.entries if entry.wrong), None)
    if worst is None:
        low, high = fault.expected
        expected = number(low) if low == high else f"a number in [{number(low)}, {number(high)}]"
        found, place = number(fault.found), "along a random direction"
        measured, tolerance = result.error, result.tolerance
    else:
        expected, found, place = number(worst.expected), number(worst.found), f"at entry {list(worst.index)}"
        measured, tolerance = worst.error, worst.bound
    reading = f": {location.reading}" if location.reading else ""
    shown = gradient.prove is not None and fault.at_kink is None
    return failed(
        f"{gradient.name} is {found} {place}, but {says} {expected}{reading}",
        expected=expected,
        found=found,
        hint="derive the formula on paper for one entry, then compare with backward line by line",
        measured=measured,
        tolerance=tolerance,
        evidence=location.evidence(),
        proof=_proof(checker, fault.cotangent, claimed, gradient.prove) if shown else None,
    )


def _proof(checker: BlockChecker, v: Array, claimed: Array, prove: Prove | None) -> Derivative | None:
    """The same comparison by plain central differences, as a snippet makes it."""
    expected = central_differences(checker.evaluate, checker.x, v)
    return None if expected is None or prove is None else prove(v, claimed, expected)
