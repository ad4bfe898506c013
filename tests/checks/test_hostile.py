"""A wrong backward cannot hide behind a forward that knows when it is being differentiated."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from backproof.checks.laws.gradient_judging import NO_DEFINITION, SELF_CONSISTENT, WRONG_FORWARD
from backproof.checks.plan.effort import EFFORTS
from backproof.checks.results import Finding, Footer, Verdict
from backproof.checks.run.run import Options, Run
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings
from backproof.mistakes import correct
from backproof.specs import Array, Case, LayerSpec, Sigmoid, Spec, Trait
from backproof.specs.registry import _SPECS, register

from .hostile import LIES, PARTS, LyingLayer, as_if_right, lying


def result_of(
    build: Callable[[Spec], Any], *offered: str, effort: str = "quick", seed: int = 0, **options: Any
) -> tuple[Footer, list[Finding]]:
    """A run that neither explains failures nor looks for smallest cases."""
    source, found = DirectSource(build, {"offered": list(offered)}), list[Finding]()
    run = Run.prepare(source, Settings(effort=effort, seed=seed), Options(**options))
    Runner(run.plan, source, run.settings).run(1, found.append)
    return run.finish(found), found


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("lie", LIES)
def test_lies_about_the_derivative_are_found(name: str, lie: str) -> None:
    for seed in range(3):
        footer, found = result_of(lying(name, LIES[lie]), name, *PARTS[name], seed=seed)
        assert footer.verdict == "nonconformant"
        failing = {finding.check for finding in found if finding.verdict is Verdict.FAILED}
        assert failing & {"gradient.input", "network.gradient"}


def test_every_effort_finds_them() -> None:
    for effort in EFFORTS:
        footer, _ = result_of(lying("Sigmoid", as_if_right), "Sigmoid", effort=effort)
        assert footer.verdict == "nonconformant"


# A forward that is another one where it is differentiated, and belongs to backward there.


class ShiftedAgain(LyingLayer):
    """The second forward of the same input, and all that follow it, add a constant."""

    def __init__(self, spec: LayerSpec) -> None:
        super().__init__(spec, lambda moved, y: np.zeros(np.shape(y)))
        self._seen: list[bytes] = []

    def forward(self, x: Array) -> Array:
        self._seen.append(x.tobytes())
        return self._inner.forward(x) + 1e-3 * (self._seen.count(x.tobytes()) > 1)

    def backward(self, dy: Array) -> Array:
        right: Array = self._inner.backward(dy)
        return right


def test_a_forward_that_differs_where_it_is_differentiated_is_no_pass() -> None:
    def build(spec: Spec) -> ShiftedAgain:
        assert isinstance(spec, LayerSpec)
        return ShiftedAgain(spec)

    footer, found = result_of(build, "Sigmoid")
    assert footer.verdict == "nonconformant"
    passes = [finding for finding in found if finding.check == "gradient.input" and finding.verdict is Verdict.PASSED]
    assert all(finding.evidence.get(SELF_CONSISTENT) == WRONG_FORWARD for finding in passes)


# A user's own layer, without a definition.


@dataclass(frozen=True, kw_only=True)
class Softsign(LayerSpec):
    """x / (1 + |x|), which Backproof does not know."""

    source: ClassVar[str] = "none"
    definition: ClassVar[str] = "y = x / (1 + |x|)"
    traits: ClassVar[frozenset[Trait]] = frozenset({Trait.BATCH_INDEPENDENT, Trait.DIFFERENTIABLE})

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (Case(name="vector", spec=cls(), input_shape=(4, 5)), Case(name="row", spec=cls(), input_shape=(1, 7)))


class SoftsignSubject:
    def __init__(self, gradient: float = 1.0) -> None:
        self._inner, self._factor = correct(Sigmoid()), gradient

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def forward(self, x: Array) -> Array:
        self._size = 1.0 + np.abs(x)
        return x / self._size

    def backward(self, dy: Array) -> Array:
        return self._factor * dy / self._size**2


@pytest.fixture
def softsign() -> Iterator[str]:
    register(Softsign)
    try:
        yield Softsign.name()
    finally:
        del _SPECS[Softsign.name()]


def test_without_a_definition_a_pass_says_so(softsign: str) -> None:
    footer, found = result_of(lambda spec: SoftsignSubject(), softsign)
    assert footer.verdict == "conformant"
    passes = [finding for finding in found if finding.check == "gradient.input"]
    assert passes
    assert all(finding.evidence[SELF_CONSISTENT] == NO_DEFINITION for finding in passes)
    assert all(finding.message == f"{SELF_CONSISTENT}: {NO_DEFINITION}" for finding in passes)


def test_a_gate_does_not_count_it(softsign: str) -> None:
    footer, _ = result_of(lambda spec: SoftsignSubject(), softsign, required=(softsign,))
    assert footer.verdict == "nonconformant"
    assert any(SELF_CONSISTENT in reason for reason in footer.reasons)


def test_without_a_definition_a_wrong_gradient_is_found(softsign: str) -> None:
    footer, _ = result_of(lambda spec: SoftsignSubject(1.01), softsign)
    assert footer.verdict == "nonconformant"


@pytest.mark.parametrize("lie", LIES)
def test_without_a_definition_lies_are_found_by_forks(softsign: str, lie: str) -> None:
    for seed in range(5):
        build = lambda spec: LyingLayer(spec, LIES[lie], SoftsignSubject())  # noqa: E731
        footer, found = result_of(build, softsign, seed=seed)
        assert footer.verdict == "nonconformant"
        messages = [finding.message for finding in found if finding.check == "gradient.input"]
        assert any("a process that has seen no other input" in message for message in messages), messages


class OnlyLatest(LyingLayer):
    """It knows its latest input alone."""

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self._watch.forget_all_but_the_latest()
        return y


def test_without_a_definition_a_short_memory_meets_decoys(softsign: str) -> None:
    footer, found = result_of(lambda spec: OnlyLatest(spec, as_if_right, SoftsignSubject()), softsign)
    assert footer.verdict == "nonconformant"
    assert all(f.verdict is Verdict.FAILED for f in found if f.check == "gradient.input")


class Scrambles(LyingLayer):
    """Forward is right; backward and the gradients are numbers that depend on every bit of the incoming gradient."""

    def __init__(self, spec: LayerSpec) -> None:
        super().__init__(spec, lambda moved, y: np.zeros(np.shape(y)))

    def _scrambled(self, name: str, shape: tuple[int, ...]) -> Array:
        return np.random.default_rng([self._key, len(name)]).normal(size=shape)

    def forward(self, x: Array) -> Array:
        self._x_shape = x.shape
        y: Array = self._inner.forward(x)
        return y

    def backward(self, dy: Array) -> Array:
        self._key = zlib.crc32(dy.tobytes())
        self._inner.backward(dy)
        return self._scrambled("", self._x_shape)

    def gradients(self) -> dict[str, Array]:
        return {name: self._scrambled(name, np.shape(value)) for name, value in self._inner.gradients().items()}


def test_answers_that_depend_on_every_digit_are_no_rounding() -> None:
    for seed in range(5):
        footer, found = result_of(Scrambles, "FullyConnected", seed=seed)
        assert footer.verdict == "nonconformant"
        failing = {finding.check for finding in found if finding.verdict is Verdict.FAILED}
        assert {"contract.linear", "gradient.input", "gradient.parameter"} <= failing


class JitteringLoss:
    """A loss whose gradient is 2 % too large, and 0.4 % off by the digits of the prediction."""

    def __init__(self, spec: Spec) -> None:
        self._inner, self._share = correct(spec), 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def forward(self, prediction: Array, target: Array) -> Any:
        self._share = np.random.default_rng(zlib.crc32(prediction.tobytes())).uniform(1.016, 1.024)
        return self._inner.forward(prediction, target)

    def backward(self, target: Array) -> Any:
        return self._share * self._inner.backward(target)


def test_jitter_of_a_loss_is_no_rounding() -> None:
    for seed in range(5):
        footer, found = result_of(JitteringLoss, "MeanSquaredError", seed=seed)
        assert footer.verdict == "nonconformant"
        assert Verdict.FAILED in {finding.verdict for finding in found if finding.check == "gradient.prediction"}
