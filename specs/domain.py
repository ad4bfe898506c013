"""Domains: which values an argument of a spec may take."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard


class Domain(Protocol):
    """The set of values that one argument may take."""

    def __contains__(self, value: object) -> bool:
        """Tell whether `value` is allowed."""

    def __str__(self) -> str:
        """The set, as a person writes it: `(0, 1]`."""


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class Integers:
    """Whole numbers from `low` to `high`, both included; `high` None: unbounded."""

    low: int
    high: int | None = None

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return self.low <= value and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        return f"{{{self.low}, {self.low + 1}, ...}}" if self.high is None else f"{{{self.low}, ..., {self.high}}}"


@dataclass(frozen=True)
class Reals:
    """Real numbers between `low` and `high`; `open_low` and `open_high` exclude the ends."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def __contains__(self, value: object) -> bool:
        if not _is_number(value):
            return False
        above = value > self.low if self.open_low else value >= self.low
        below = value < self.high if self.open_high else value <= self.high
        return above and below

    def __str__(self) -> str:
        left = "(" if self.open_low or math.isinf(self.low) else "["
        right = ")" if self.open_high or math.isinf(self.high) else "]"
        return f"{left}{self.low:g}, {self.high:g}{right}"


@dataclass(frozen=True)
class Instances:
    """Specs of the given kinds; `optional` allows None, `many` asks for a tuple of them."""

    kinds: tuple[type, ...]
    optional: bool = False
    many: bool = False

    def __contains__(self, value: object) -> bool:
        if value is None:
            return self.optional
        if self.many:
            return isinstance(value, tuple) and all(isinstance(item, self.kinds) for item in value)
        return isinstance(value, self.kinds)

    def __str__(self) -> str:
        names = " or ".join(kind.__name__ for kind in self.kinds)
        if self.many:
            return f"a tuple of {names}"
        return f"{names} or None" if self.optional else names


@dataclass(frozen=True)
class Sizes:
    """Tuples of `fewest` to `most` positive whole numbers: shapes, strides."""

    fewest: int
    most: int

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, tuple) or not self.fewest <= len(value) <= self.most:
            return False
        return all(size in Integers(1) for size in value)

    def __str__(self) -> str:
        count = str(self.fewest) if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"tuples of {count} positive integers"


def argument(domain: Domain, about: str, **kwargs: Any) -> Any:
    """Declare one constructor argument of a spec: its domain and what it means.

    Keyword arguments such as `default` are those of `dataclasses.field`.
    """
    return dataclasses.field(metadata={"domain": domain, "about": about}, **kwargs)


def require_domains(instance: Any) -> None:
    """Raise ValueError if an argument of the dataclass `instance` lies outside its domain."""
    for field in dataclasses.fields(instance):
        domain = field.metadata.get("domain")
        value = getattr(instance, field.name)
        if domain is not None and value not in domain:
            name = type(instance).__name__
            raise ValueError(f"{name}: {field.name}={value!r}, but should be in {domain} ({field.metadata['about']})")
