"""Direct mode behaves as a worker does, without its protection."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backproof.sandbox import Call, DirectSession, Mutation, Opaque, SessionLike, SubjectRaised
from backproof.sandbox.values import Array
from backproof.specs import Kind, Phase, ReLU, Sigmoid, Spec, Unsupported, all_specs, operations


class Layer:
    """Correct."""

    def set_phase(self, phase: Phase) -> None:
        self.phase = phase

    def forward(self, x: Array) -> Array:
        self.x = x
        self.y = np.maximum(x, 0)
        return self.y

    def backward(self, dy: Array) -> Array:
        return dy * (self.x > 0)

    def parameters(self) -> dict[str, Array]:
        return {}


class Odd(Layer):
    """Mutant."""

    def forward(self, x: Array) -> Array:
        x *= 2
        warnings.warn("loud", stacklevel=1)
        return np.sqrt(-x)

    def backward(self, dy: Array) -> Array:
        raise KeyboardInterrupt

    def parameters(self) -> Any:
        return (name for name in "ab")

    def gradients(self) -> Any:
        raise ValueError("no gradients")


def session_of(make: Callable[[], Any]) -> DirectSession:
    return DirectSession(lambda spec: make() if isinstance(spec, ReLU) else None)


def test_it_is_a_session() -> None:
    with session_of(Layer) as session:
        like: SessionLike = session
        like.limit(0.0)
        assert (like.output, like.alive) == ("", True)


def test_calls_are_recorded() -> None:
    subject = session_of(Layer).build(ReLU())
    x = np.array([-1.0, 2.0])
    subject.set_phase(Phase.TEST)
    y = subject.forward(x)
    assert subject.many([("forward", (x,)), ("backward", (x,)), ("parameters", ())])[2] == {}
    assert y.tolist() == [0, 2]
    assert subject.transcript[1] == Call("forward", (x,), y)
    assert subject.transcript[1].args[0] is x
    assert [call.method for call in subject.transcript[2:]] == ["forward", "backward", "parameters"]
    assert (subject.evaluations, subject.mutations) == (2, [])


def test_the_callers_arrays_are_out_of_reach() -> None:
    subject = session_of(Odd).build(ReLU())
    x = np.ones(3)
    subject.forward(x)
    assert x.tolist() == [1, 1, 1]
    assert subject.mutations == [Mutation("forward", 0)]


def test_results_are_copies_and_read_only() -> None:
    subject = session_of(Layer).build(ReLU())
    y = subject.forward(np.ones(2))
    subject.poison("result")
    subject.poison("argument")
    assert y.tolist() == [1, 1]
    with pytest.raises(ValueError, match="read-only"):
        y += 1
    assert subject.backward(np.ones(2)).tolist() == [0, 0]


def test_what_it_cannot_poison_it_says() -> None:
    with pytest.raises(ValueError, match="'result' or 'argument'"):
        session_of(Layer).build(ReLU()).poison("state")


def test_warnings_are_kept_quiet() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        session_of(Odd).build(ReLU()).forward(np.ones(2))
    assert caught == []


def test_ctrl_c_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        session_of(Odd).build(ReLU()).backward(np.ones(2))


def test_exceptions_end_a_series() -> None:
    subject = session_of(Odd).build(ReLU())
    x = np.ones(2)
    with pytest.raises(SubjectRaised, match=r"ValueError: no gradients .*test_direct\.py"):
        subject.many([("forward", (x,)), ("gradients", ()), ("forward", (x,))])
    assert [call.method for call in subject.transcript] == ["forward", "gradients"]
    assert subject.transcript[-1].value is None
    assert subject.evaluations == 1


def test_parameters_that_are_no_mapping_are_an_error() -> None:
    subject = session_of(Odd).build(ReLU())
    with pytest.raises(SubjectRaised, match=r"parameters\(\) returned generator: .*, but should return a mapping"):
        subject.parameters()
    assert isinstance(subject.transcript[-1].value, Opaque)


def test_a_component_that_is_not_offered_is_unsupported() -> None:
    with pytest.raises(Unsupported, match="does not offer Sigmoid"):
        session_of(Layer).build(Sigmoid())


def test_a_construction_that_raises_is_the_subjects_error() -> None:
    def build(spec: Spec) -> None:
        raise ValueError("too small")

    with pytest.raises(SubjectRaised, match="ValueError: too small"):
        DirectSession(build).build(ReLU())


class Recorder:
    """Returns what it was called with."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args: {name: list(args)}


@pytest.mark.parametrize("kind", Kind)
def test_every_operation_is_handed_on(kind: Kind) -> None:
    spec = next(cls.plainest().spec for cls in all_specs().values() if cls.kind is kind)
    subject = DirectSession(lambda spec: Recorder()).build(spec)
    for name, known in operations(kind).items():
        given = [Phase.TEST] if name == "set_phase" else list(range(len(known.arguments)))
        assert getattr(subject, name)(*given) == {name: given}
        assert subject.transcript[-1] == Call(name, tuple(given), {name: given})
    assert subject.evaluations == sum(known.evaluates for known in operations(kind).values())
