"""A method of one object is watched: neither its other instances nor its copies are; afterwards nothing is left."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from backproof.adapters.class_api.watching import unwatch, watch
from backproof.adapters.members import stored


class Layer:
    def __init__(self) -> None:
        self.factor = 2.0

    def forward(self, x: float, *, scale: float = 1.0) -> float:
        return self.factor * scale * x


class WithoutDictionary:
    __slots__ = ("factor",)

    def __init__(self) -> None:
        self.factor = 2.0

    def forward(self, x: float, *, scale: float = 1.0) -> float:
        return self.factor * scale * x

    def backward(self, x: float) -> float:
        return self.factor * x


class Partly(WithoutDictionary):
    __slots__ = ("never_set", "other")

    @property
    def computed(self) -> None:
        raise AssertionError("properties are not asked")


def watched(kind: Callable[[], Any]) -> tuple[Any, list[tuple[Any, ...]]]:
    owner, told = kind(), list[tuple[Any, ...]]()
    watch(owner, "forward", lambda *arguments: told.append(arguments))
    return owner, told


@pytest.mark.parametrize("kind", [Layer, WithoutDictionary])
def test_the_method_does_the_same_and_tells(kind: type) -> None:
    owner, told = watched(kind)
    assert owner.forward(3.0, scale=10.0) == 60.0
    assert told == [(owner, 3.0)]
    assert type(owner).__name__ == kind.__name__


@pytest.mark.parametrize("kind", [Layer, WithoutDictionary])
def test_others_and_copies_tell_nobody(kind: type) -> None:
    owner, told = watched(kind)
    other, copy = kind(), deepcopy(owner)
    copy.factor = 7.0
    assert (other.forward(1.0), copy.forward(1.0), owner.factor) == (2.0, 7.0, 2.0)
    assert told == []


@pytest.mark.parametrize("kind", [Layer, WithoutDictionary])
def test_nothing_is_left_afterwards(kind: type) -> None:
    owner, told = watched(kind)
    unwatch(owner, "forward")
    assert type(owner) is kind
    assert pickle.loads(pickle.dumps(owner)).forward(1.0) == owner.forward(1.0) == 2.0
    assert told == []
    unwatch(owner, "forward")  # nothing to do is no error
    assert type(owner) is kind


def test_two_methods_are_watched_and_the_later_one_let_go() -> None:
    owner, told = watched(WithoutDictionary)
    watch(owner, "backward", lambda *arguments: told.append(arguments))
    unwatch(owner, "backward")
    assert owner.backward(1.0) == owner.forward(1.0) == 2.0
    assert told == [(owner, 1.0)]


def test_stored_attributes_come_from_the_dictionary_and_from_slots() -> None:
    assert stored(Layer()) == {"factor": 2.0}
    owner = Partly()
    owner.other = None
    assert stored(owner) == {"factor": 2.0, "other": None}
