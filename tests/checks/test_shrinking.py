"""Shrinking: the smallest case is found, within its budget, and can be run again by its id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backproof import framework
from backproof.adapters.class_api.subjects import build
from backproof.checks.explain.shrinking import Shrinker
from backproof.checks.plan.effort import EFFORTS, Effort
from backproof.checks.plan.plan import Planned, make_plan
from backproof.checks.results import Finding, Smallest, Verdict
from backproof.checks.run.outcome import Examined, examine
from backproof.checks.run.runner import Runner
from backproof.checks.settings import DEFAULTS, Settings
from backproof.sandbox import DirectSession, SessionLike
from backproof.specs import Spec

from .running import Here


def subject_with(name: str, cls: type) -> Callable[[Spec], Any]:
    """The reference framework with one class replaced."""
    return lambda spec: build(spec, lambda part: cls if part == name else getattr(framework, part, None))


class EvenInputs(framework.FullyConnected):
    """The input gradient is wrong where the number of inputs is even and more than one sample is given."""

    def backward(self, error_tensor: Any) -> Any:
        result = super().backward(error_tensor)
        return -result if result.shape[1] % 2 == 0 and len(result) > 1 else result


class AllEqual(framework.FullyConnected):
    """Wrong where batch, inputs and outputs are the same, and at least 3."""

    def backward(self, error_tensor: Any) -> Any:
        result = super().backward(error_tensor)
        return result.T if result.shape == error_tensor.shape and len(result) == len(result.T) >= 3 else result


class Widescreen(framework.ReLU):
    """Raises where an image is wider than high."""

    def forward(self, input_tensor: Any) -> Any:
        if input_tensor.ndim == 4 and input_tensor.shape[3] > input_tensor.shape[2]:
            raise IndexError(f"index {input_tensor.shape[3]} is out of bounds")
        return super().forward(input_tensor)


class LowKeep(framework.Dropout):
    """Backward does not scale, unless half of the units are kept."""

    def backward(self, error_tensor: Any) -> Any:
        result = super().backward(error_tensor)
        return result if self.probability == 0.5 else result * self.probability


def smallest_of(cls: type, name: str, check: str, effort: str = "standard") -> Smallest:
    """That of the first failing finding of the named cases."""
    source, found = Here(subject_with(name, cls)), list[Finding]()
    plan = make_plan([name], Settings(names=(check,)))
    Runner(plan, source, Settings(effort=effort), shrinks=True).run(1, found.append)
    shrunk = [finding for finding in found if finding.smallest]
    assert len(shrunk) == 1
    assert shrunk[0] is next(finding for finding in found if finding.failing)
    assert shrunk[0].smallest is not None
    return shrunk[0].smallest


@pytest.mark.parametrize(
    ("cls", "name", "check", "expected"),
    [
        (EvenInputs, "FullyConnected", "gradient.input", "batch=2,inputs=2,outputs=1"),
        (AllEqual, "FullyConnected", "gradient.input", "batch=3,inputs=3,outputs=3"),
        (Widescreen, "ReLU", "contract.forward", "batch=1,channels=1,height=1,width=2"),
        (
            LowKeep,
            "Dropout",
            "gradient.mask",
            "batch=1,features=3,keep=0.25,phase=train",
        ),  # seed 0 drops the first two,
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_the_smallest_case_is_found(cls: type, name: str, check: str, expected: str) -> None:
    smallest = smallest_of(cls, name, check)
    assert smallest.id == f"{name}/{expected}/{check}"
    assert smallest.trials <= EFFORTS["standard"].trials
    source, again = Here(subject_with(name, cls)), list[Finding]()
    plan = make_plan([name], Settings(names=(smallest.id,)))
    Runner(plan, source).run(1, again.append)
    assert [(finding.id, finding.failing, finding.message) for finding in again] == [
        (smallest.id, True, smallest.message)
    ]


def test_arrays_are_those_of_the_smallest_case() -> None:
    arrays = {array.name: array for array in smallest_of(EvenInputs, "FullyConnected", "gradient.input").arrays}
    assert {name: array.shape for name, array in arrays.items()} == {
        "weights": (2, 1),
        "bias": (1,),
        "x": (2, 2),
        "dy": (2, 1),
        "found": (2, 2),
        "expected": (2, 2),
    }
    found, expected = (np.array(arrays[name].values) for name in ("found", "expected"))
    np.testing.assert_allclose(found, -expected, rtol=1e-6)


def planned_and_finding() -> tuple[Planned, Finding]:
    plan = make_plan(["FullyConnected"], Settings(names=("FullyConnected/4-to-3/gradient.input",)))
    found: list[Finding] = []
    Runner(plan, Here(subject_with("FullyConnected", EvenInputs))).run(1, found.append)
    return plan.selected[0], found[0]


def shrinker(effort: Effort) -> tuple[Shrinker, list[str]]:
    ran: list[str] = []

    def run(planned: Planned, session: SessionLike) -> Examined:
        ran.append(planned.id)
        return examine(planned, session, DEFAULTS)

    build_subject = subject_with("FullyConnected", EvenInputs)
    return Shrinker(effort, lambda: DirectSession(build_subject), run), ran


def test_trials_are_bounded_and_none_is_made_twice() -> None:
    planned, finding = planned_and_finding()
    for trials in (0, 1, 3):
        given, ran = shrinker(replace(EFFORTS["standard"], trials=trials))
        shown = given.with_smallest(planned, finding).smallest
        assert shown is not None
        assert shown.trials == trials == len(ran) - 1, "the last run is the one that is shown"
        assert len(set(ran[:-1])) == trials


def test_one_search_per_check() -> None:
    planned, finding = planned_and_finding()
    given, _ = shrinker(EFFORTS["standard"])
    assert given.with_smallest(planned, finding).smallest is not None
    assert given.with_smallest(planned, finding).smallest is None


def test_when_the_trials_are_spent_the_case_itself_is_shown_as_often_again_and_later_nothing() -> None:
    planned, finding = planned_and_finding()
    effort = replace(EFFORTS["standard"], run_trials=7)
    tired, ran = shrinker(effort)
    tired.spent = 6
    shown = tired.with_smallest(planned, finding).smallest
    assert shown is not None
    assert shown.trials == 1, "one was left"
    assert tired.spent == 6 + len(ran) == 8
    for spent in (7, 13):
        tired, ran = shrinker(effort)
        tired.spent = spent
        shown = tired.with_smallest(planned, finding).smallest
        assert shown is not None
        assert (shown.id, shown.trials, ran) == (planned.id, 0, [planned.id])
    late, ran = shrinker(effort)
    late.spent = 14
    assert late.with_smallest(planned, finding).smallest is None
    assert ran == []


@pytest.mark.parametrize("verdict", [Verdict.TIMEOUT, Verdict.DIED])
def test_a_trial_that_hangs_or_dies_is_the_last_of_the_run(verdict: Verdict) -> None:
    planned, finding = planned_and_finding()
    given, ran = shrinker(EFFORTS["standard"])
    examine_it = given.examine

    def hanging(smaller: Planned, session: SessionLike) -> Examined:
        examined = examine_it(smaller, session)
        return examined if smaller is planned else replace(examined, finding=replace(finding, verdict=verdict))

    given.examine = hanging
    shown = given.with_smallest(planned, finding).smallest
    assert shown is not None
    assert (shown.id, shown.trials, len(ran)) == (planned.id, 1, 2)
    other = replace(planned, quantity="another")
    shown = given.with_smallest(other, finding).smallest
    assert shown is None or shown.trials == 0
    assert len(ran) == 3


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.BLOCKED, Verdict.TIMEOUT, Verdict.DIED])
def test_what_is_no_failure_or_costs_a_worker_is_left_alone(verdict: Verdict) -> None:
    planned, finding = planned_and_finding()
    given, ran = shrinker(EFFORTS["standard"])
    other = replace(finding, verdict=verdict)
    assert given.with_smallest(planned, other) is other
    assert ran == []


def test_a_subject_that_answers_by_chance_gets_no_smallest_case() -> None:
    planned, finding = planned_and_finding()
    right = subject_with("FullyConnected", framework.FullyConnected)
    given, _ = shrinker(EFFORTS["standard"])
    given.session = lambda: DirectSession(right)
    assert given.with_smallest(planned, finding).smallest is None
