"""Dropout in the four ways in which the FAU tutorial's text allows to write it, through its adapter."""

from __future__ import annotations

from typing import Any

import numpy as np

from backproof.adapters.tutorial.dropout import TutorialDropout
from backproof.mistakes import correct
from backproof.specs import Dropout, Spec

from .running import BuildSubject


class _BaseLayer:
    phase = 0  # in training, and 1 in testing


class _AnyDropout(_BaseLayer):
    """A layer of the tutorial's API.

    Args:
        keep: the probability to keep.
        scaled_in: "training" or "testing".
    """

    def __init__(self, keep: float, scaled_in: str) -> None:
        self.keep, self.scaled_in = keep, scaled_in

    def forward(self, x: Any) -> Any:
        if self.phase:
            self.factors = np.full(x.shape, self.keep if self.scaled_in == "testing" else 1.0)
        else:
            kept = np.random.random_sample(x.shape) < self.keep  # noqa: NPY002 - as submissions do
            self.factors = kept / (self.keep if self.scaled_in == "training" else 1.0)
        return x * self.factors

    def backward(self, error: Any) -> Any:
        return error * self.factors


def dropout(argument: str, scaled_in: str) -> BuildSubject:
    """Builds Dropout with an argument of that meaning, and scaling in that phase; the rest is the reference."""

    def make(probability: float) -> _AnyDropout:
        return _AnyDropout(probability if argument == "keep" else 1 - probability, scaled_in)

    def build(spec: Spec) -> Any:
        return TutorialDropout(spec, make) if isinstance(spec, Dropout) else correct(spec)

    return build
