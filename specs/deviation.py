"""Deviation: where a course demands what is mathematically wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .spec import Spec


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A wrong result that a course demands, declared so that it can be told from every other wrong result.

    What the course demands is the right result times an argument of the component. A failing check is repeated with
    the results divided by that argument: if the law holds then, the component is wrong in this way and in no other.

    Attributes:
        findings: globs over the ids of the findings that it explains.
        spec: name of the component's spec.
        method: whose result differs.
        factor: the argument of the spec that the right result is multiplied by.
        sentence: what the course demands, and why that is wrong.
        source: where the course demands it.
        editions: the editions of the course that do; empty for all.
    """

    findings: tuple[str, ...]
    spec: str
    method: str
    factor: str
    sentence: str
    source: str
    editions: tuple[str, ...] = ()

    def corrected(self, spec: Spec, method: str, value: Any) -> Any:
        """What a call would have returned if the course demanded what is right; anything odd stays as it is."""
        if spec.name() != self.spec or method != self.method or not hasattr(value, "dtype"):
            return value
        return value / spec.arguments()[self.factor]
