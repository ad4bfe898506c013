"""Names that NumPy had once: when they went, what to write instead, and their old meaning for who wants it back.

Sources: NumPy's release notes 1.23, 1.24, 2.0 and 2.4, section "Expired deprecations"; what was never documented
(`np.math`, `np.warnings`, `np.bool8`) from the names of the releases 1.23.5, 1.24.4, 1.26.4, 2.0.2 and 2.3.5.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Removed:
    """A name that NumPy has removed.

    Attributes:
        version: the first that is without it.
        instead: what to write, as Python.
        meaning: what it stood for, as Python; empty if that is `instead`.
    """

    version: str
    instead: str
    meaning: str = ""


_OLD = {
    "1.23": {"asscalar": ("x.item()", "lambda a: np.asarray(a).item()")},
    "1.24": {
        **{name: (name, "") for name in ("bool", "complex", "float", "int", "object", "str")},
        "long": ("int", ""),
        "unicode": ("str", ""),
        "warnings": ("warnings (import warnings)", "__import__('warnings')"),
    },
    "2.0": {
        **dict.fromkeys(("Inf", "Infinity", "PINF", "infty"), ("np.inf", "")),
        **dict.fromkeys(("NAN", "NaN"), ("np.nan", "")),
        "NINF": ("-np.inf", ""),
        "NZERO": ("-0.0", ""),
        "PZERO": ("0.0", ""),
        "alltrue": ("np.all", ""),
        "asfarray": (
            "np.asarray(x, dtype=float)",
            "lambda a, dtype=np.float64: np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)",
        ),
        "bool8": ("np.bool_", ""),
        "bytes0": ("np.bytes_", ""),
        "cfloat": ("np.complex128", ""),
        "clongfloat": ("np.clongdouble", ""),
        "complex_": ("np.complex128", ""),
        "cumproduct": ("np.cumprod", ""),
        "float_": ("np.float64", ""),
        "int0": ("np.intp", ""),
        "longcomplex": ("np.clongdouble", ""),
        "longfloat": ("np.longdouble", ""),
        "mat": ("np.asmatrix", ""),
        "math": ("math (import math)", "__import__('math')"),
        "msort": ("np.sort(x, axis=0)", "lambda a: np.sort(a, axis=0)"),
        "object0": ("np.object_", ""),
        "product": ("np.prod", ""),
        "round_": ("np.round", ""),
        "singlecomplex": ("np.complex64", ""),
        "sometrue": ("np.any", ""),
        "str0": ("np.str_", ""),
        "string_": ("np.bytes_", ""),
        "uint0": ("np.uintp", ""),
        "unicode_": ("np.str_", ""),
        "void0": ("np.void", ""),
        **{
            name: (f"np.exceptions.{name}", "")
            for name in ("AxisError", "ComplexWarning", "RankWarning", "TooHardError", "VisibleDeprecationWarning")
        },
    },
    "2.4": {
        "in1d": ("np.isin", "lambda ar1, ar2, *rest, **options: np.isin(np.ravel(ar1), ar2, *rest, **options)"),
        "trapz": ("np.trapezoid", ""),
    },
}
REMOVED: Mapping[str, Removed] = {
    name: Removed(version, *texts) for version, names in _OLD.items() for name, texts in names.items()
}
"""By name, without `np.`; all of them can be restored."""

# The names that are newer than the oldest NumPy with which Backproof works, 1.26.
_NEW = {
    "2.0": (
        "acos acosh asin asinh astype atan atan2 atanh bitwise_count bitwise_invert bitwise_left_shift "
        "bitwise_right_shift concat isdtype matrix_transpose permute_dims pow strings trapezoid ulong unique_all "
        "unique_counts unique_inverse unique_values vecdot"
    ),
    "2.1": "cumulative_prod cumulative_sum unstack",
    "2.2": "matvec vecmat",
}
NEWER: Mapping[str, str] = {name: version for version, names in _NEW.items() for name in names.split()}
"""By name, the first version that has it."""


def missing_here() -> tuple[str, ...]:
    """The removed names that the NumPy of this process is without."""
    return tuple(name for name in sorted(REMOVED) if name not in vars(np))


def restore() -> Callable[[], None]:
    """Give the NumPy of this process its removed names back; what is returned takes them away again."""
    names, exported = missing_here(), list(np.__all__)
    vars(np).update({name: eval(_text(name), {"np": np}) for name in names})  # noqa: S307 - a text of the table above
    # `from numpy import *` never replaced what Python has under the same name.
    np.__all__ += [name for name in names if not hasattr(builtins, name)]

    def undo() -> None:
        np.__all__[:] = exported
        for name in names:
            vars(np).pop(name, None)

    return undo


def restoring_lines(names: Iterable[str]) -> str:
    """The lines that give NumPy back these of its removed names, for a program that imports it as `np`."""
    return "".join(f"np.{name} = {_text(name)}\n" for name in names)


def _text(name: str) -> str:
    return REMOVED[name].meaning or REMOVED[name].instead
