"""Operations on subjects: values, mutations, failures, poison; each with a subject that does it right."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from backproof.sandbox import DirectSession
from backproof.sandbox.calls import SubjectHost
from backproof.sandbox.values import Array, Opaque
from backproof.specs import Phase, ReLU, Unsupported


class Relu:
    """Correct."""

    def forward(self, x: Array) -> Array:
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dy: Array) -> Array:
        return dy * (self.x > 0)

    def assign(self, parameters: Mapping[str, Array]) -> None:
        self.held = {name: array.copy() for name, array in parameters.items()}

    def set_phase(self, phase: Phase) -> str:
        assert phase is Phase.TEST
        return type(phase).__name__


class InPlace(Relu):
    """Mutant: works on the arrays that it is given."""

    def forward(self, x: Array) -> Array:
        return np.maximum(x, 0, out=x)

    def backward(self, dy: Array) -> Array:
        dy.shape = (dy.size,)
        return dy

    def assign(self, parameters: Mapping[str, Array]) -> None:
        parameters["weights"][...] += 1


class Raising(Relu):
    """Mutant: changes its argument, then raises."""

    def forward(self, x: Array) -> Array:
        x += 1
        raise KeyError("lost")

    def backward(self, dy: Array) -> Array:
        raise SystemExit(0)


class Trap(Mapping[str, Any]):
    """A mapping that raises while it is read."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError

    def __len__(self) -> int:
        return 1


def desk_with(make: Callable[[], Any], **options: Any) -> SubjectHost:
    host = SubjectHost(lambda spec: make(), **options)
    assert host.construct(0, ReLU(), 0).failure is None
    return host


def x() -> Array:
    return np.array([[-1.0, 2.0], [3.0, -4.0]])


def test_a_correct_subject_changes_nothing() -> None:
    host = desk_with(Relu)
    assert host.execute(0, "forward", [x()]).mutated == ()
    assert host.execute(0, "backward", [x()]).mutated == ()
    assert host.execute(0, "assign", [{"weights": x()}]).mutated == ()


def test_changed_arguments_are_named() -> None:
    host = desk_with(InPlace)
    assert host.execute(0, "forward", [x()]).mutated == (0,)
    assert host.execute(0, "backward", [x()]).mutated == (0,)
    assert host.execute(0, "assign", [{"weights": x()}]).mutated == (0,)


class Spoiling(Relu):
    """Backward writes into what forward was given."""

    def forward(self, x: Array) -> Array:
        self.given = x
        return x.copy()

    def backward(self, dy: Array) -> Array:
        self.given += 1
        return dy.copy()


def test_the_argument_of_forward_follows_those_of_backward() -> None:
    host = desk_with(Spoiling)
    assert host.execute(0, "backward", [x()]).failure is not None
    assert host.execute(0, "forward", [x()]).mutated == ()
    assert host.execute(0, "backward", [x()]).mutated == (1,)
    assert host.execute(0, "backward", [x()]).mutated == (1,)


def test_a_negative_zero_is_a_change() -> None:
    host = desk_with(InPlace)
    assert host.execute(0, "assign", [{"weights": np.array([-1.0])}]).mutated == (0,)
    assert host.execute(0, "forward", [np.array([0.0])]).mutated == ()


def test_arguments_are_compared_after_an_exception_too() -> None:
    outcome = desk_with(Raising).execute(0, "forward", [x()])
    assert outcome.mutated == (0,)
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.failure.type_name, outcome.failure.text) == ("raised", "KeyError", "'lost'")
    assert outcome.failure.where.endswith("in forward")
    assert "x += 1" not in outcome.failure.detail
    assert 'raise KeyError("lost")' in outcome.failure.detail


def test_exit_is_an_exception_like_others() -> None:
    outcome = desk_with(Raising).execute(0, "backward", [x()])
    assert outcome.failure is not None
    assert outcome.failure.type_name == "SystemExit"


def test_exceptions_that_are_not_the_subjects_pass() -> None:
    host = desk_with(Raising, reraise=(SystemExit,))
    with pytest.raises(SystemExit):
        host.execute(0, "backward", [x()])


def test_phases_arrive_as_phases() -> None:
    assert desk_with(Relu).execute(0, "set_phase", ["test"]).value == "Phase"


