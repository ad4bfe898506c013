"""The example submissions: one agrees with the reference framework, the other but for its planted mistakes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from backproof import adapters
from backproof.adapters.fau.course import FILES
from backproof.specs import Case, Phase, Spec, all_specs

from .submissions import EXAMPLES, load

CORRECT, BUGGY = EXAMPLES / "fau_exercise", EXAMPLES / "fau_exercise_buggy"
PLANTED = json.loads((BUGGY / "planted.json").read_text())


def draws_masks(name: str, case: Case) -> bool:
    """Tell whether the two draw masks, from different generators, so that single values cannot be compared."""
    return (name == "Dropout" and case.name != "keep-all") or case.name in {"with-dropout", "with-phases"}


# LeNet is not in the examples; what a file keeps of a network is told in test_models.py.
OTHERS = {"perceptron", "model", "checkpoint", "trainer"}
COMPONENTS = [name for name, spec in all_specs().items() if name in FILES and spec.kind not in OTHERS]
CASES = [(name, case) for name in COMPONENTS for case in all_specs()[name].cases()]
COMPARABLE = [(name, case) for name, case in CASES if not draws_masks(name, case)]
IDS = [f"{name}-{case.name}" for name, case in COMPARABLE]
WRONG = sorted({mistake["layer"] for mistake in PLANTED} - {"Dropout"})
RIGHT = sorted({*COMPONENTS} - {mistake["layer"] for mistake in PLANTED} - {"LSTM"})  # optional, not in there


def behaviour(subject: Any, case: Case, spec: type[Spec]) -> list[Any]:
    """What a subject computes in a fixed programme: every method, several calls, both phases, with an optimizer."""
    generator = np.random.default_rng(8)
    x = generator.normal(size=case.input_shape)
    match spec.kind:
        case "layer":
            return layer_behaviour(subject, generator, x)
        case "loss":
            x, labels = abs(x) + 0.1, np.eye(x.shape[1])[np.arange(len(x)) % x.shape[1]]
            return [subject.forward(x, labels), subject.backward(labels)]
        case "regularizer":
            return [subject.norm(x), subject.gradient(x)]
        case "optimizer":
            results = [x]
            for _ in range(3):
                results.append(subject.update(results[-1], generator.normal(size=case.input_shape)))
            return results
        case "initializer":
            subject.reseed(1)
            drawn = subject.initialize(case.input_shape, *case.fans)
            return [drawn.shape, drawn.std(), drawn.min() >= 0]
    subject.assign({key: generator.normal(size=value.shape) for key, value in subject.parameters().items()})
    subject.feed(x, np.eye(3)[generator.integers(0, 3, len(x))])
    results = [subject.forward()]
    subject.backward()
    results += [*subject.gradients().values(), *subject.train(2), subject.test(x), *subject.train(1)]
    return [*results, *subject.parameters().values(), [phase == "test" for phase in subject.seen_phases()]]


def layer_behaviour(subject: Any, generator: np.random.Generator, x: Any) -> list[Any]:
    subject.assign({key: generator.normal(size=value.shape) for key, value in subject.parameters().items()})
    subject.attach_optimizer(0.1, 0.5)
    results: list[Any] = []
    for phase in (Phase.TRAIN, Phase.TRAIN, Phase.TEST, Phase.TRAIN):
        subject.set_phase(phase)
        y = subject.forward(x)
        results += [y, subject.backward(generator.normal(size=y.shape)), *subject.gradients().values()]
        results += subject.parameters().values()
        x = x + generator.normal(size=x.shape)
    return [*results, subject.initialize(2.0, 3.0)["fans"], *subject.parameters().values()]


def agrees(folder: Any, name: str, case: Case) -> bool:
    ours, reference = load(folder).build(case.spec), adapters.load({"kind": "builtin"}).build(case.spec)
    pairs = zip(behaviour(ours, case, all_specs()[name]), behaviour(reference, case, all_specs()[name]), strict=True)
    rtol = 0.1 if all_specs()[name].kind == "initializer" else 1e-9  # two generators, 300 draws or more
    return all(np.allclose(first, second, rtol=rtol, atol=1e-12) for first, second in pairs)


@pytest.mark.parametrize(("name", "case"), COMPARABLE, ids=IDS)
def test_the_correct_example_agrees_with_the_reference(name: str, case: Case) -> None:
    assert agrees(CORRECT, name, case)


def test_the_correct_example_drops_out_and_scales() -> None:
    subject = load(CORRECT).build(next(case.spec for case in all_specs()["Dropout"].cases()))
    subject.reseed(3)
    x = np.random.default_rng(0).uniform(1, 2, (200, 50))
    y = subject.forward(x)
    kept = y != 0
    assert abs(kept.mean() - 0.25) < 0.02
    np.testing.assert_allclose(y, x * kept / 0.25)
    np.testing.assert_allclose(subject.backward(x), y)


@pytest.mark.parametrize("name", RIGHT)
def test_what_has_no_mistake_agrees_with_the_reference(name: str) -> None:
    for case in all_specs()[name].cases():
        assert agrees(BUGGY, name, case), case.name


@pytest.mark.parametrize("name", WRONG)
def test_what_has_a_mistake_differs_from_the_reference(name: str) -> None:
    cases = [case for case in all_specs()[name].cases() if not draws_masks(name, case)]
    try:
        assert not all(agrees(BUGGY, name, case) for case in cases)
    except ValueError as error:
        # Conv hands one optimizer to weights and bias, whose shapes differ.
        assert "give each parameter a copy of its own" in str(error)  # noqa: PT017 - some agree, some raise


def test_the_wrong_dropout_is_right_forward_and_wrong_backward() -> None:
    spec = all_specs()["Dropout"].cases()[0].spec
    x = np.ones((50, 50))
    results = []
    for folder in (CORRECT, BUGGY):
        subject = load(folder).build(spec)
        subject.reseed(3)
        results.append((subject.forward(x), subject.backward(x)))
    assert (results[0][0] == results[1][0]).all()
    np.testing.assert_allclose(results[0][1], 4 * results[1][1])


def test_the_table_of_mistakes_is_complete() -> None:
    readme = (BUGGY / "README.md").read_text()
    assert len(PLANTED) == 17
    assert len({(mistake["layer"], mistake["family"]) for mistake in PLANTED}) == 17
    for mistake in PLANTED:
        assert set(mistake) == {"layer", "family", "mistake"}
        assert mistake["layer"] in all_specs()
        assert f"| {mistake['layer']} | {mistake['family']} |" in readme


def test_the_examples_come_without_the_course_s_helpers() -> None:
    for folder in (CORRECT, BUGGY):
        assert not list(folder.rglob("Helpers.py"))
        assert load(folder).describe()["missing"] == []
