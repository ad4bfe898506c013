"""`check_gradient`: is a backward the gradient of a forward?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..numerics.answers import changed
from ..numerics.directions import signed
from ..numerics.precision import FLOAT32, FLOAT64, Precision, holds_float32, judged_in
from ..results import Verdict
from .blocks import ComplexStep, check_block, is_right
from .calling import Calling, names_of
from .contract import decoy_of, run_contract
from .finding import GradientFinding
from .pair import Backward, Forward, Pair, Raised, State
from .result import GradientResult
from .values import Array, Given, Layout, WrongOutput, blocks_of

WRONG = (Verdict.FAILED, Verdict.ERRORED)


def check_gradient(
    forward: Forward | None,
    backward: Backward | None,
    x: Any,
    *more: Any,
    seed: int = 0,
    directions: int = 2,
    dtype: Any = None,
    reseed: Callable[[], object] | None = None,
    fresh: Callable[[], tuple[Forward, Backward]] | None = None,
    snapshot: Callable[[], Any] | None = None,
    restore: Callable[[Any], object] | None = None,
    complex_step: ComplexStep = "auto",
    name: str = "",
) -> GradientResult:
    """Compare `backward` with finite differences of `forward` at the point `x`.

    There is no tolerance: each comparison carries a bound that follows from the arithmetic. The cost does not depend
    on the number of entries.

    Args:
        forward: takes what `x` is, and returns y: a number, an array, or a tuple, list or dict of them; or (y, cache).
        backward: takes what `x` is and the incoming gradient dy, which looks like y; or (dy, cache), if forward returns
            a cache. Returns the vector-Jacobian product: an array like x, a dict of arrays with the names of x, or a
            tuple of arrays, one for each of several blocks.
        x: a number or an array of float64 or float32, or a dict of them by name; any shape. Entries of -inf stay
            where they are.
        more: further blocks: `check_gradient(f, b, x, w, bias)` calls f(x, w, bias) and b(x, w, bias, dy).
        seed: from which directions and incoming gradients are drawn.
        directions: along how many random directions each block is compared, at least 1.
        dtype: float64 or float32: what to convert the arrays of x to; None leaves them as they are.
        reseed: called before each forward; a forward that draws random numbers must draw the same ones after it.
        fresh: called before each forward: returns a new (forward, backward). For functions that remember calls;
            `forward` and `backward` may be None then.
        snapshot: called once, at the beginning; returns what is needed to bring back what calls change.
        restore: called before each forward with what `snapshot` has returned.
        complex_step: a second opinion, for a forward that takes complex numbers: `auto` asks for it if the gradient
            does not pass; True always, and the result is undecided if forward does not allow it; False never.
        name: what is checked, for the report; forward's name by default.

    Returns:
        A result that is true if the gradient passed. `print(result)` says what was found, where, and what next.

    Raises:
        TypeError, ValueError: an argument is not as described here. What `forward` and `backward` do wrong raises
            nothing; it is a finding.

    >>> import numpy as np
    >>> result = check_gradient(np.tanh, lambda x, dy: dy * (1 - np.tanh(x) ** 2), np.linspace(-1, 1, 6))
    >>> bool(result)
    True
    """
    state = State(reseed=reseed, fresh=fresh, snapshot=snapshot, restore=restore)
    _require(forward, backward, state)
    _require_options(seed, directions, complex_step)
    several = dict(zip(names_of(forward, 1 + len(more)), (x, *more), strict=True)) if more else {}
    blocks, form = blocks_of(x, several, dtype)
    label = name or getattr(forward, "__name__", "check_gradient").replace("<lambda>", "check_gradient")
    calling = Calling(tuple(blocks), form)
    run = _Run(forward, backward, blocks, state, seed=seed, directions=directions, complex_step=complex_step)
    pair, precision, findings = run.judge(calling)
    forwards, backwards = pair.forwards, pair.backwards
    if not pair.calling.cached and any(finding.verdict in WRONG for finding in findings):
        other = run.swapped(calling)
        forwards, backwards = forwards + other.forwards, backwards + other.backwards
        if run.is_right_swapped:
            findings = [_swapped(calling)]
    return GradientResult(
        name=label,
        findings=tuple(findings),
        seed=seed,
        precision=precision.dtype,
        evaluations=forwards,
        backwards=backwards,
    )


@dataclass
class _Run:
    """One call of `check_gradient`.

    Attributes:
        forward, backward, blocks, state: as in `Pair`.
        seed, directions, complex_step: as given by the user.
        is_right_swapped: True if backward is right when dy comes first; known after `swapped`.
    """

    forward: Forward | None
    backward: Backward | None
    blocks: Mapping[str, Given]
    state: State
    seed: int
    directions: int
    complex_step: ComplexStep
    is_right_swapped: bool = False

    def judge(self, calling: Calling) -> tuple[Pair, Precision, list[GradientFinding]]:
        """All findings, and the functions as they were called."""
        pair, precision = Pair(self.forward, self.backward, self.blocks, calling, self.state), FLOAT64
        try:
            decoy = decoy_of(self.blocks, np.random.default_rng([self.seed, 2]))
            layout = pair.learn_layout(decoy)
            y = pair.value(self.blocks)
            precision = _precision(pair, layout, y)
            with judged_in(lambda: precision):
                findings = self._findings(pair, y, decoy)
        except Raised as error:
            findings = [_errored(error)]
        except WrongOutput as error:
            findings = [GradientFinding(law="contract.output", verdict=Verdict.FAILED, message=str(error))]
        return pair, precision, findings

    def _findings(self, pair: Pair, y: Array, decoy: Mapping[str, Given]) -> list[GradientFinding]:
        """The contract's findings, then those of each block."""
        contract = run_contract(pair, y, decoy, np.random.default_rng([self.seed, 0]))
        findings = list(contract.findings)
        if contract.blocking:
            return findings
        for place, block in enumerate(pair.blocks):
            rng = np.random.default_rng([self.seed, 1, place])
            try:
                findings += check_block(
                    pair,
                    block,
                    directions=self.directions,
                    noise=contract.noise[block],
                    complex_step=self.complex_step,
                    rng=rng,
                )
            except Raised as error:
                findings.append(_errored(error, block))
            except WrongOutput as error:
                wrong = GradientFinding(law="gradient", block=block, verdict=Verdict.FAILED, message=str(error))
                findings.append(wrong)
        return findings

    def swapped(self, calling: Calling) -> Pair:
        """Try whether backward is right if it gets dy first; a backward that is not linear in dy then is not."""
        pair = Pair(self.forward, self.backward, self.blocks, replace(calling, swapped=True), self.state)
        try:
            layout = pair.learn_layout(self.blocks)
            y = pair.value(self.blocks)
            precision = _precision(pair, layout, y)
            rng = np.random.default_rng([self.seed, 3])
            with judged_in(lambda: precision):
                v = pair.rounded(signed(y.shape, rng))
                once, twice = pair.pull(v), pair.pull(-2.0 * v)
                linear = all(changed(-2.0 * once[block], twice[block]) is None for block in self.blocks)
                self.is_right_swapped = linear and all(is_right(pair, block, rng) for block in self.blocks)
        except (Raised, WrongOutput):
            self.is_right_swapped = False
        return pair


