"""Gradient: backward is the transposed Jacobian of forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...specs import Case, Kind, Phase, Trait
from ...wall import RemoteSubject
from ..context import Context
from ..law import Level, check
from ..measurement import Measurement, failed, number, passed, undecided
from ..numerics.gradient import BlockChecker, BlockResult
from ..numerics.localise import Localiser
from ..numerics.precision import current
from ..proof import Derivative, central_differences
from .contract import BACKWARD
from .selection import core_in_training, deterministic, has, parameter_names

Array = NDArray[np.float64]
Prove = Callable[[Array, Array, Array], Derivative]  # from cotangent, claimed gradient and central differences


def _differentiable(case: Case) -> bool:
    return deterministic(case) and has(Trait.DIFFERENTIABLE)(case)


def _core_parameters(case: Case) -> bool:
    return _differentiable(case) and bool(parameter_names(case))


def factors(case: Case) -> dict[str, float]:
    """Ratios of a wrong gradient to the right one that mean something, by name."""
    batch = case.input_shape[0] if case.input_shape else 1
    known = {"1/batch": 1 / batch, "batch": float(batch)} if batch > 2 else {}
    keep = getattr(case.spec, "keep", None)
    if keep is not None and keep < 1:
        known.update({"keep": keep, "1/keep": 1 / keep, "(1 - keep)": 1 - keep})
    return known


@check("gradient.input", Kind.LAYER, when=_differentiable, level=core_in_training, needs=BACKWARD)
def input_gradient(context: Context) -> Iterator[Measurement]:
    """Backward returns the transposed Jacobian of forward, applied to the incoming gradient."""
    rng = context.rng()
    layer = context.layer(rng)
    x = context.data(rng)

    def evaluate(points: Sequence[Array]) -> list[Array]:
        return layer.many([("forward", (point,)) for point in points])

    def pull(v: Array) -> Array:
        gradient: Array = layer.many([("forward", (x,)), ("backward", (v,))])[1]
        return gradient

    def prove(v: Array, found: Array, expected: Array) -> Derivative:
        return Derivative(block="", arguments=(x,), cotangent=v, target=None, found=found, expected=expected)

    yield from judge("the input gradient", BlockChecker(evaluate, pull, x, rng), factors(context.case), prove)


@check(
    "gradient.parameter",
    Kind.LAYER,
    when=_core_parameters,
    level=core_in_training,
    needs=("contract.gradients", *BACKWARD),
    quantities=parameter_names,
)
def parameter_gradient(context: Context, quantity: str) -> Iterator[Measurement]:
    """The gradient of every parameter is the transposed Jacobian of forward with respect to it."""
    rng = context.rng()
    values = context.parameters(context.rng())
    layer = context.layer(rng)
    x = context.data(rng)

    def prove(v: Array, found: Array, expected: Array) -> Derivative:
        return Derivative(block=quantity, arguments=(x,), cotangent=v, target=None, found=found, expected=expected)

    checker = parameter_checker(layer, quantity, values, x, rng)
    yield from judge(f"the gradient of {quantity}", checker, factors(context.case), prove)


def parameter_checker(
    layer: RemoteSubject, name: str, values: Mapping[str, Array], x: Array, rng: np.random.Generator
) -> BlockChecker:
    """The checker of one parameter's gradient at `values`, for the input `x`."""

    def evaluate(points: Sequence[Array]) -> list[Array]:
        steps = [step for point in points for step in (("assign", ({name: point},)), ("forward", (x,)))]
        return layer.many(steps)[1::2]

    def pull(v: Array) -> Array:
        steps = [("assign", ({name: values[name]},)), ("forward", (x,)), ("backward", (v,)), ("gradients", ())]
        gradient: Array = layer.many(steps)[3][name]
        return gradient

    return BlockChecker(evaluate, pull, values[name], rng)


def judge(
    name: str, checker: BlockChecker, known: Mapping[str, float], prove: Prove | None = None
) -> Iterator[Measurement]:
    """Run the checker; after a failure, say which entries are wrong and what they look like."""
    result = checker.run()
    if result.undecided:
        yield undecided(f"{name}: {result.doubt}", masked=result.masked)
    elif result.fault is None:
        yield passed(result.error, result.tolerance)
    else:
        yield _explain(name, checker, result, known, prove)


def _explain(
    name: str, checker: BlockChecker, result: BlockResult, known: Mapping[str, float], prove: Prove | None
) -> Measurement:
    fault = result.fault
    assert fault is not None  # noqa: S101 - the caller has looked
    claimed = checker.pull(fault.cotangent)
    location = Localiser(checker.evaluate, checker.x, fault.cotangent, claimed, checker.rng).locate(known)
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
    return failed(
        f"{name} is {found} {place}, but finite differences of forward give {expected}{reading}",
        expected=expected,
        found=found,
        hint="derive the formula on paper for one entry, then compare with backward line by line",
        measured=measured,
        tolerance=tolerance,
        evidence=location.evidence(),
        proof=None if prove is None or fault.at_kink is not None else _proof(checker, fault.cotangent, claimed, prove),
    )


def _proof(checker: BlockChecker, v: Array, claimed: Array, prove: Prove) -> Derivative | None:
    """The same comparison by plain central differences, as a snippet makes it."""
    expected = central_differences(checker.evaluate, checker.x, v)
    return None if expected is None else prove(v, claimed, expected)


@check(
    "gradient.kink",
    Kind.LAYER,
    when=lambda case: case.phase is Phase.TRAIN and has(Trait.ELEMENTWISE)(case) and deterministic(case),
    level=Level.FULL,
    needs=("gradient.input",),
)
def gradient_at_zero(context: Context) -> Iterator[Measurement]:
    """Where the input is exactly 0, backward stays between the derivatives from the left and from the right."""
    rng = context.rng()
    layer = context.layer(rng)
    x = context.data(rng)
    x.ravel()[::2] = 0.0
    precision = current()
    step = precision.one_sided_step
    y, right, left = layer.many([("forward", (point,)) for point in (x, x + step, x - step)])
    _, g = layer.many([("forward", (x,)), ("backward", (np.ones_like(y),))])
    ends = np.stack([(right - y) / step, (y - left) / step])
    # One-sided quotients err by step |f''| / 2 <= step for the functions here, and by rounding / step.
    slack = 2 * step + 4 * precision.eps * (1 + np.abs(y)) / step
    wrong = ~((g >= ends.min(axis=0) - slack) & (g <= ends.max(axis=0) + slack))
    if not wrong.any():
        yield passed()
        return
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    low, high = float(ends.min(axis=0)[place]), float(ends.max(axis=0)[place])
    yield failed(
        f"backward(1) at x{list(place)} = {x[place]:.3g} is {g[place]:.6g}, but should lie in [{low:.6g}, {high:.6g}]",
        expected=f"[{low:.6g}, {high:.6g}]",
        found=f"{g[place]:.6g}",
        hint="any value between the two one-sided derivatives is right at a kink; this one is outside",
    )
