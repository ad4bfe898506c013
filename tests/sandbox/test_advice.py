"""Advice: what NumPy and SciPy have removed is explained in one sentence, whatever else fails is not."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from backproof.sandbox.advice import advice_on
from backproof.sandbox.old_numpy import NEWER, REMOVED, missing_here

IMPORTED = "cannot import name '{}' from 'numpy' (/usr/lib/python3/site-packages/numpy/__init__.py)"


def raised_for(name: str) -> str:
    """What this NumPy says of a name that it is without."""
    with warnings.catch_warnings(action="ignore"), pytest.raises(AttributeError) as caught:
        getattr(np, name)
    return str(caught.value)


@pytest.mark.parametrize("name", missing_here())
def test_every_name_that_is_missing_here_is_explained_in_this_numpys_words(name: str) -> None:
    sentence = advice_on(raised_for(name))
    assert sentence.startswith(f"np.{name} was removed in NumPy {REMOVED[name].version}; write ")
    assert sentence.endswith(", or check with --compat numpy")
    assert advice_on(IMPORTED.format(name)) == sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("float", "np.float was removed in NumPy 1.24; write float, or check with --compat numpy"),
        ("bool", "np.bool was removed in NumPy 1.24; write bool, or check with --compat numpy"),
        ("product", "np.product was removed in NumPy 2.0; write np.prod, or check with --compat numpy"),
        ("NaN", "np.NaN was removed in NumPy 2.0; write np.nan, or check with --compat numpy"),
        ("in1d", "np.in1d was removed in NumPy 2.4; write np.isin, or check with --compat numpy"),
        ("math", "np.math was removed in NumPy 2.0; write math (import math), or check with --compat numpy"),
    ],
)
def test_names_are_explained_in_any_numpy(name: str, sentence: str) -> None:
    assert advice_on(f"module 'numpy' has no attribute '{name}'") == sentence


def test_what_is_not_restored_is_explained_without_the_option() -> None:
    explained = advice_on("`np.cast` was removed in the NumPy 2.0 release. Use `np.asarray(arr, dtype=dtype)` instead.")
    assert explained == "np.cast was removed in NumPy 2.0; use np.asarray(arr, dtype=dtype) instead"
    assert advice_on("`np.get_array_wrap` was removed in the NumPy 2.0 release. ") == (
        "np.get_array_wrap was removed in NumPy 2.0"
    )


def test_names_of_a_newer_numpy() -> None:
    for name, version in NEWER.items():
        sentence = advice_on(f"module 'numpy' has no attribute '{name}'")
        assert sentence.startswith(f"np.{name} needs NumPy {version} or later, and here is NumPy {np.__version__};")
        assert "--compat" not in sentence
        if tuple(map(int, np.__version__.split(".")[:2])) >= tuple(map(int, version.split("."))):
            assert hasattr(np, name)


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("'numpy.ndarray' object has no attribute 'tostring'", "x.tostring of arrays was removed in NumPy 2.3; write"),
        ("`ptp` was removed from the ndarray class in NumPy 2.0. Use np.ptp(arr, ...) instead.", "x.ptp of arrays was"),
        ("'numpy.ndarray' object has no attribute 'mT'", "x.mT of arrays needs NumPy 2.0 or later"),
        ("No module named 'scipy.misc'", "SciPy removed scipy.misc; load"),
        ("module 'scipy' has no attribute 'misc'", "SciPy removed scipy.misc; load"),
        ("cannot import name 'misc' from 'scipy' (/x/__init__.py)", "SciPy removed scipy.misc; load"),
        ("cannot import name 'imread' from 'scipy.misc' (/x/__init__.py)", "SciPy removed scipy.misc.imread; load"),
        (
            "module 'scipy.misc' has no attribute 'logsumexp'",
            "SciPy removed scipy.misc.logsumexp; write scipy.special.",
        ),
    ],
)
def test_methods_and_scipy(text: str, beginning: str) -> None:
    sentence = advice_on(text)
    assert sentence.startswith(beginning)
    assert "--compat" not in sentence


def test_rows_of_different_lengths_in_this_numpys_words() -> None:
    with pytest.raises(ValueError, match="inhomogeneous") as caught:
        np.array([[1.0], [1.0, 2.0]])
    assert advice_on(str(caught.value)).startswith("since NumPy 1.24 rows of different lengths make no array")
    assert "--compat" not in advice_on(str(caught.value))


def test_an_array_with_axes_as_a_number() -> None:
    text = "only 0-dimensional arrays can be converted to Python scalars"
    assert advice_on(text).endswith("write x.item()")


@pytest.mark.parametrize(
    "text",
    [
        "module 'numpy' has no attribute 'relu'",
        "module 'framework' has no attribute 'product'",
        "'numpy.ndarray' object has no attribute 'relu'",
        "cannot import name 'product' from 'framework' (/x.py)",
        "name 'product' is not defined",
        "setting an array element with a sequence.",
        "No module named 'scipy'",
        "",
    ],
)
def test_other_errors_are_not_explained(text: str) -> None:
    assert advice_on(text) == ""