def _swapped(calling: Calling) -> GradientFinding:
    right = replace(calling, swapped=True).backward
    return GradientFinding(
        law="contract.order",
        verdict=Verdict.FAILED,
        message=f"backward takes dy first: {right} returns the right gradient, but it is called as {calling.backward}",
        expected=calling.backward,
        found=right,
        hint="exchange the parameters of backward, or pass lambda x, dy: backward(dy, x)",
    )


def _require(forward: Forward | None, backward: Backward | None, state: State) -> None:
    for what, function in (("forward", forward), ("backward", backward)):
        if not (callable(function) or (function is None and state.fresh is not None)):
            raise TypeError(f"{what} is {type(function).__name__}, but should be a function")
    functions = {"reseed": state.reseed, "fresh": state.fresh, "snapshot": state.snapshot, "restore": state.restore}
    for what, given in functions.items():
        if given is not None and not callable(given):
            raise TypeError(f"{what} is {type(given).__name__}, but should be a function or None")
    if (state.snapshot is None) != (state.restore is None):
        raise ValueError("snapshot and restore belong together: pass both or none")


def _require_options(seed: int, directions: int, complex_step: ComplexStep) -> None:
    if complex_step not in (True, False, "auto"):
        raise ValueError(f"complex_step={complex_step!r}, but should be True, False or 'auto'")
    if isinstance(directions, bool) or not isinstance(directions, int | np.integer) or directions < 1:
        raise ValueError(f"directions={directions!r}, but should be an integer of at least 1")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed={seed!r}, but should be a non-negative integer")


def _precision(pair: Pair, layout: Layout, y: Array) -> Precision:
    """Float32 if a block or an output is of that type, or holds float64 numbers that are float32 numbers."""
    single = layout.single or any(block.dtype == np.float32 for block in pair.blocks.values())
    return FLOAT32 if single or holds_float32(y) else FLOAT64


def _errored(error: Raised, block: str = "") -> GradientFinding:
    where = f" at a point near x that differs in {block}" if block else ""
    return GradientFinding(
        law="gradient" if block else "contract.raises",
        block=block,
        verdict=Verdict.ERRORED,
        message=f"{error}{where}",
        hint="call the function with these arguments by hand, and read the traceback",
    )
