"""State: programs are repeatable, failures are shrunk to few calls, and legitimate styles are accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest

from backproof import framework
from backproof.adapters.base import LayerAdapter
from backproof.checks.context import Context
from backproof.checks.law import answered
from backproof.checks.laws.state_layer import LayerModel, layer_model
from backproof.checks.laws.state_program import Explorer, Program, Step, calls_text
from backproof.checks.plan.catalogue import find_check
from backproof.checks.results import Finding, Verdict
from backproof.checks.settings import Settings
from backproof.mistakes import all_mistakes, correct
from backproof.mistakes.subjects import build
from backproof.sandbox import DirectSession
from backproof.specs import Array, Case, LayerSpec, Phase, ReLU, Spec, Unsupported, all_specs

from .mutants import made_of
from .running import findings


def finding(subject: Callable[[Spec], Any], spec_name: str, check: str, seed: int = 0) -> Finding:
    (found,) = [f for f in findings(subject, spec_name, names=(check,), seed=seed) if f.check == check]
    return found


def numbered(text: str) -> int:
    """How many calls a message lists."""
    return sum(f"{number}. " in text for number in range(1, 60))


def context_of(spec_name: str, subject: Callable[[Spec], Any] = correct, seed: int = 0) -> Context:
    return Context(all_specs()[spec_name].cases()[0], DirectSession(subject), Settings(seed=seed), "state.layer")


def model(context: Context, *, again: bool = False) -> LayerModel:
    return answered(layer_model(context, again=again))


def explorer(
    subject: Callable[[Spec], Any], spec_name: str = "ReLU", *, again: bool = False, seed: int = 0
) -> Explorer[Any]:
    return Explorer(model(context_of(spec_name, subject, seed), again=again))


# What is reported.


@pytest.mark.parametrize(
    ("mistake_id", "calls"),
    [
        (
            "sigmoid.activation-overwritten",
            "1. forward(x1)  2. backward(dy1)  3. backward(dy1): backward(dy1)[0, 0] = ",
        ),
        ("dropout.mask-on-class", "1. forward(x1)  2. other.forward(x1)  3. backward(dy1): backward(dy1)["),
        ("l1.norm-accumulates", "1. norm(w1)  2. norm(w1): norm(w1) = "),
        ("he.deviation-of-first-call", "1. initialize(a)  2. initialize(b): the standard deviation of the draws is "),
        ("network.learning-ends-with-test", "1. test(x1)  2. train(1): parameter 0.weights after the update"),
        ("batch_normalization.test-weights-kept", "4. assign(p2)  5. forward(x1): forward(x1)[0, 0] = "),
    ],
)
def test_the_shortest_sequence_is_reported(mistake_id: str, calls: str) -> None:
    mistake = all_mistakes()[mistake_id]
    failed = [f for f in findings(mistake.build, mistake.spec, names=("state",)) if f.verdict is Verdict.FAILED]
    assert len(failed) == 1
    assert calls in failed[0].message
    assert failed[0].hint
    assert "other" in failed[0].evidence["in these calls"]


@pytest.mark.parametrize("seed", range(4))
def test_the_length_does_not_depend_on_the_seed(seed: int) -> None:
    mistake = all_mistakes()["sgd.rate-halved-on-the-way"]
    found = finding(mistake.build, "Sgd", "state.optimizer", seed)
    assert found.verdict is Verdict.FAILED
    assert numbered(found.message) == 9  # eight updates are right


def test_an_exception_within_a_sequence_is_a_failure_with_its_calls() -> None:
    mistake = all_mistakes()["flatten.shape-used-up"]
    found = finding(mistake.build, "Flatten", "state.layer-again")
    assert found.verdict is Verdict.FAILED
    assert "1. forward(x1)  2. backward(dy1)  3. backward(dy1): backward(dy1) raises RuntimeError" in found.message


def test_the_shortest_sequence_is_diagnosed() -> None:
    mistake = all_mistakes()["l2.gradient-of-first-call"]
    failed = [f for f in findings(mistake.build, mistake.spec, names=("state",), explained=True) if f.failing]
    assert [diagnosis.mistake for diagnosis in failed[0].diagnosis] == [mistake.id]


def test_what_chance_alone_finds_is_shortened() -> None:
    class ThirdTestInARow(framework.TanH):
        """Wrong in the third test forward in a row: no idiom has more than one."""

        tests = 0

        def forward(self, input_tensor: Array) -> Array:
            self.tests = self.tests + 1 if self.testing_phase else 0
            output = super().forward(input_tensor)
            return output * 2 if self.tests > 2 else output

    subject = made_of(ThirdTestInARow)
    tour = model(context_of("TanH")).tour()
    assert answered(explorer(subject, "TanH").run(explorer(subject, "TanH").allowed(tour))) is None
    messages = [finding(subject, "TanH", "state.layer", seed).message for seed in range(6)]
    shrunk = "1. set_phase(test)  2. forward(x1)  3. forward(x1)  4. forward(x1): forward(x1)[0, 0] = "
    assert sum(shrunk in message for message in messages) >= 2, messages
    assert all(shrunk in message for message in messages if message)


# How programs are run.


def test_programs_are_repeatable_and_differ_from_seed_to_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    original = Explorer.run

    def noting(self: Explorer[Any], program: Program) -> Any:
        seen.append(calls_text(program))
        return original(self, program)

    monkeypatch.setattr(Explorer, "run", noting)
    runs = []
    for seed in (3, 3, 4):
        seen.clear()
        assert answered(explorer(correct, seed=seed).search()) is None
        runs.append(list(seen))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_the_second_instance_is_interleaved() -> None:
    class Shared(framework.ReLU):
        masks: ClassVar[list[Array]] = []

        def forward(self, input_tensor: Array) -> Array:
            output = super().forward(input_tensor)
            Shared.masks = [input_tensor > 0]
            return output

        def backward(self, error_tensor: Array) -> Array:
            self._positive = self.masks[0]
            return super().backward(error_tensor)

    program = (Step("forward", ("x1",)), Step("forward", ("x2",), other=True), Step("backward", ("dy1",)))
    assert answered(explorer(made_of(Shared)).run(program)) is not None
    assert answered(explorer(made_of(Shared)).run((program[0], program[2]))) is None
    assert answered(explorer(correct).run(program)) is None


def test_a_subject_that_dies_is_not_called_again() -> None:
    class Ends(LayerAdapter):
        calls = 0

        def forward(self, x: Array) -> Array:
            Ends.calls += 1
            if Ends.calls > 3:
                raise Unsupported("no more")
            return np.maximum(x, 0)

        def backward(self, dy: Array) -> Array:
            return dy

    with pytest.raises(Unsupported, match="no more"):
        answered(explorer(Ends).search())
    assert Ends.calls == 4


# Correct styles.


class ForgetsAfterBackward(LayerAdapter):
    """Frees what backward needs as soon as it was used, and stores nothing in the test phase."""

    def set_phase(self, phase: Phase) -> None:
        self.testing = phase is Phase.TEST
        self.mask = None

    def forward(self, x: Array) -> Array:
        self.mask = None if self.testing else x > 0
        return np.maximum(x, 0)

    def backward(self, dy: Array) -> Array:
        mask, self.mask = self.mask, None
        result: Array = dy * mask
        return result


class OwnGenerator(framework.Dropout):
    """Draws from a generator that cannot be reseeded from outside."""

    def __init__(self, probability: float) -> None:
        super().__init__(probability)
        self._own = np.random.default_rng(5)

    def forward(self, input_tensor: Array) -> Array:
        self.rng = self._own
        return super().forward(input_tensor)


class WithoutOptimizer(LayerAdapter):
    """An affine layer whose adapter offers no optimizer; backward uses the present weights."""

    def __init__(self, spec: LayerSpec) -> None:
        super().__init__(spec)
        self.values = {name: np.ones(p.shape) for name, p in spec.parameters().items()}

    def parameters(self) -> dict[str, Array]:
        return {name: value.copy() for name, value in self.values.items()}

    def assign(self, parameters: Any) -> None:
        self.values |= {name: np.array(value) for name, value in parameters.items()}

    def forward(self, x: Array) -> Array:
        self.x = x
        result: Array = x @ self.values["weights"] + self.values["bias"]
        return result

    def backward(self, dy: Array) -> Array:
        self.found = {"weights": self.x.T @ dy, "bias": dy.sum(axis=0)}
        result: Array = dy @ self.values["weights"].T
        return result

    def gradients(self) -> dict[str, Array]:
        return self.found


@pytest.mark.parametrize(
    ("spec_name", "subject"),
    [
        ("ReLU", ForgetsAfterBackward),
        ("Dropout", made_of(OwnGenerator)),
        ("FullyConnected", WithoutOptimizer),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_legitimate_styles_are_accepted(spec_name: str, subject: Callable[[Spec], Any], seed: int) -> None:
    assert answered(explorer(subject, spec_name, seed=seed).search()) is None


def test_forgetting_after_backward_is_seen_at_level_strict_only() -> None:
    assert answered(explorer(ForgetsAfterBackward, again=True).search()) is not None
    levels = [find_check(name).level(ReLU.cases()[0]).name for name in ("state.layer", "state.layer-again")]
    assert levels == ["FULL", "STRICT"]


@pytest.mark.parametrize("check", ["state.layer", "state.network", "state.optimizer"])
def test_one_case_of_a_spec_is_enough(check: str) -> None:
    for spec in all_specs().values():
        applicable: list[Case] = [case for case in spec.cases() if find_check(check).applies(case)]
        assert len(applicable) <= 1


def test_the_correct_baseline_answers_every_program_in_either_mode() -> None:
    for name in ("BatchNormalization", "Dropout", "FullyConnected"):
        assert answered(explorer(build, name, again=True, seed=11).search()) is None
