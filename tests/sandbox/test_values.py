"""What a subject returns becomes a value that may cross, or a description; never an exception."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from backproof.sandbox.frames import encode
from backproof.sandbox.values import ENTRIES, TEXT_LENGTH, Encoder, Opaque, cap, printable


class Loud:
    def __repr__(self) -> str:
        raise ValueError("no")


def plain(value: Any, array_bytes: int = 1000) -> Any:
    return Encoder(array_bytes).plain(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (np.True_, True),
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.complex64(2j), 2j),
        ("text", "text"),
        ((1, (2,)), [1, [2]]),
        (OrderedDict(a=MappingProxyType({"b": 1})), {"a": {"b": 1}}),
    ],
)
def test_numbers_text_and_collections_cross(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", ">f4", "<f8", ">i2", "complex128"])
def test_numeric_arrays_cross_in_the_order_of_the_machine(dtype: str) -> None:
    found = plain(np.ones(2, dtype=dtype))
    assert found.dtype.isnative
    assert found.dtype.name == np.dtype(dtype).name
    np.testing.assert_array_equal(found, np.ones(2))


def test_a_matrix_becomes_an_array() -> None:
    assert type(plain(np.ones((1, 2)).view(np.matrix))) is np.ndarray


def test_arrays_are_not_copied() -> None:
    array = np.ones(3)
    assert plain([array])[0] is array


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (np.array([None]), "ndarray of object"),
        (np.array(["a"]), "ndarray of <U1"),
        (np.array(["2020"], dtype="M8[Y]"), "ndarray of datetime64[Y]"),
        (np.zeros(1, dtype="f8,i4"), "ndarray of [('f0', '<f8'), ('f1', '<i4')]"),
        (np.ones(1, dtype=np.longdouble), f"ndarray of {np.dtype(np.longdouble)}"),
        (np.ma.masked_array([1.0]), "MaskedArray of float64"),
        (np.ones(126), "ndarray of float64"),
        (np.longdouble(1), "longdouble"),
        (2**64, "int"),
        (b"raw", "bytes"),
        ({1: 2}, "dict with other keys than strings"),
        ({1, 2}, "set"),
        (range(3), "range"),
        (Loud(), "Loud"),
        (list(range(ENTRIES)), "list"),
    ],
)
def test_anything_else_is_described(value: Any, type_name: str) -> None:
    found = plain(value)
    assert isinstance(found, Opaque)
    assert found.type_name == type_name
    assert 0 < len(found.text) < TEXT_LENGTH + 50


def test_descriptions_hold_no_addresses() -> None:
    assert plain(object()) == Opaque("object", "<object object>")
    assert str(plain(Loud())) == "Loud: its repr raises ValueError"


def test_the_budget_for_arrays_is_one_for_all() -> None:
    found = plain([np.ones(100), np.ones(100)])
    assert isinstance(found[0], np.ndarray)
    assert isinstance(found[1], Opaque)


def test_nested_and_cyclic_lists_end() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    found = plain(cycle)
    for _ in range(8):
        (found,) = found
    assert isinstance(found, Opaque)


def test_many_small_entries_fit_a_frame() -> None:
    assert encode(1, plain([0.1] * (ENTRIES - 10)))


def test_long_texts_say_how_much_is_left_out() -> None:
    assert cap("abcdef", 4) == "abcd... (2 more characters)"
    assert len(plain("x" * 10**6)) < TEXT_LENGTH + 50


def test_texts_are_harmless_for_a_terminal() -> None:
    assert printable("a\x1b[31m\r\nb\t\N{SNOWMAN}\ud800\x9b") == "a\ufffd[31m\ufffd\nb\t\N{SNOWMAN}?\ufffd"


def test_integers_that_python_does_not_print_are_described() -> None:
    assert plain(10**5000) == Opaque("int", "its repr raises ValueError")


def test_descriptions_are_harmless_for_a_terminal() -> None:
    assert Opaque("A\x1b", "\x1b[2J\x07") == Opaque("A\ufffd", "\ufffd[2J\ufffd")
