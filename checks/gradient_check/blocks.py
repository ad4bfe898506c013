"""The gradient of one block: compared, and explained if it is wrong."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ..measurement import apart, number
from ..numerics.gradient import BlockChecker, BlockResult, GradientFault
from ..numerics.localise import Localiser
from ..results import Verdict
from .finding import GradientFinding
from .pair import Pair
from .second_opinion import second_opinion
from .values import Array

FORWARDS = 330  # calls of forward for a block that fails, about; 400 with those of the contract
LEAST = 260  # of them for the question which entries are wrong

ComplexStep = bool | Literal["auto"]


def check_block(
    pair: Pair, name: str, *, directions: int, noise: Array, complex_step: ComplexStep, rng: np.random.Generator
) -> list[GradientFinding]:
    """Compare the claimed gradient of the block `name` with finite differences, and with a complex step if asked to.

    With `auto` a complex step is tried only after a failure, or if nothing could be decided.

    Raises:
        Raised, WrongOutput: a call raises, or returns something else than at the point.
    """
    started = pair.forwards
    block = pair.blocks[name]
    axes = block.shape or (1,)

    def pull(v: Array) -> Array:
        return pair.pull(v)[name].reshape(axes)

    x = block.astype(np.float64).reshape(axes)
    checker = BlockChecker(
        pair.values_along(name),
        pull,
        x,
        rng,
        directions=directions,
        backward_noise=noise.reshape(axes),
        tolerates_noise=True,
    )
    with np.errstate(all="ignore"):
        result = checker.run()
        said = _said(pair, name, checker, result)
        if result.roughness:
            said["evidence"] = {**said.get("evidence", {}), "noise": result.roughness}
        unclear = said["verdict"] is not Verdict.PASSED
        opinion = second_opinion(pair, name, checker) if complex_step is True or (complex_step and unclear) else None
    if opinion is not None and unclear:
        said["evidence"] = {**said.get("evidence", {}), "complex step": opinion.text}
    finding = GradientFinding(
        law="gradient",
        block=name,
        directions=directions,
        masked=result.masked,
        scale=result.scale,
        evaluations=pair.forwards - started,
        **said,
    )
    return [finding] if opinion is None or complex_step is not True else [finding, opinion.finding(name)]


def is_right(pair: Pair, name: str, rng: np.random.Generator) -> bool:
    """Tell whether the claimed gradient of the block `name` is right, and say no more of it.

    Raises:
        Raised, WrongOutput: as `check_block`.
    """
    axes = pair.blocks[name].shape or (1,)
    x = pair.blocks[name].astype(np.float64).reshape(axes)
    with np.errstate(all="ignore"):
        return BlockChecker(pair.values_along(name), lambda v: pair.pull(v)[name].reshape(axes), x, rng).run().passed


def _said(pair: Pair, name: str, checker: BlockChecker, result: BlockResult) -> dict[str, Any]:
    if result.undecided:
        return {
            "verdict": Verdict.UNDECIDED,
            "message": result.doubt,
            "hint": "check at another point, away from kinks; if the answers change by chance, look for "
            "what is random or remembered",
        }
    if result.fault is None:
        return {"verdict": Verdict.PASSED, "measured": result.error, "tolerance": result.tolerance}
    return _explanation(pair, name, checker, result, result.fault)


def _explanation(
    pair: Pair, name: str, checker: BlockChecker, result: BlockResult, fault: GradientFault
) -> dict[str, Any]:
    budget = max(FORWARDS - checker.evaluations, LEAST)
    localiser = Localiser.after(checker, fault.cotangent, budget)
    location = localiser.locate(_factors(pair))
    error_map = localiser.error_map(location)
    wrong = [entry for entry in location.entries if entry.wrong]
    said: dict[str, Any] = {
        "verdict": Verdict.FAILED,
        "hint": "derive the formula on paper for one entry, then compare with backward line by line",
        "evidence": location.evidence(pair.blocks[name].ndim) | {"heatmap": error_map.tolist()},
    }
    reading = f": {location.reading}" if location.reading else ""
    if wrong:
        worst = wrong[0]
        place = f" at entry {list(worst.index)}" if pair.blocks[name].ndim else ""
        found, expected = apart(worst.found, worst.expected)
        said |= {"expected": expected, "found": found}
        said |= {"measured": worst.error, "tolerance": worst.bound}
    else:
        low, high = fault.expected
        place = " along a random direction"
        found, expected = apart(fault.found, low)
        between = expected if low == high else f"a number in [{number(low)}, {number(high)}]"
        said |= {"expected": between, "found": found}
        said |= {"measured": result.error, "tolerance": result.tolerance}
    said["message"] = (
        f"the gradient of {name} is {said['found']}{place}, "
        f"but finite differences of forward give {said['expected']}{reading}"
    )
    return said


def _factors(pair: Pair) -> dict[str, float]:
    """Ratios that the sizes of inputs and outputs suggest, by name."""
    shapes = {name: block.shape for name, block in pair.blocks.items()}
    layout = pair.layout
    outputs = {} if layout is None else dict(zip(layout.names, layout.shapes, strict=True))
    shapes |= {f"the output {name}".strip(): shape for name, shape in outputs.items()}
    found: dict[str, float] = {}
    for name, shape in shapes.items():
        for axis, length in enumerate(shape):
            if length > 2:
                what = f"{length} being the length of axis {axis} of {name}"
                found.setdefault(f"1/{length} ({what})", 1 / length)
                found.setdefault(f"{length} ({what})", float(length))
    return found
