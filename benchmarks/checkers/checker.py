"""What a checker is: it looks at a subject and answers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from bugs import Subject
from numpy.typing import NDArray

Array = NDArray[Any]
Outcome = Literal["accepted", "accused", "undecided"]


@dataclass(frozen=True, kw_only=True)
class Checker:
    """A gradient checker at its defaults.

    Attributes:
        name: as the tables say it.
        run: looks at a subject, with a seed for what it draws; an assertion or any other error is an accusation.
        settings: its defaults, and what the benchmark had to add.
        needs: the distribution that must be installed; empty for what the benchmark implements itself.
        element_wise: True if the evaluations grow with the number of entries.
    """

    name: str
    run: Callable[[Subject, int], Outcome]
    settings: str
    needs: str = ""
    element_wise: bool = False

    def __call__(self, subject: Subject, seed: int) -> Outcome:
        """Run it; warnings do not count."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                return self.run(subject, seed)
            except Exception:  # whatever a checker raises, its user sees an error
                return "accused"


def accused_if(wrong: object) -> Outcome:
    """The outcome of a checker that has two answers; what compares as not a number is wrong."""
    return "accused" if wrong else "accepted"


def incoming(subject: Subject, seed: int) -> Array:
    """A normal incoming gradient, for checkers that ask their user for one."""
    shape = np.shape(subject.forward(subject.x.copy()))
    return np.asarray(np.random.default_rng([seed, 2]).normal(size=shape)).astype(subject.dtype)
