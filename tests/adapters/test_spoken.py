"""Methods that are made of the code that reports show."""

from __future__ import annotations

import traceback

import pytest

from backproof.adapters.spoken import said_by, spoken
from backproof.specs import Unsupported


class Own:
    factor = 3

    def scaled(self, value: float, by: float = 1.0) -> float:
        return self.factor * value / by


class Adapted:
    scaled = spoken("$self.scaled($0, $1)")
    twice = spoken(lambda adapter: f"2 * $self.scaled($0, {adapter.own.factor})")
    _listed = spoken("[$self.scaled($0)]")
    lacking = spoken("$self.predict($0)", needs="predict")
    plain = 1

    def __init__(self) -> None:
        self.own = Own()

    def listed(self, value: float) -> list[float]:
        result: list[float] = self._listed(value)
        return [*result, 0.0]


class Derived(Adapted):
    def scaled(self, value: float, by: float) -> float:
        result: float = super().scaled(value, by) + 1
        return result


def test_the_call_is_the_text() -> None:
    adapter = Adapted()
    assert (adapter.scaled(4, 2), adapter.twice(5), adapter.listed(1)) == (6, 10, [3, 0])
    assert said_by(adapter) == {
        "scaled": "$self.scaled($0, $1)",
        "twice": "2 * $self.scaled($0, 3)",
        "listed": "[$self.scaled($0)]",
    }


def test_an_override_says_what_it_overrides() -> None:
    assert Derived().scaled(4, 2) == 7
    assert said_by(Derived()) == said_by(Adapted())


def test_what_the_object_lacks_is_not_offered() -> None:
    with pytest.raises(Unsupported, match="Own has no method predict"):
        Adapted().lacking(1)


def test_a_wrong_number_of_arguments_is_an_error() -> None:
    with pytest.raises(TypeError):
        Adapted().scaled(1)


def test_an_error_shows_no_line_of_its_own() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        Adapted().scaled(1, 0)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.name for frame in frames][-2:] == ["<lambda>", "scaled"]


def test_nothing_is_touched_before_the_call() -> None:
    class Touchy:
        def __getattr__(self, name: str) -> float:
            raise KeyError(name)

    adapter = Adapted()
    adapter.own = Touchy()  # type: ignore[assignment]
    method = adapter.lacking
    with pytest.raises(KeyError):
        method(1)
