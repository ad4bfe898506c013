"""Subjects that know that they are being differentiated: a wrong backward, and a forward that vouches for it.

Only finite differences call forward again near an earlier input. So forward answers rightly everywhere, but near what
it has seen as if the wrong backward were right, or so roughly that nothing can be said of its derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backproof.mistakes.subjects import build
from backproof.specs import Array, LayerSpec, NeuralNetwork, Spec

NEAR = 0.3  # share of its size by which the steps of a ladder move an input, with room to spare
WRONG = -0.5

Lie = Callable[[Array, Array], Array]  # from the distance to the anchor and the true output to what is added


def as_if_right(moved: Array, y: Array) -> Array:
    """What the wrong term of the gradient would mean: the same number for every output."""
    return np.full(np.shape(y), WRONG * float(np.sum(moved)) / np.size(y))


def rough(moved: Array, y: Array) -> Array:
    """Nothing that a derivative could be read off; 0 where nothing has moved."""
    return np.full(np.shape(y), float(np.cos(1e9 * np.sum(moved)) - 1.0))


class _Watch:
    """Recognises a value near one that it has seen before, whatever came in between."""

    def __init__(self) -> None:
        self._anchors: list[Array] = []

    def moved(self, value: Array) -> Array:
        """The distance to the anchor; 0 for a value far from all of them, which is another one."""
        for anchor in self._anchors:
            if anchor.shape == value.shape and np.linalg.norm(value - anchor) < NEAR * np.linalg.norm(anchor):
                return value - anchor
        self._anchors.append(value.copy())
        return np.zeros_like(value)

    def forget_all_but_the_latest(self) -> None:
        """Keep one anchor."""
        del self._anchors[:-1]


class LyingLayer:
    """A layer whose backward adds the same number to all entries of the input gradient."""

    def __init__(self, spec: LayerSpec, lie: Lie, inner: Any = None) -> None:
        self._inner = build(spec) if inner is None else inner
        self._lie, self._watch, self._shape = lie, _Watch(), ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        y: Array = self._inner.forward(x)
        return y + self._lie(self._watch.moved(x), y)

    def backward(self, dy: Array) -> Array:
        right: Array = self._inner.backward(dy)
        return right + WRONG * float(np.sum(dy)) / dy.size


class LyingNetwork:
    """A network with a wrong gradient of every parameter."""

    def __init__(self, spec: NeuralNetwork, lie: Lie) -> None:
        self._inner, self._lie, self._watch = build(spec), lie, _Watch()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def forward(self) -> float:
        values = np.concatenate([value.ravel() for value in self._inner.parameters().values()])
        loss = float(self._inner.forward())
        return loss + float(self._lie(self._watch.moved(values), np.zeros(1))[0])

    def gradients(self) -> Mapping[str, Array]:
        return {name: value + WRONG for name, value in self._inner.gradients().items()}


def lying(name: str, lie: Lie) -> Callable[[Spec], Any]:
    """The reference, but for the component called `name`, which lies."""

    def made(spec: Spec) -> Any:
        if spec.name() != name:
            return build(spec)
        if isinstance(spec, NeuralNetwork):
            return LyingNetwork(spec, lie)
        assert isinstance(spec, LayerSpec)
        return LyingLayer(spec, lie)

    return made


LIES = {"as if right": as_if_right, "rough": rough}
PARTS = {
    "ReLU": (),
    "Sigmoid": (),
    "FullyConnected": (),
    "Conv": (),
    "NeuralNetwork": ("FullyConnected", "ReLU", "SoftMax", "CrossEntropyLoss", "Sgd"),
}
"""What lies about its derivative, and of what it is made."""
