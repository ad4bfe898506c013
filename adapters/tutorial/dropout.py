"""DropOut: which probability it takes, and in which phase it scales, are found out by looking at what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...specs import Array, Dropout, Phase
from ..seeding import preserved_random_state
from .layers import PlainLayer
from .phases import set_phase

_DROPPED = 0.2  # far from one half: what is kept tells the two meanings apart, by 70 standard deviations
_ENTRIES = (120, 120)


class TutorialDropout(PlainLayer):
    """A dropout layer, seen as inverted dropout with the probability to keep.

    The course's docstring means the probability to drop, its text the one to keep; and dropout that scales in the test
    phase (Srivastava et al. 2014, section 4) is inverted dropout (section 10) times the probability to keep, in both
    phases. Neither choice is a mistake.

    Args:
        spec: the configured component.
        make: constructs the submission's layer with its probability.
    """

    spec: Dropout

    def __init__(self, spec: Dropout, make: Callable[[float], Any]) -> None:
        self._argument, self._scaling = _conventions(make)
        probability = spec.keep if self._argument == "keep" else 1 - spec.keep
        super().__init__(spec, make(probability), (probability,))
        self._divisor = spec.keep if self._scaling == "in testing" else 1.0

    def forward(self, x: Array) -> Array:
        return self._seen(super().forward(x))

    def backward(self, dy: Array) -> Array:
        return self._seen(super().backward(dy))

    def declared(self) -> Mapping[str, Any]:
        return {**super().declared(), "dropout argument": self._argument, "dropout scaling": self._scaling}

    def _seen(self, value: Array) -> Array:
        return value if self._divisor == 1 else value / self._divisor


def _conventions(make: Callable[[float], Any]) -> tuple[str, str]:
    """What a layer of its own does with ones; if it raises, that will be seen again when it is checked."""
    argument, scaling = "drop", "in training"
    with preserved_random_state():
        try:
            layer = make(_DROPPED)
            set_phase(layer, Phase.TRAIN)
            trained = np.asarray(layer.forward(np.ones(_ENTRIES)))
            kept = float(np.mean(trained != 0))
            argument = "drop" if abs(kept - (1 - _DROPPED)) < abs(kept - _DROPPED) else "keep"
            keep = 1 - _DROPPED if argument == "drop" else _DROPPED
            set_phase(layer, Phase.TEST)
            tested = np.asarray(layer.forward(np.ones(_ENTRIES)))
            plain = bool(np.isin(trained, (0.0, 1.0)).all())
            scaling = "in testing" if plain and np.allclose(tested, keep, rtol=1e-6) else "in training"
        except Exception:  # noqa: S110 - as the docstring says
            pass
    return argument, scaling
