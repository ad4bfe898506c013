"""Phases: anything called `Phase` that has a train and a test: a plain class, an enumeration, a namespace, a dict."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from ...specs import Phase

_PLAIN = {Phase.TRAIN: 0, Phase.TEST: 1}


def phase_value(owner: Any, phase: Phase) -> Any:
    """The phase in the terms of the submission: what its `Phase` calls so; 0 or 1 without one."""
    for base in type(owner).__mro__:
        for name, value in _members(getattr(sys.modules.get(base.__module__), "Phase", None)):
            if name.lower() in {phase.value, f"{phase.value}ing"}:
                return value
    return _PLAIN[phase]


def _members(phases: Any) -> Iterator[tuple[str, Any]]:
    """The names and the values of a `Phase`, however it is made."""
    if isinstance(phases, Mapping):
        yield from ((name, value) for name, value in phases.items() if isinstance(name, str))
    elif phases is not None:
        yield from ((name, getattr(phases, name, None)) for name in dir(phases) if not name.startswith("_"))


def set_phase(owner: Any, phase: Phase) -> None:
    """Switch a layer; one whose constructor has not called the base class's gets the attribute now."""
    owner.phase = phase_value(owner, phase)


def read_phase(owner: Any) -> Phase:
    """The phase that a layer is in; train if it has no idea of phases."""
    missing = object()
    value = getattr(owner, "phase", missing)
    return Phase.TEST if value is not missing and bool(value == phase_value(owner, Phase.TEST)) else Phase.TRAIN
