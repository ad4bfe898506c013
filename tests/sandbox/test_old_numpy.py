"""Removed names of NumPy come back with their old meaning, and go again without a trace."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from backproof.sandbox.old_numpy import REMOVED, missing_here, restore, restoring_lines

X = np.array([[3.0, 1.0], [2.0, 2.0]])

# What the names stood for, and what the functions returned, in NumPy 1.23.5 and 1.26.4.
MEANT: dict[str, Any] = {
    **{name: getattr(builtins, name) for name in ("complex", "float", "int", "object", "str")},
    "unicode": str,
    "Inf": np.inf,
    "Infinity": np.inf,
    "PINF": np.inf,
    "infty": np.inf,
    "NINF": -np.inf,
    "PZERO": 0.0,
    "NZERO": 0.0,
    "bool8": np.bool_,
    "bytes0": np.bytes_,
    "cfloat": np.complex128,
    "clongfloat": np.clongdouble,
    "complex_": np.complex128,
    "float_": np.float64,
    "int0": np.intp,
    "longcomplex": np.clongdouble,
    "longfloat": np.longdouble,
    "mat": np.asmatrix,
    "object0": np.object_,
    "singlecomplex": np.complex64,
    "str0": np.str_,
    "string_": np.bytes_,
    "uint0": np.uintp,
    "unicode_": np.str_,
    "void0": np.void,
}
RETURNED = {
    "asscalar": (np.array([2.0]), 2.0),
    "asfarray": ([1, 2], np.array([1.0, 2.0])),
    "msort": (X, np.array([[2.0, 1.0], [3.0, 2.0]])),
    "product": (X, 12.0),
    "cumproduct": (X, np.array([3.0, 3.0, 6.0, 12.0])),
    "alltrue": (X > 1, False),
    "sometrue": (X > 1, True),
    "round_": (X / 4, np.array([[1.0, 0.0], [0.0, 0.0]])),
    "trapz": (X[0], 2.0),
}


@pytest.fixture
def old() -> Iterator[tuple[str, ...]]:
    """NumPy with its removed names: which they are."""
    names, undo = missing_here(), restore()
    try:
        yield names
    finally:
        undo()


def test_aliases_mean_what_they_meant(old: tuple[str, ...]) -> None:
    there = [name for name in MEANT if name in old]
    assert {name: getattr(np, name) for name in there} == {name: MEANT[name] for name in there}
    assert all(np.isnan(getattr(np, name)) for name in ("NaN", "NAN"))
    assert np.signbit(vars(np)["NZERO"])


@pytest.mark.parametrize("name", RETURNED)
def test_functions_return_what_they_returned(name: str, old: tuple[str, ...]) -> None:
    argument, expected = RETURNED[name]
    found = getattr(np, name)(argument)
    assert name in old or name == "trapz"
    np.testing.assert_array_equal(found, expected, strict=isinstance(expected, np.ndarray))


@pytest.mark.usefixtures("old")
def test_the_others() -> None:
    names = vars(np)
    assert names["in1d"](X, [1.0, 2.0]).tolist() == [False, True, True, True]
    assert names["in1d"](X, [1.0, 2.0], invert=True).tolist() == [True, False, False, False]
    assert names["asfarray"]([1, 2], np.int32).dtype == np.float64
    assert names["asfarray"]([1, 2], dtype=np.float32).dtype == np.float32
    assert names["math"].sqrt(4) == 2
    assert names["warnings"].catch_warnings
    assert issubclass(names["VisibleDeprecationWarning"], UserWarning)


def test_all_are_restored_and_numpy_is_afterwards_as_it_was() -> None:
    before, exported = dict(vars(np)), list(np.__all__)
    undo = restore()
    assert missing_here() == ()
    assert set(REMOVED) <= set(vars(np))
    undo()
    assert list(vars(np)) == list(before)
    assert all(vars(np)[name] is value for name, value in before.items())
    assert np.__all__ == exported


def test_what_there_is_keeps_its_meaning() -> None:
    there = {name: vars(np)[name] for name in REMOVED if name in vars(np)}
    undo = restore()
    assert {name: vars(np)[name] for name in there} == there
    undo()


@pytest.mark.usefixtures("old")
def test_a_star_import_takes_them_but_for_what_python_has_itself() -> None:
    scope: dict[str, Any] = {}
    exec("from numpy import *\ntaken = product([2, 3]), NaN, float", scope)
    assert scope["taken"][0] == 6
    assert scope["taken"][2] is float
    assert "float" not in np.__all__


def test_lines_restore_as_well() -> None:
    program = f"import numpy as np\n{restoring_lines(['float', 'msort'])}"
    assert program == "import numpy as np\nnp.float = float\nnp.msort = lambda a: np.sort(a, axis=0)\n"
    assert restoring_lines(()) == ""
