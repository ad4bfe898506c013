"""Sessions: what goes in, what comes out, and that nothing passes from one to the next."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from backproof.sandbox import Mutation, Opaque, RemoteSubject, Session, SubjectRaised, Worker
from backproof.specs import Phase, ReLU, Sigmoid, TanH, Unsupported

from .conftest import Start


def test_values_cross_in_both_directions(subject: RemoteSubject) -> None:
    given = {"a": [np.arange(6, dtype="float32").reshape(2, 3), None, True, -(2**63), 0.1, "ä"], "b": (1, 2j)}
    found = subject.call("echo", given)
    np.testing.assert_array_equal(found["a"][0], given["a"][0])
    assert found["a"][0].dtype == np.float32
    assert found["a"][1:] == given["a"][1:]
    assert found["b"] == [1, 2j]


def test_arrays_arrive_read_only_and_contiguous(subject: RemoteSubject) -> None:
    for name in ("strided", "read-only", "big-endian"):
        found = subject.call("result", name)
        assert found.flags.c_contiguous
        assert not found.flags.writeable
        assert found.dtype.isnative


def test_a_layer_is_called_by_its_protocol(subject: RemoteSubject) -> None:
    x = np.array([-1.0, 2.0, 0.0])
    subject.set_phase(Phase.TRAIN)
    assert subject.call("phase_type") == "Phase"
    assert subject.forward(x).tolist() == [0, 2, 0]
    assert subject.backward(np.ones(3)).tolist() == [0, 1, 0]
    assert subject.spec == ReLU()
    assert [call.method for call in subject.transcript] == ["set_phase", "phase_type", "forward", "backward"]
    assert subject.transcript[2].args[0] is x
    assert subject.evaluations == 1
    assert subject.mutations == []


def test_many_calls_take_one_round_trip_and_keep_their_order(subject: RemoteSubject) -> None:
    values = subject.many([("echo", (number,)) for number in range(100)])
    assert values == list(range(100))


def test_a_series_stops_at_the_first_error(subject: RemoteSubject) -> None:
    x = np.ones(2)
    with pytest.raises(SubjectRaised, match="ValueError: no"):
        subject.many([("forward", (x,)), ("raise_error", ("ValueError",)), ("forward", (x,))])
    assert [call.method for call in subject.transcript] == ["forward", "raise_error"]
    assert subject.call("echo", 1) == 1
    assert subject.many([]) == []


def test_large_arrays_cross(subject: RemoteSubject) -> None:
    x = np.arange(2**17, dtype=np.float64)
    np.testing.assert_array_equal(subject.call("echo", x), x)


def test_mutations_are_reported_and_stay_behind_the_wall(subject: RemoteSubject) -> None:
    x = np.ones((2, 3))
    assert subject.call("mutate", x).tolist() == [[2, 2, 2], [2, 2, 2]]
    subject.call("reshape", x)
    subject.assign({"weights": x})
    assert x.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert subject.mutations == [Mutation("mutate", 0), Mutation("reshape", 0), Mutation("assign", 0)]


def test_poison_reaches_what_the_subject_keeps(subject: RemoteSubject) -> None:
    subject.forward(np.ones(2))
    subject.poison("result")
    x, y = subject.call("kept")
    assert x.tolist() == [1, 1]
    assert np.isnan(y).all()
    subject.poison("argument")
    assert np.isnan(subject.call("kept")[0]).all()


def test_construction_is_seeded(session: Session, worker: Worker) -> None:
    one, two, other = (session.build(ReLU(), seed).call("draws") for seed in (7, 7, 8))
    assert one == two
    assert one != other
    with worker.session() as again:
        assert again.build(ReLU(), 7).call("draws") == one


def test_subjects_of_a_session_are_told_apart(session: Session) -> None:
    one, two = session.build(ReLU()), session.build(ReLU())
    one.forward(np.zeros(1))
    two.forward(np.ones(1))
    assert one.call("kept")[0].tolist() == [0]


def test_sessions_share_nothing(worker: Worker) -> None:
    with worker.session() as first, worker.session() as second:
        one, two = first.build(ReLU()), second.build(ReLU())
        assert one.call("process") != two.call("process")
        one.call("replace_numpy")
        assert two.call("sees_replaced_numpy") is False
        assert one.call("sees_replaced_numpy") is True


def test_sessions_may_be_used_from_several_threads(worker: Worker) -> None:
    found: list[int] = []

    def use(number: int) -> None:
        for _ in range(5):
            with worker.session() as session:
                found.append(session.build(ReLU()).call("echo", number))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(list(range(4)) * 5)


def test_output_is_kept(session: Session) -> None:
    subject = session.build(ReLU())
    assert session.output == ""
    subject.call("print", "shape (2, 3)")
    subject.call("print", "\x1b[31mred")
    assert session.output == "shape (2, 3)\n\ufffd[31mred\n"


def test_output_is_there_after_the_end(worker: Worker) -> None:
    with worker.session() as session:
        session.build(ReLU()).call("print", "last words")
    assert session.output == "last words\n"


def test_what_is_not_offered_is_unsupported(session: Session) -> None:
    with pytest.raises(Unsupported, match="does not offer Sigmoid"):
        session.build(Sigmoid())
    with pytest.raises(Unsupported, match="no method attach_optimizer"):
        session.build(ReLU()).attach_optimizer(0.1, 0.9)


def test_a_construction_that_raises_is_the_subjects_error(session: Session) -> None:
    with pytest.raises(SubjectRaised, match=r"ValueError: no TanH here \(adapter\.py:\d+ in build\)") as caught:
        session.build(TanH())
    assert caught.value.detail.endswith('raise ValueError("no TanH here")')
    assert session.alive


def test_parameters_that_are_no_mapping_are_an_error(start: Start) -> None:
    source = "class Layer:\n    def parameters(self):\n        return [1]\ndef build(spec):\n    return Layer()"
    with start(source).session() as session, pytest.raises(SubjectRaised, match="returned list, but should return"):
        session.build(ReLU()).parameters()


def test_facts_and_sandbox_are_told(worker: Worker) -> None:
    assert worker.facts["conventions"] == {"dropout argument": "keep"}
    assert "rlimits" in worker.sandbox


def test_the_environment_is_clean(subject: RemoteSubject, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = subject.call("environment")
    assert environment["OPENBLAS_NUM_THREADS"] == "1"
    assert environment["HOME"] == environment["TMPDIR"]
    assert not {"PYTEST_CURRENT_TEST", "PYTHONPATH", "USER", "PWD"} & environment.keys()
    assert str(Path.cwd()) not in subject.call("search_path")


@pytest.mark.parametrize(
    "name", ["none", "nan", "text", "tuple", "nested", "numpy numbers", "matrix", "deep", "surrogate"]
)
def test_odd_results_cross(subject: RemoteSubject, name: str) -> None:
    value = subject.call("result", name)
    assert not isinstance(value, Opaque)


@pytest.mark.parametrize(
    ("name", "type_name"),
    [
        ("large integer", "int"),
        ("object array", "ndarray of object"),
        ("structured array", "ndarray of [('a', '<f8'), ('b', '<i4')]"),
        ("text array", "ndarray of <U1"),
        ("time array", "ndarray of datetime64[D]"),
        ("masked array", "MaskedArray of float64"),
        ("large array", "ndarray of float64"),
        ("many entries", "list"),
        ("generator", "generator"),
        ("function", "builtin_function_or_method"),
        ("keys", "dict with other keys than strings"),
        ("repr raises", "ReprRaises"),
        ("repr exits", "ReprExits"),
    ],
)
def test_foreign_results_are_described(subject: RemoteSubject, name: str, type_name: str) -> None:
    value = subject.call("result", name)
    assert isinstance(value, Opaque)
    assert value.type_name == type_name
    assert subject.call("echo", 1) == 1


MODULE = """
from backproof.specs import Array

OFFERED = ["ReLU"]
SEEN = []


class ReLU:
    def forward(self, x):
        SEEN.append(x)
        return x * len(SEEN)


def build(spec):
    return ReLU()
"""


def test_a_fresh_session_has_seen_no_call(start: Start) -> None:
    x = np.ones(2)
    with start(MODULE).session() as session:
        assert [session.build(ReLU()).forward(x)[0] for _ in range(2)] == [1, 2]
        with session.fresh() as other, other.fresh() as third:
            assert other.build(ReLU()).forward(x)[0] == 1
            assert third.build(ReLU()).forward(x)[0] == 1
        assert session.build(ReLU()).forward(x)[0] == 3


def test_fresh_sessions_share_the_budget(session: Session) -> None:
    session.limit(10.0)
    with session.fresh() as other:
        other.build(ReLU()).forward(np.ones(2))
        assert other.remaining == session.remaining < 10.0
