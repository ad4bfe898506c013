"""What must hold before gradients are compared: repeatable answers, arguments left alone, shapes, linearity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from ..measurement import apart
from ..numerics.answers import changed, not_finite
from ..numerics.directions import plain_direction, signed
from ..numerics.ladder import measure_noise
from ..numerics.linearity import LINEAR, UNITS, Linear, combined, nearby, noise_of, size_of_terms
from ..numerics.precision import current
from ..results import Verdict
from .drift import CALLS, drifts
from .finding import GradientFinding
from .pair import Pair
from .values import Array, Given, WrongOutput

DECOY = 1 / 16  # how far the decoy is from the point, as a share of a direction: the first step of the differences

Gradients = Mapping[str, Array]


@dataclass
class Contract:
    """What the contract pass has found.

    Attributes:
        findings: broken laws.
        blocking: True if there is no sense in comparing gradients.
        noise: by block and entry: by how much backward's answers change by chance.
    """

    findings: list[GradientFinding] = field(default_factory=list)
    blocking: bool = False
    noise: dict[str, Array] = field(default_factory=dict)

    def add(self, law: str, verdict: Verdict, message: str, *, blocking: bool = True, **texts: Any) -> None:
        """Note a broken law."""
        self.findings.append(GradientFinding(law=f"contract.{law}", verdict=verdict, message=message, **texts))
        self.blocking = self.blocking or blocking


def run_contract(pair: Pair, y: Array, decoy: Mapping[str, Given], rng: np.random.Generator) -> Contract:
    """Call the pair at the point and at a decoy, and compare the answers.

    `y` is what forward has returned at the point, after it was called at the decoy: what the first call leaves behind
    must not be used for later ones. Costs 6 calls of forward and 4 of backward, and up to 6 of both
    more where backward is not linear to its last digits.

    Raises:
        Raised: a call raises.
    """
    contract = Contract()
    try:
        _run(pair, y, decoy, rng, contract)
    except WrongOutput as error:
        law = "gradients" if "gradient" in str(error) or "backward" in str(error) else "output"
        contract.add(law, Verdict.FAILED, str(error), hint="return one array of the block's shape for every block of x")
    if pair.written:
        places = ", ".join(dict.fromkeys(pair.written))
        contract.add(
            "arguments",
            Verdict.FAILED,
            f"arguments are written into ({places})",
            blocking=False,
            expected="arguments left as they were",
            hint="work on a copy: the caller's arrays, and what another layer keeps of them, change as well",
        )
    pair.look_again()
    if pair.overwritten:
        contract.add(
            "results",
            Verdict.FAILED,
            f"arrays that were returned are written into later ({', '.join(pair.overwritten)})",
            blocking=False,
            expected="results left as they were",
            hint="return a new array, or a copy of the buffer: the caller may still need the earlier result",
        )
    return contract


def _run(pair: Pair, y: Array, decoy: Mapping[str, Given], rng: np.random.Generator, contract: Contract) -> None:
    v, w = (pair.rounded(signed(y.shape, rng)) for _ in range(2))
    of_v = pair.pull(v, watch=True)
    pair.value(decoy)
    pair.look_again()
    of_v_again = pair.pull(v)  # right after the decoy: backward must use what the latest forward has left
    again = pair.value(pair.blocks)
    if not _repeatable(pair, v, y, again, contract):
        return
    if not _is_finite_output(y, contract):
        return
    for name in pair.blocks:
        _finite(name, of_v[name], contract)
    if contract.findings:
        return
    for name in pair.blocks:
        _same_gradient(name, of_v[name], of_v_again[name], contract)
    if contract.findings:
        return
    of_w, of_both = pair.pull(w), pair.pull(pair.rounded(combined(v, w)))
    questions = _Questions(pair, v, of_v, rng)
    for name in pair.blocks:
        chance = np.abs(of_v_again[name] - of_v[name])
        x = np.asarray(pair.blocks[name], np.float64)
        size = size_of_terms(y, v, w, x)
        floor = np.full(pair.blocks[name].shape, LINEAR * current().eps * size)  # has no effect beyond y's rounding
        law = Linear(of_v[name], of_w[name], of_both[name], rounding=floor, chance=chance)
        if law.broken():
            law = law.allowing(questions.noise(name), size_of_terms(questions.terms(name, y), v, w, x))
        linear = law.broken() is None or law.is_noise(partial(questions.scaled, name))
        contract.noise[name] = np.maximum(chance, law.residual / UNITS) if linear else chance
        if not linear:
            _add_not_linear(name, law, contract)


@dataclass
class _Questions:
    """What backward is asked only if one of the blocks needs it, once for all of them.

    Attributes:
        pair: the functions.
        v: the incoming gradient.
        of_v: what backward has answered for it.
        rng: where incoming gradients close to it come from.
    """

    pair: Pair
    v: Array
    of_v: Gradients
    rng: np.random.Generator
    _scaled: dict[float, Gradients] = field(default_factory=dict)

    def terms(self, name: str, y: Array) -> Array:
        """The size of what each output is the sum of, also where it cancels, as its rounding by a block tells."""
        x = np.asarray(self.pair.blocks[name], np.float64)
        return measure_noise(self.pair.values_along(name), x, y, self.rng, current()) / current().eps

    @cached_property
    def _nearby(self) -> list[Gradients]:
        return [self.pair.pull(other) for other in nearby(self.v, self.rng)]

    def noise(self, name: str) -> Array:
        """The rounding noise of a block's gradient."""
        return noise_of([answer[name] for answer in self._nearby], self.of_v[name])

    def scaled(self, name: str, factor: float) -> Array:
        """The gradient for that many times the incoming gradient."""
        if factor not in self._scaled:
            self._scaled[factor] = self.pair.pull(factor * self.v)
        return self._scaled[factor][name]


