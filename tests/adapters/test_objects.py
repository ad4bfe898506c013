"""Adapters as a table: what is told to an object, and where its arrays are found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backproof.adapters.objects import Layer, Loss, adapt
from backproof.adapters.places import Place
from backproof.specs import Dropout, FullyConnected, MeanSquaredError, Phase, ReLU, Unsupported

DENSE = FullyConnected(input_size=2, output_size=3)


@pytest.mark.parametrize("text", ["W", "W.T", 'params["W"]', "params['W'].T", "list[1]", "inner.W", "list[-1]"])
def test_what_is_written_at_a_place_is_read_there(text: str) -> None:
    owner = SimpleNamespace(W=np.zeros((2, 3)), inner=SimpleNamespace(W=np.zeros((2, 3))))
    owner.params, owner.list = {"W": np.zeros((2, 3))}, [0, np.zeros((2, 3))]
    value = np.arange(6.0).reshape((3, 2) if text.endswith(".T") else (2, 3))
    Place(text).write(owner, value)
    assert np.array_equal(Place(text).read(owner), value)


def test_an_array_is_written_in_place_and_anything_else_is_replaced() -> None:
    row = np.zeros((1, 3))
    owner = SimpleNamespace(b=row, late=None, params={"late": None})
    Place("b").write(owner, np.arange(3.0))
    assert owner.b is row
    assert np.array_equal(row, [[0, 1, 2]])
    for text in ("late", 'params["late"]'):
        Place(text).write(owner, np.arange(3.0))
        assert np.array_equal(Place(text).read(owner), [0, 1, 2])


@pytest.mark.parametrize("text", ["", "W,", ".W", "W[", "W[x]", "[0]", "W T", "W()"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no place on an object"):
        Place(text)
    if text:
        with pytest.raises(ValueError, match="is no place on an object"):
            Layer(SimpleNamespace, weights=("W", text))


def test_the_phase_is_told_by_attributes_or_methods() -> None:
    calls: list[str] = []
    own = SimpleNamespace(train=lambda: calls.append("train"), eval=lambda: calls.append("eval"))
    spec = Dropout(keep=0.5)
    attributes = Layer(lambda spec: own, training="on", testing="off").adapt(spec)
    methods = Layer(lambda spec: own, training="train()", testing="eval()").adapt(spec)
    for phase, expected in ((Phase.TEST, (False, True)), (Phase.TRAIN, (True, False))):
        attributes.set_phase(phase)
        methods.set_phase(phase)
        assert (own.on, own.off) == expected
        assert methods.training is expected[0]
    assert calls == ["eval", "train"]


def test_gradients_are_found_on_the_object_or_in_what_backward_returns() -> None:
    own = SimpleNamespace(W=np.zeros((3, 2)), b=np.zeros((1, 3)), db=np.ones((1, 3)))
    layer: Any = Layer(
        lambda spec: own,
        forward=lambda self, x: x @ self.own.W.T,
        backward=lambda self, dy: (dy @ self.own.W, dy.T @ self.x),
        weights=("W.T", "returned[1].T"),
        bias=("b", "db"),
    ).adapt(DENSE)
    layer.assign({"weights": np.arange(6.0).reshape(2, 3)})
    x, dy = np.ones((4, 2)), np.ones((4, 3))
    assert layer.forward(x).tolist() == (x @ np.arange(6.0).reshape(2, 3)).tolist()
    assert layer.backward(dy).shape == (4, 2)
    assert {name: value.shape for name, value in layer.parameters().items()} == {"weights": (2, 3), "bias": (3,)}
    assert np.array_equal(layer.gradients()["weights"], x.T @ dy)
    assert np.array_equal(layer.gradients()["bias"], np.ones(3))


def test_what_the_table_does_not_say_is_unsupported() -> None:
    layer: Any = Layer(lambda spec: None).adapt(ReLU())
    loss: Any = Loss(lambda spec: None).adapt(MeanSquaredError())
    x = np.zeros((2, 3))
    attempts = (
        lambda: layer.forward(x),
        lambda: layer.backward(x),
        lambda: layer.assign({"weights": x}),
        lambda: loss.forward(x, x),
        lambda: loss.backward(x),
    )
    for attempt in attempts:
        with pytest.raises(Unsupported, match=r"give its entry of (ReLU|MeanSquaredError) the argument"):
            attempt()
    assert adapt(DENSE, {"ReLU": Layer(lambda spec: None)}) is None