def test_a_missing_method_is_unsupported() -> None:
    failure = desk_with(Relu).execute(0, "reseed", [1]).failure
    assert failure is not None
    assert (failure.kind, failure.text) == ("unsupported", "the adapter's Relu has no method reseed")


def test_a_missing_component_is_unsupported() -> None:
    failure = SubjectHost(lambda spec: None).construct(0, ReLU(), 0).failure
    assert failure is not None
    assert (failure.kind, failure.text) == ("unsupported", "the adapter does not offer ReLU")


def test_what_the_adapter_declines_is_unsupported() -> None:
    def build(spec: object) -> None:
        raise Unsupported("not before stage 3")

    failure = SubjectHost(build).construct(0, ReLU(), 0).failure
    assert failure is not None
    assert (failure.kind, failure.text) == ("unsupported", "not before stage 3")


def test_randomness_is_seeded_before_construction() -> None:
    host = SubjectHost(lambda spec: [np.random.normal(), random.random()])  # noqa: NPY002 - as submissions draw
    for handle, seed in enumerate((5, 5, 6)):
        assert host.construct(handle, ReLU(), seed).failure is None
    one, two, three = [host.execute(handle, "copy", []).value for handle in range(3)]
    assert one == two
    assert one != three


def test_results_that_resist_are_described() -> None:
    host = desk_with(type("Odd", (), {"parameters": lambda self: Trap()}))
    value = host.execute(0, "parameters", []).value
    assert isinstance(value, Opaque)
    assert value.type_name == "Trap"


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool", "complex128"])
def test_poison_overwrites_the_result_itself(dtype: str) -> None:
    class Keeping:
        def __init__(self) -> None:
            self.kept = np.zeros(3, dtype=dtype)

        def forward(self, x: Array) -> Array:
            return self.kept

        def state(self) -> Array:
            return self.kept

    host = desk_with(Keeping)
    before = host.execute(0, "forward", [x()]).value.copy()
    host.poison(0, "result")
    after = host.execute(0, "state", []).value
    assert not np.any(before == after)
    if dtype.startswith("float"):
        assert np.all(np.isnan(after))


def test_poison_overwrites_the_arguments_themselves() -> None:
    host = desk_with(Relu)
    host.execute(0, "forward", [x()])
    host.poison(0, "argument")
    assert host.execute(0, "backward", [np.ones((2, 2))]).value.tolist() == [[0, 0], [0, 0]]  # NaN > 0 is False


def test_poison_does_not_break_on_views_and_nothing() -> None:
    class Views:
        def forward(self, x: Array) -> Any:
            return np.broadcast_to(np.float64(1), (2, 2)), None

    host = desk_with(Views)
    host.poison(0, "result")
    host.execute(0, "forward", [x()])
    host.poison(0, "result")


class _Recording:
    """Notes the type of what it is given; answers in that type."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def forward(self, x: Array) -> Array:
        self.seen.append(str(x.dtype))
        return 2 * x

    def parameters(self) -> dict[str, Array]:
        return {"weights": np.ones(2, np.float32)}

    def assign(self, parameters: dict[str, Array]) -> None:
        self.seen += [str(value.dtype) for value in parameters.values()]


def test_arrays_are_handed_over_in_the_type_of_the_subject_and_come_back_as_float64() -> None:
    recording = _Recording()
    subject = DirectSession(lambda _: recording).build(ReLU())
    subject.dtype = "float32"
    x = np.array([0.1, 1e300])
    found = subject.forward(x)
    subject.assign({"weights": x, "count": np.arange(3)})
    assert recording.seen == ["float32", "float32", "int64"]
    assert found.dtype == np.float64
    assert found.tolist() == [2 * float(np.float32(0.1)), np.inf]
    assert subject.single
    assert subject.transcript[0].args[0].dtype == subject.transcript[0].value.dtype == np.float32


def test_a_subject_of_float64_is_given_the_very_arrays_and_is_not_single() -> None:
    recording = _Recording()
    subject = DirectSession(lambda _: recording).build(ReLU())
    x = np.array([0.1, 2.0])
    assert subject.forward(x).tolist() == [0.2, 4.0]
    assert recording.seen == ["float64"]
    assert not subject.single
    assert subject.parameters()["weights"].dtype == np.float64
    assert subject.single
