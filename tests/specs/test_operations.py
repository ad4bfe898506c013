"""The tables of operations: what a declaration says is what base classes, questions and readers of the table do."""

from __future__ import annotations

import inspect
import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from backproof.specs import (
    Answer,
    Array,
    Constant,
    Dropout,
    FullyConnected,
    InitializerSubject,
    Kind,
    LayerSubject,
    LossSubject,
    Operation,
    Phase,
    Question,
    ReLU,
    Subject,
    Unsupported,
    all_specs,
    operation,
    operations,
    question,
)

X = np.ones((1, 2))
EVERY = [(kind, known) for kind in Kind for known in operations(kind).values()]


# The tables.


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_table(kind: Kind) -> None:
    assert operations(kind)
    assert all(name == known.name for name, known in operations(kind).items())


def test_what_counts_as_an_evaluation() -> None:
    """A forward, or what stands for it; a pass that only differentiates does not count."""
    counted = {(str(kind), known.name) for kind, known in EVERY if known.evaluates}
    assert counted == {
        ("layer", "forward"),
        ("layer", "initialize"),
        ("loss", "forward"),
        ("regularizer", "norm"),
        ("optimizer", "update"),
        ("initializer", "initialize"),
        ("network", "forward"),
        ("network", "train"),
        ("network", "test"),
        ("perceptron", "train"),
        ("model", "forward"),
        ("model", "test"),
        ("checkpoint", "train"),
        ("checkpoint", "test"),
        ("evaluator", "test"),
    }


def test_arguments_come_from_the_signature() -> None:
    update, draw = operations(Kind.OPTIMIZER)["update"], operations(Kind.INITIALIZER)["initialize"]
    assert update.arguments == update.arrays == ("weights", "gradient")
    assert draw.arguments == ("shape", "fan_in", "fan_out")
    assert draw.arrays == ()
    assert operations(Kind.NETWORK)["backward"].arguments == ()


def test_what_returns_nothing_is_known() -> None:
    silent = {known.name for known in operations(Kind.LAYER).values() if not known.tells}
    assert silent == {"set_phase", "assign", "reseed", "attach_optimizer", "memorize", "attach_penalty"}


@pytest.mark.parametrize(("kind", "known"), EVERY, ids=lambda value: getattr(value, "name", str(value)))
def test_what_must_be_returned_fits_the_declared_type(kind: Kind, known: Operation) -> None:
    """An answer that a reader of the table looks at is one that the annotation allows."""
    returned = str(inspect.signature(known.function).return_annotation)
    expected = {
        Answer.NUMBER: "float",
        Answer.NUMBERS: "list[float]",
        Answer.TEXTS: "list[str]",
        Answer.NAMED: "Mapping[str, Array]",
        Answer.FANS: "Mapping[str, Any]",
        Answer.ANY: returned,
    }
    assert returned == expected.get(known.answer, "Array"), kind
    assert inspect.getdoc(known.function)


def test_a_class_shares_the_table_of_what_it_extends_but_does_not_change_it() -> None:
    class Fewer(LayerSubject):
        """An adapter with a method of its own."""

        def forward(self, x: Array) -> Array:
            return x

        def show(self) -> None:
            """No operation."""

    assert "show" not in operations(Kind.LAYER)
    assert operations(Kind.LAYER)["forward"].function is not Fewer.forward
    assert Fewer(ReLU()).forward(X) is X


# The base classes.


@pytest.mark.parametrize(("kind", "known"), EVERY, ids=lambda value: getattr(value, "name", str(value)))
def test_what_is_needed_and_not_overridden_is_unsupported(kind: Kind, known: Operation) -> None:
    for spec in (cls.plainest().spec for cls in all_specs().values() if cls.kind is kind):
        subject = subject_class(kind)(spec)
        given = [None] * len(known.arguments)
        if not known.needed(spec):
            continue
        sentence = f"the adapter of {spec.name()} does not offer {known.name}; override {type(subject).__name__}."
        with pytest.raises(Unsupported, match=sentence):
            getattr(subject, known.name)(*given)


def subject_class(kind: Kind) -> type[Subject]:
    """The class that has declared the kind's operations."""
    (found,) = [cls for cls in classes_below(Subject) if cls.__name__ == f"{str(kind).capitalize()}Subject"]
    return found


def classes_below(cls: type[Subject]) -> set[type[Subject]]:
    direct = {each for each in cls.__subclasses__() if each.__module__.startswith("backproof.specs")}
    return direct.union(*(classes_below(each) for each in direct))


def test_what_is_not_needed_answers_the_default_each_time_anew() -> None:
    layer = LayerSubject(ReLU())
    fans: Any = layer.initialize(1.0, 2.0)
    fans["fans"].append([1, 2])
    assert layer.initialize(1.0, 2.0) == {"fans": []}
    assert layer.parameters() == layer.declared() == {}
    assert layer.reformat(X) is None
    layer.set_phase(Phase.TEST)
    with pytest.raises(Unsupported, match="does not offer set_phase"):
        LayerSubject(Dropout(keep=0.5)).set_phase(Phase.TEST)


@pytest.mark.parametrize(
    "subject", [LayerSubject(ReLU()), InitializerSubject(Constant(value=1.0))], ids=["layer", "initializer"]
)
def test_reseeding_seeds_what_all_share(subject: LayerSubject | InitializerSubject) -> None:
    draws = []
    for seed in (4, 4 + 2**32, 5):
        subject.reseed(seed)
        draws.append((np.random.rand(), random.random()))  # noqa: NPY002 - what implementations draw from
    assert draws[0] == draws[1] != draws[2]


def test_a_declared_method_keeps_its_signature_and_its_docstring() -> None:
    assert str(inspect.signature(LayerSubject.forward)) == "(self, x: 'Array') -> 'Array'"
    assert LayerSubject.forward.__doc__ == "Y = f(x; parameters)."


# Declarations of one's own.


def test_the_condition_of_an_operation_decides_by_the_spec() -> None:
    class Own(Subject):
        """Needs its method for layers with parameters alone."""

        @operation(needed=lambda spec: bool(spec.parameters()), default=lambda x: x + 1)
        def changed(self, x: int) -> int:  # type: ignore[empty-body]  # the decorator supplies it
            """One more."""

    assert Own(ReLU()).changed(1) == 2
    with pytest.raises(Unsupported, match=r"override Own\.changed to have it checked"):
        Own(FullyConnected(input_size=1, output_size=1)).changed(1)


# Questions.


def test_a_question_is_a_name_and_arguments() -> None:
    forward = question(LossSubject.forward)
    method, arguments = asked = forward(X, 2 * X)
    assert isinstance(asked, Question)
    assert method == "forward"
    assert arguments[0] is X
    assert forward(prediction=X, target=X) == forward(X, target=X) == Question("forward", (X, X))


def test_a_question_without_arguments() -> None:
    parameters = question(LayerSubject.parameters)
    assert parameters() == ("parameters", ())
    answered: Mapping[str, str] = {parameters().method: "read"}
    assert answered == {"parameters": "read"}


def test_a_question_with_the_wrong_arguments_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        question(LayerSubject.forward)(z=X)  # type: ignore[call-arg]  # that is the point
    with pytest.raises(TypeError, match="too many positional arguments"):
        question(LayerSubject.forward)(X, X)  # type: ignore[call-arg]  # that is the point


def test_an_operation_that_is_never_needed_asks_nothing_of_the_subject() -> None:
    """An adapter of one's own may have a constructor that keeps no spec."""

    class Own(InitializerSubject):
        def __init__(self) -> None:
            """Keep nothing."""

    Own().reseed(3)
