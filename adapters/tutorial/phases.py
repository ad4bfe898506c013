"""Phases: plain class attributes (`Phase.train = 0`), or an enumeration of the same names."""

from __future__ import annotations

import sys
from typing import Any

from ...specs import Phase

_PLAIN = {Phase.TRAIN: 0, Phase.TEST: 1}


def phase_value(owner: Any, phase: Phase) -> Any:
    """The phase in the terms of the submission: an attribute of its class `Phase`; 0 or 1 without one."""
    for base in type(owner).__mro__:
        phases = getattr(sys.modules.get(base.__module__), "Phase", None)
        for name in vars(phases) if isinstance(phases, type) else ():
            if name.lower() in {phase.value, f"{phase.value}ing"}:
                return getattr(phases, name)
    return _PLAIN[phase]


def set_phase(owner: Any, phase: Phase) -> None:
    """Switch a layer; one whose constructor has not called the base class's gets the attribute now."""
    owner.phase = phase_value(owner, phase)


def read_phase(owner: Any) -> Phase:
    """The phase that a layer is in; train if it has no idea of phases."""
    missing = object()
    value = getattr(owner, "phase", missing)
    return Phase.TEST if value is not missing and bool(value == phase_value(owner, Phase.TEST)) else Phase.TRAIN