def decoy_of(blocks: Mapping[str, Given], rng: np.random.Generator) -> dict[str, Given]:
    """Other data, where forward will be evaluated later anyway."""
    other = {}
    for name, block in blocks.items():
        moved = np.asarray(block, dtype=np.float64) + DECOY * plain_direction(np.asarray(block, np.float64), rng)
        other[name] = np.asarray(moved).astype(block.dtype).reshape(block.shape)
    return other


def _repeatable(pair: Pair, v: Array, y: Array, again: Array, contract: Contract) -> bool:
    """Forward gives the same answer for the same input, noise aside."""
    if not np.isfinite(y).all() or changed(y, again) is None:
        return True
    if np.isfinite(again).all() and drifts(pair, v, again - y):
        _add_drift(y, again, contract)
        return False
    # What exceeds this is no noise of a computation; below it, it is measured and enters the tolerance.
    difference = changed(y, again, share=current().noisy)
    if difference is None:
        return True
    memory = "it is brought to the same state before each call, but that does not suffice" if pair.state.given else ""
    found, expected = apart(difference.found, difference.expected)
    contract.add(
        "repeatable",
        Verdict.UNDECIDED,
        f"forward(x) gives another answer when it is called again with the same x{': ' + memory if memory else ''}",
        expected=expected,
        found=found,
        hint="pass reseed=, a function that seeds its random numbers, if forward draws any; fresh=, a function that "
        "makes a new (forward, backward), or snapshot= and restore=, if it remembers earlier calls",
    )
    return False


def _add_drift(y: Array, again: Array, contract: Contract) -> None:
    place = int(np.abs(again - y).argmax())
    found, expected = apart(float(again[place]), float(y[place]))
    contract.add(
        "repeatable",
        Verdict.FAILED,
        f"forward(x) changes with every call although x is the same: {CALLS} calls in a row move its answer further "
        "in one direction, so something is updated, and this is no chance",
        expected=expected,
        found=found,
        hint="look for weights or statistics that forward or backward changes; updates belong into the optimizer. If "
        "forward is meant to remember earlier calls, pass fresh=, or snapshot= and restore=",
    )


def _is_finite_output(y: Array, contract: Contract) -> bool:
    """There is something to differentiate."""
    if np.isfinite(y).all():
        return True
    wrong = int((~np.isfinite(y)).sum())
    contract.add(
        "output",
        Verdict.UNDECIDED,
        f"forward(x) is not finite: {wrong} of {y.size} entries are nan or infinite, so there is no derivative",
        expected="finite numbers",
        found=str(y[~np.isfinite(y)][0]),
        hint="check at a point where forward is finite",
    )
    return False


def _finite(name: str, gradient: Array, contract: Contract) -> None:
    wrong = not_finite(gradient)
    if wrong is None:
        return
    contract.add(
        "gradients",
        Verdict.FAILED,
        f"the gradient of {name} is {wrong.found} at entry {list(wrong.index)}; "
        f"{wrong.count} of {gradient.size} entries are not finite",
        expected="finite numbers",
        found=str(wrong.found),
        hint="look for a division by 0, a logarithm of 0, or an overflow in backward",
    )


def _same_gradient(name: str, first: Array, second: Array, contract: Contract) -> None:
    """A second backward for the same point gives the same gradient, noise aside."""
    difference = changed(first, second, share=current().noisy)
    if difference is None:
        return
    adds, differs = "it adds to the gradient of the call before", "it answers the same question differently"
    found, expected = apart(difference.found, difference.expected)
    contract.add(
        "accumulation" if difference.accumulated else "repeatable",
        Verdict.FAILED,
        f"the gradient of {name} changes from one backward(x, dy) to the next although nothing else does: "
        f"{adds if difference.accumulated else differs}",
        expected=expected,
        found=found,
        hint="backward must compute the gradient anew; use what forward has stored, and draw nothing at random",
    )


def _add_not_linear(name: str, law: Linear, contract: Contract) -> None:
    worst = law.broken()
    assert worst is not None  # noqa: S101 - the caller has looked
    why = ": it does not depend on dy" if law.ignores else ""
    found, expected = apart(worst.found, worst.expected)
    contract.add(
        "linear",
        Verdict.FAILED,
        f"the gradient of {name} is not linear in dy: backward(x, 2 v + 3 w) differs from "
        f"2 backward(x, v) + 3 backward(x, w) at entry {list(worst.index)}{why}",
        blocking=False,
        expected=expected,
        found=found,
        measured=worst.error,
        tolerance=worst.tolerance,
        hint="the incoming gradient must enter backward as a factor of every term, and only once",
    )
