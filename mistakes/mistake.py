"""Mistake: one known wrong implementation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..specs import Spec


class Build(Protocol):
    """Builds subjects of all kinds, in the framework's choices or in others; see `subjects.build`."""

    def __call__(self, spec: Spec, *, choices: Mapping[str, str] | None = None) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A known wrong implementation, with a name, an explanation and a hint.

    Attributes:
        id: `COMPONENT.WHAT`, for example `dropout.backward-unscaled`.
        spec: name of the spec that it implements wrongly.
        title: what is wrong, in a few words.
        explanation: for a student: what the code does instead, and why that is wrong.
        hint: what to change, as a line of code or a formula where possible.
        families: the families of checks in which it must be reported, the main one first.
        build: builds subjects of all kinds; wherever the spec occurs, also inside a network, the mistake is made.
        level: the level at which it must be caught: core, full or strict.
        cases: names of the cases at which it shows; empty if it is not tied to particular ones.
    """

    id: str
    spec: str
    title: str
    explanation: str
    hint: str
    families: tuple[str, ...]
    build: Build
    level: str = "full"
    cases: tuple[str, ...] = ()
