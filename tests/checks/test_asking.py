"""Asking: laws that wait for answers and laws that call their subjects, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from backproof.checks import asking
from backproof.checks.asking import attach_penalty, backward, declared, forward, parameters, set_phase
from backproof.checks.context import Context
from backproof.checks.law import Law, LawFunction, answered, measurements
from backproof.checks.measurement import Measurement, failed, passed
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.outcome import examine
from backproof.checks.settings import Settings
from backproof.mistakes import correct
from backproof.sandbox import Asked, Asking, DirectSession, RemoteSubject, SubjectRaised
from backproof.specs import Kind, Operation, Phase, Question, Spec, Unsupported, all_specs, operations

PLANNED = make_plan(all_specs()).everything["ReLU/vector/contract.forward"]
X = np.array([[1.0, -2.0], [-3.0, 4.0]])


def judged(law: LawFunction) -> Finding:
    """What comes of a law about a ReLU."""
    law.__doc__ = "What is said of a ReLU."
    planned = replace(PLANNED, check=replace(PLANNED.check, function=law))
    return examine(planned, DirectSession(correct), Settings(seconds=10.0)).finding


def subject(spec: Spec) -> RemoteSubject:
    return DirectSession(correct).build(spec)


# What there is to ask.


@pytest.mark.parametrize("kind", Kind)
def test_every_operation_can_be_asked_for(kind: Kind) -> None:
    """By a function with its name and its arguments; kinds share one where both are the same."""
    asked = [
        known for each in vars(asking).values() if isinstance(known := getattr(each, "operation", None), Operation)
    ]
    assert {(name, known.arguments) for name, known in operations(kind).items()} <= {
        (known.name, known.arguments) for known in asked
    }


def test_a_question_calls_nothing() -> None:
    assert forward(X) == Question("forward", (X,))


# A subject and one who waits.


def test_answers_come_back_in_order_and_in_one_crossing() -> None:
    layer = subject(PLANNED.case.spec)
    waiting = layer.ask(forward(X), backward(X))
    asked = next(waiting)
    assert asked.subject is layer
    assert [question.method for question in asked.questions] == ["forward", "backward"]
    assert layer.transcript == []
    with pytest.raises(StopIteration) as ended:
        waiting.send(["y", "dx"])
    assert ended.value.value == ("y", "dx")


def test_one_question_has_one_answer_and_a_list_has_a_list() -> None:
    layer = subject(PLANNED.case.spec)
    for waiting, answer in ((layer.ask(forward(X)), "y"), (layer.ask_all([forward(X)]), ["y"])):
        next(waiting)
        with pytest.raises(StopIteration) as ended:
            waiting.send(["y"])
        assert ended.value.value == answer


def test_a_subject_has_the_operations_of_its_kind_as_methods() -> None:
    layer = subject(PLANNED.case.spec)
    np.testing.assert_array_equal(layer.forward(X), np.maximum(X, 0))
    np.testing.assert_array_equal(layer.call(forward(X)), layer.call("forward", X))
    assert layer.evaluations == 3
    for name in ("norm", "_handles", "phrase"):
        with pytest.raises(AttributeError, match=rf"a layer has no operation {name}"):
            getattr(layer, name)


def test_a_phase_crosses_as_a_word() -> None:
    layer = subject(PLANNED.case.spec)
    layer.call(set_phase(Phase.TEST))
    (call,) = layer.transcript
    assert type(call.args[0]) is str


# Laws.


def test_a_law_that_asks_is_judged_as_one_that_calls() -> None:
    def asks(context: Context) -> Law:
        layer = context.layer(context.rng())
        y, dx = yield from layer.ask(forward(X), backward(X))
        yield passed(float(y.sum()), float(dx.sum()))

    def calls(context: Context) -> Iterator[Measurement]:
        layer = context.layer(context.rng())
        y, dx = layer.many([("forward", (X,)), ("backward", (X,))])
        yield passed(float(y.sum()), float(dx.sum()))

    one, other = (replace(judged(law), seconds=0.0) for law in (asks, calls))
    assert one == other
    assert (one.verdict, one.measured, one.tolerance, one.evaluations) == (Verdict.PASSED, 5.0, 5.0, 1)


def test_a_law_may_do_both_and_leave_a_part_to_others() -> None:
    def output(layer: RemoteSubject) -> Asking[float]:
        y = yield from layer.ask(forward(X))
        return float(y.sum())

    def part(layer: RemoteSubject) -> Law:
        total = yield from output(layer)
        yield passed(total, 10.0)

    def law(context: Context) -> Law:
        layer = context.layer(context.rng())
        yield from part(layer)
        layer.forward(2 * X)
        yield passed(float((yield from layer.ask(forward(3 * X))).sum()), 10.0)

    finding = judged(law)
    assert (finding.measured, finding.evaluations) == (15.0, 3)


def test_nothing_is_asked_behind_the_first_failure() -> None:
    asked = []

    def law(context: Context) -> Law:
        layer = context.layer(context.rng())
        yield failed("wrong", expected="1", found="2")
        asked.append((yield from layer.ask(forward(X))))

    finding = judged(law)
    assert finding.verdict is Verdict.FAILED
    assert asked == []
    assert finding.evaluations == 0


def test_what_is_not_offered_can_be_caught_where_it_is_asked_for() -> None:
    def law(context: Context) -> Law:
        layer = context.layer(context.rng())
        try:
            yield from layer.ask(attach_penalty(0.5))
        except Unsupported:
            yield passed(1.0, 4.0)
        y = yield from layer.ask(forward(X))
        yield passed(float(y.size), 8.0)

    finding = judged(law)
    assert finding.verdict is Verdict.PASSED
    assert finding.evaluations == 1


def test_what_is_not_caught_ends_the_law() -> None:
    def law(context: Context) -> Law:
        yield passed()
        yield from context.layer(context.rng()).ask(attach_penalty(0.5))
        yield failed("we never get here", expected="", found="")

    assert judged(law).verdict is Verdict.UNSUPPORTED


def test_an_error_of_the_subject_is_raised_in_the_law() -> None:
    seen = []

    def law(context: Context) -> Law:
        try:
            yield from context.layer(context.rng()).ask(forward(X), backward(np.ones(3)))
        except SubjectRaised as error:
            seen.append(error.type_name)
            raise
        yield passed()

    assert judged(law).verdict is Verdict.ERRORED
    assert seen == ["ValueError"]


def test_an_odd_answer_is_the_subjects_and_a_slip_of_the_law_is_ours() -> None:
    def law(context: Context) -> Law:
        said = yield from context.layer(context.rng()).ask(declared())
        yield passed(float(said["no such word"]), 1.0)

    assert judged(law).verdict is Verdict.HARNESS_ERROR


def test_a_mapping_is_asked_for_by_name() -> None:
    def law(context: Context) -> Law:
        named = yield from context.layer(context.rng()).ask(parameters())
        yield passed(float(len(named)), 1.0)

    assert judged(law).measured == 0.0


def test_steps_that_only_ask_can_be_answered_outside_of_a_law() -> None:
    def output(layer: RemoteSubject) -> Asking[float]:
        try:
            yield from layer.ask(attach_penalty(0.5))
        except Unsupported:
            y = yield from layer.ask(forward(X))
        return float(y.sum())

    assert answered(output(subject(PLANNED.case.spec))) == 5.0

    def refused(layer: RemoteSubject) -> Asking[None]:
        yield from layer.ask(attach_penalty(0.5))

    with pytest.raises(Unsupported):
        answered(refused(subject(PLANNED.case.spec)))


def test_what_is_no_generator_cannot_ask() -> None:
    layer = subject(PLANNED.case.spec)
    with pytest.raises(TypeError, match="must be a generator"):
        list(measurements(iter([Asked(layer, (forward(X),))])))


def test_a_measurement_says_which_choices_explain_it() -> None:
    assert passed().assignments is None
    assert replace(passed(), assignments=({"relu'(0)": "0"},)).assignments == ({"relu'(0)": "0"},)
