"""Outcomes: every way in which a check can end becomes a verdict, with a message for the right person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from backproof import framework
from backproof.checks.context import Context
from backproof.checks.law import Check, Level
from backproof.checks.measurement import Measurement, failed, passed, undecided
from backproof.checks.plan.plan import Planned, make_plan
from backproof.checks.results import Diagnosis, Finding, Verdict
from backproof.checks.run.outcome import base_finding, run_check
from backproof.checks.settings import DEFAULTS, Settings
from backproof.mistakes import correct
from backproof.sandbox import DirectSession, SubjectDied, SubjectError, SubjectRaised, SubjectTimeout
from backproof.specs import Array, Kind, Spec, Unsupported, all_specs, operations

from .mutants import made_of
from .running import BuildSubject

EVERYTHING = make_plan(all_specs()).everything
FORWARD = EVERYTHING["ReLU/vector/contract.forward"]
BACKWARD = EVERYTHING["ReLU/vector/contract.backward"]


class Ending(DirectSession):
    """A session in which one operation ends in an error of the sandbox."""

    output = "printed before the end"

    def __init__(self, operation: str, error: SubjectError, build: BuildSubject = correct) -> None:
        super().__init__(build)
        self.limits: list[float] = []
        self._operation, self._error = operation, error

    def limit(self, seconds: float) -> None:
        self.limits.append(seconds)

    def operate(self, handle: int, operations: Sequence[tuple[str, tuple[Any, ...]]]) -> Iterator[Any]:
        for operation in operations:
            if operation[0] == self._operation:
                raise self._error
            yield from super().operate(handle, [operation])


def outcome(planned: Planned, session: DirectSession, settings: Settings = DEFAULTS, **options: Any) -> Finding:
    return run_check(planned, session, settings, **options)


def of(planned: Planned, build: BuildSubject = correct, **options: Any) -> Finding:
    return outcome(planned, DirectSession(build), **options)


def law(function: Callable[[Context], Iterator[Measurement]], spec: str = "ReLU/vector") -> Planned:
    """A planned finding of a law made for a test."""
    function.__doc__ = "It holds."
    case = EVERYTHING[f"{spec}/contract.constructs"].case
    check = Check(
        id="contract.made-up",
        function=function,
        kinds=frozenset(Kind),
        when=lambda case: True,
        level=lambda case: Level.FULL,
        needs=(),
        quantities=lambda case: ("",),
        components=lambda case: (),
    )
    return Planned(id=f"{spec}/contract.made-up", check=check, case=case, quantity="", level=Level.FULL)


class Raising(framework.ReLU):
    def forward(self, input_tensor: Array) -> Array:
        raise ZeroDivisionError("division by zero")


class Shifted(framework.ReLU):
    def forward(self, input_tensor: Array) -> Array:
        return super().forward(input_tensor) + 1.0


# Passed and failed.


def test_passed() -> None:
    finding = of(EVERYTHING["ReLU/vector/value.forward"])
    assert finding.verdict is Verdict.PASSED
    assert finding.message == ""
    assert finding.measured is not None
    assert finding.tolerance is not None
    assert finding.measured <= finding.tolerance
    assert finding.evaluations == 2
    assert (finding.output, finding.diagnosis) == ("", ())


def test_failed() -> None:
    finding = of(EVERYTHING["ReLU/vector/value.forward"], made_of(Shifted))
    assert finding.verdict is Verdict.FAILED
    assert finding.message.startswith("forward(x)[")
    assert finding.message.endswith("; 50 of 50 entries differ")
    assert finding.measured == pytest.approx(1.0)
    assert finding.tolerance is not None
    assert finding.measured is not None
    assert finding.measured > finding.tolerance
    assert finding.hint == "the definition is: y = max(0, x)"
    worst = finding.evidence["worst"][0]
    assert worst["found"] == pytest.approx(worst["expected"] + 1.0)


def test_fixed_part() -> None:
    planned = EVERYTHING["FullyConnected/4-to-3/gradient.parameter/bias"]
    finding = base_finding(planned)
    assert (finding.id, finding.layer, finding.case) == (planned.id, "FullyConnected", "4-to-3")
    assert (finding.family, finding.check, finding.quantity) == ("gradient", "gradient.parameter", "bias")
    assert (finding.level, finding.law) == ("core", planned.check.law)
    assert finding.where == "FullyConnected(input_size=4, output_size=3), shape (9, 4), train phase, float64"


def test_the_first_bad_measurement_counts() -> None:
    def two(context: Context) -> Iterator[Measurement]:
        yield passed(1.0, 2.0)
        yield failed("first", expected="", found="")
        yield failed("second", expected="", found="")

    assert of(law(two)).message == "first"


def test_of_good_measurements_the_closest_to_its_bound_is_shown() -> None:
    def three(context: Context) -> Iterator[Measurement]:
        yield passed(1.0, 100.0)
        yield passed(1.0, 2.0)
        yield passed()

    finding = of(law(three))
    assert (finding.verdict, finding.measured, finding.tolerance) == (Verdict.PASSED, 1.0, 2.0)


def test_undecided() -> None:
    def unclear(context: Context) -> Iterator[Measurement]:
        yield passed()
        yield undecided("not smooth here", masked=0.5)

    finding = of(law(unclear))
    assert (finding.verdict, finding.message, finding.evidence) == (
        Verdict.UNDECIDED,
        "not smooth here",
        {"masked": 0.5},
    )
    assert not finding.failing


def test_nowhere_smooth_is_undecided_not_passed() -> None:
    class Steps(framework.Sigmoid):
        """Rounds to steps that are finer than any step of the finite differences."""

        def forward(self, input_tensor: Array) -> Array:
            return np.round(super().forward(input_tensor) * 1e9) % 7.0

    finding = of(EVERYTHING["Sigmoid/vector/gradient.input"], made_of(Steps))
    assert finding.verdict is Verdict.UNDECIDED
    assert "forward is not smooth at" in finding.message


# Errors, time and death.


def test_errored() -> None:
    finding = of(FORWARD, made_of(Raising))
    assert finding.verdict is Verdict.ERRORED
    assert finding.message.startswith("ZeroDivisionError: division by zero")
    assert finding.expected == "an answer"
    assert finding.hint
    assert finding.evaluations == 1


def test_errored_says_where() -> None:
    error = SubjectRaised("KeyError", "'w'", "Layers/ReLU.py:17 in forward", "Traceback ...")
    finding = outcome(FORWARD, Ending("forward", error))
    assert finding.verdict is Verdict.ERRORED
    assert finding.message == "KeyError: 'w' (Layers/ReLU.py:17 in forward)"
    assert finding.hint == "look at Layers/ReLU.py:17 in forward"
    assert finding.evidence == {"traceback": "Traceback ..."}


@pytest.mark.parametrize(
    ("error", "verdict", "message", "hint"),
    [
        (SubjectTimeout(10.0, "forward"), Verdict.TIMEOUT, "forward did not answer within the check's 10 s", "loop"),
        (SubjectDied("killed by SIGSEGV", "forward"), Verdict.DIED, "killed by SIGSEGV", "must not end the process"),
        (SubjectRaised("ValueError", "no"), Verdict.ERRORED, "ValueError: no", "comes from your code"),
    ],
)
def test_ends_of_the_sandbox(error: SubjectError, verdict: Verdict, message: str, hint: str) -> None:
    finding = outcome(FORWARD, Ending("forward", error))
    assert finding.verdict is verdict
    assert message in finding.message
    assert hint in finding.hint
    assert finding.output == "printed before the end"
    assert finding.failing


def test_an_error_while_building_is_the_subjects() -> None:
    def build(spec: Spec) -> Any:
        raise ImportError("No module named 'Layers.Base'")

    finding = of(FORWARD, build)
    assert finding.verdict is Verdict.ERRORED
    assert "No module named 'Layers.Base'" in finding.message


@pytest.mark.parametrize("error", [SystemExit(0), MemoryError(), RecursionError("too deep"), GeneratorExit()])
def test_whatever_the_subject_raises_is_an_error_of_the_subject(error: BaseException) -> None:
    class Exiting(framework.ReLU):
        def forward(self, input_tensor: Array) -> Array:
            raise error

    finding = of(FORWARD, made_of(Exiting))
    assert finding.verdict is Verdict.ERRORED
    assert type(error).__name__ in finding.message


def test_each_check_has_its_own_time() -> None:
    session = Ending("never", SubjectTimeout(1.0, "never"))
    outcome(FORWARD, session, Settings(seconds=3.5))
    outcome(BACKWARD, session, Settings(seconds=3.5))
    assert session.limits == [3.5, 3.5]


# Not offered.


class Lacking:
    """A subject without one method, or whose method says that it is not offered."""

    def __init__(self, inner: Any, method: str, says: str = "") -> None:
        self._inner, self._method, self._says = inner, method, says

    def __getattr__(self, name: str) -> Any:
        if name != self._method:
            return getattr(self._inner, name)
        if not self._says:
            raise AttributeError(name)

        def refuse(*arguments: Any) -> None:
            raise Unsupported(self._says)

        return refuse


def lacking(method: str, says: str = "") -> BuildSubject:
    return lambda spec: Lacking(correct(spec), method, says)


def test_a_component_that_is_not_offered_is_unsupported() -> None:
    finding = of(FORWARD, lambda spec: None)
    assert (finding.verdict, finding.message) == (Verdict.UNSUPPORTED, "the adapter does not offer ReLU")
    assert not finding.failing


@pytest.mark.parametrize("says", ["", "my layers have none"])
def test_an_optional_operation_may_be_left_out(says: str) -> None:
    finding = of(EVERYTHING["FullyConnected/square/optimizer.applied/weights"], lacking("attach_optimizer", says))
    assert finding.verdict is Verdict.UNSUPPORTED
    assert (says or "has no method attach_optimizer") in finding.message


# A check of each kind that uses the operation.
USERS = {
    ("ReLU/vector/contract.forward", "forward"),
    ("ReLU/vector/contract.forward", "set_phase"),
    ("ReLU/vector/contract.forward", "reseed"),
    ("ReLU/vector/contract.backward", "backward"),
    ("FullyConnected/square/contract.forward", "assign"),
    ("FullyConnected/square/contract.gradients", "gradients"),
    ("FullyConnected/square/optimizer.applied/bias", "parameters"),
    ("CrossEntropyLoss/square/contract.loss-forward", "forward"),
    ("CrossEntropyLoss/square/contract.loss-backward", "backward"),
    ("L1_Regularizer/vector/regularization.norm", "norm"),
    ("L1_Regularizer/vector/regularization.gradient", "gradient"),
    ("Sgd/matrix/optimizer.trajectory", "update"),
    ("He/matrix/contract.initializer", "initialize"),
    ("He/matrix/contract.initializer", "reseed"),
    *(
        ("NeuralNetwork/classifier/contract.network", method)
        for method in ("feed", "forward", "backward", "test", "parameters", "assign")
    ),
    ("NeuralNetwork/classifier/network.train", "train"),
    ("NeuralNetwork/classifier/network.gradient", "gradients"),
    *(("LeNet/two-images/contract.model", method) for method in ("feed", "forward", "backward", "test")),
    ("LeNet/two-images/network.architecture", "structure"),
    *(("LeNet/two-images/network.recipe", method) for method in ("steps", "penalty_gradients")),
    ("MultilayerPerceptron/classifier/gradient.perceptron/0.weights", "loss"),
    *(
        ("MultilayerPerceptron/classifier/contract.perceptron", method)
        for method in ("predict", "differentiate", "assign")
    ),
    ("MultilayerPerceptron/classifier/optimizer.perceptron/sgd", "parameters"),
    ("Trainer/plain/contract.trainer", "run"),
    *(
        ("NetworkFile/classifier/network.file", method)
        for method in ("feed", "train", "test", "parameters", "assign", "save_and_load")
    ),
}


@pytest.mark.parametrize(("check_id", "method"), sorted(USERS))
@pytest.mark.parametrize("says", ["", "left out on purpose"], ids=["absent", "refused"])
def test_a_required_operation_cannot_be_left_out(check_id: str, method: str, says: str) -> None:
    """Else a submission would pass by refusing what it gets wrong."""
    finding = of(EVERYTHING[check_id], lacking(method, says))
    assert finding.verdict is Verdict.ERRORED
    kind = EVERYTHING[check_id].case.spec.kind
    assert finding.message.startswith(f"{method} is not offered, but every {kind} must have it: ")
    assert (says or f"no method {method}") in finding.message


def test_every_required_operation_is_tried_above() -> None:
    tried = {(EVERYTHING[check_id].case.spec.kind, method) for check_id, method in USERS}
    assert tried == {(kind, name) for kind in Kind for name, known in operations(kind).items() if known.required}


# Our own faults.


def test_a_law_that_stumbles_over_itself_is_our_error() -> None:
    def broken(context: Context) -> Iterator[Measurement]:
        context.layer(context.rng()).forward(context.data(context.rng()))
        yield passed(1 / 0)

    finding = of(law(broken))
    assert finding.verdict is Verdict.HARNESS_ERROR
    assert finding.message == "the check itself failed: ZeroDivisionError: division by zero; please report this"
    assert "in broken" in finding.evidence["traceback"]
    assert not finding.failing


def test_a_law_that_stumbles_over_an_odd_value_is_the_subjects_error() -> None:
    class Text(framework.ReLU):
        def forward(self, input_tensor: Array) -> Array:
            return "zero"  # type: ignore[return-value]  # what this is about

    def naive(context: Context) -> Iterator[Measurement]:
        context.layer(context.rng()).forward(context.data(context.rng())).mean()
        yield passed()

    finding = of(law(naive), made_of(Text))
    assert finding.verdict is Verdict.FAILED
    assert finding.message.startswith("forward returned str 'zero', but should return an array")


def test_keyboard_interrupt_passes_through() -> None:
    def interrupted(context: Context) -> Iterator[Measurement]:
        yield passed()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        of(law(interrupted))


# Diagnosis.


def test_failures_are_diagnosed_and_nothing_else() -> None:
    asked: list[Verdict] = []

    def diagnose(planned: Planned, context: Context, finding: Finding) -> tuple[Diagnosis, ...]:
        asked.append(finding.verdict)
        return (Diagnosis(mistake="relu.some", text="some"),)

    value = EVERYTHING["ReLU/vector/value.forward"]
    assert of(value, diagnose=diagnose).diagnosis == ()
    assert of(value, made_of(Raising), diagnose=diagnose).diagnosis == ()
    assert of(value, made_of(Shifted), diagnose=diagnose).diagnosis == (Diagnosis(mistake="relu.some", text="some"),)
    assert asked == [Verdict.FAILED]


# Data.


def test_data_depends_on_seed_case_check_and_salt_alone() -> None:
    case = FORWARD.case
    draws = {
        (seed, purpose, salt): Context(case, DirectSession(correct), Settings(seed=seed), purpose).rng(salt).random()
        for seed in (0, 1)
        for purpose in ("value.forward", "gradient.input")
        for salt in (0, 1)
    }
    assert len(set(draws.values())) == len(draws)
    again = Context(case, DirectSession(correct), Settings(seed=1), "value.forward").rng(1).random()
    assert again == draws[1, "value.forward", 1]
