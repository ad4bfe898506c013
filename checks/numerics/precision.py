"""The precision in which results are judged, and what follows from it for steps, noise and tolerances.

It is a context, as decimal's is: `current()` is the precision of the check that runs, which `judged_in` sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MAX_LEVELS = 10  # steps of a ladder at most, in either precision


@dataclass(frozen=True, kw_only=True)
class Precision:
    """A floating-point type, and how functions that compute in it are differentiated.

    Attributes:
        dtype: NumPy name of the type.
        eps: distance of 1 to the next larger number.
        tiny: the smallest normal number.
        first_step: the largest step of a ladder, as a share of the direction.
        ratio: from one step to the next.
        jitters: evaluations by which noise is measured.
        settled: an entry is settled when its bound is below this share of the derivative's size.
        negligible: a bound below this share of the output's size does not matter.
        noisy: two answers of backward that differ by more than this share are not noisy, but wrong.
        legible: relative accuracy with which ratios of gradients are read.
        one_sided_step: step of one-sided quotients, near the root of `eps`.
    """

    dtype: str
    eps: float
    tiny: float
    first_step: float
    ratio: float
    jitters: int
    settled: float
    negligible: float
    noisy: float
    legible: float
    one_sided_step: float

    @property
    def smallest_step(self) -> float:
        """The last step of a ladder."""
        return self.first_step * self.ratio ** (1 - MAX_LEVELS)

    def rounded(self, values: Array) -> Array:
        """The nearest numbers of the type, as float64."""
        if self.dtype == "float64":
            return values
        with np.errstate(over="ignore"):
            return values.astype(self.dtype).astype(np.float64)

    def spacing(self, values: Array) -> Array:
        """The distance of each value to the next number of the type; 0 where there is none: at infinity and NaN."""
        finite = np.isfinite(values)
        distance = np.spacing(np.where(finite, values, 0.0).astype(self.dtype, copy=False))
        return np.where(finite, distance.astype(np.float64, copy=False), 0.0)


FLOAT64 = Precision(
    dtype="float64",
    eps=float(np.finfo(np.float64).eps),
    tiny=float(np.finfo(np.float64).tiny),
    first_step=2.0**-4,
    ratio=4.0,
    jitters=4,
    settled=1e-10,
    negligible=1e-6,
    noisy=1e-6,
    legible=1e-6,
    one_sided_step=2.0**-20,
)
# Noise over the step must stay small, so steps are large, and shrink slowly: truncation and noise meet in between.
FLOAT32 = Precision(
    dtype="float32",
    eps=float(np.finfo(np.float32).eps),
    tiny=float(np.finfo(np.float32).tiny),
    first_step=2.0**-2,
    ratio=2.0,
    jitters=8,
    settled=1e-6,
    negligible=1e-4,
    noisy=1e-3,
    legible=1e-3,
    one_sided_step=2.0**-10,
)
PRECISIONS = {precision.dtype: precision for precision in (FLOAT64, FLOAT32)}


def _float64() -> Precision:
    return FLOAT64


_source: ContextVar[Callable[[], Precision]] = ContextVar("precision", default=_float64)


def current() -> Precision:
    """The precision in which results are judged now; it may become coarser while results come in."""
    return _source.get()()


@contextmanager
def judged_in(source: Callable[[], Precision]) -> Iterator[None]:
    """What `source` answers is the current precision, in this thread, until the context ends."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def holds_float32(values: Any) -> bool:
    """Tell whether float64 numbers are float32 numbers, and not by chance.

    A random float64 number is one with probability 2^-29. Numbers with few digits, such as 0, 1/2 and 3, tell nothing:
    one of the entries must have more than 12 binary digits.
    """
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    rounded = FLOAT32.rounded(array)
    if not array.size or not np.array_equal(rounded, array):
        return False
    fractions = np.frexp(rounded)[0] * 2.0**12
    return bool((fractions != np.rint(fractions)).any())
