"""Sizes: the numbers that a spec's cases are made from, and the names of cases that say them.

A spec declares its sizes as one or more forms: a form maps each size's name to the values that are worth drawing, the
simplest first. Which case belongs to the values, the spec's `sized` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .domain import Integers

Size = int | float | str


@dataclass(frozen=True)
class Choices:
    """A few values that are worth drawing where a range of whole numbers does not fit; the simplest first."""

    values: tuple[Size, ...]

    def __contains__(self, value: object) -> bool:
        return any(type(known) is type(value) and known == value for known in self.values)

    def __str__(self) -> str:
        return f"{{{', '.join(map(str, self.values))}}}"


Form = Mapping[str, Integers | Choices]

VECTORS: Form = {"batch": Integers(1, 8), "features": Integers(1, 8)}
IMAGES: Form = {"batch": Integers(1, 4), "channels": Integers(1, 4), "height": Integers(1, 6), "width": Integers(1, 6)}
WEIGHTS: tuple[Form, ...] = (
    {"entries": Integers(1, 9)},
    {"rows": Integers(1, 6), "columns": Integers(1, 6)},
    {"kernels": Integers(1, 4), "channels": Integers(1, 4), "height": Integers(1, 5), "width": Integers(1, 5)},
)


def sizes_text(sizes: Mapping[str, Size]) -> str:
    """The name of the case with these sizes: `batch=1,inputs=2`."""
    return ",".join(f"{name}={value}" for name, value in sizes.items())


def sizes_from_text(forms: tuple[Form, ...], text: str) -> dict[str, Size] | None:
    """The inverse of `sizes_text`; None if the text names no case of these forms."""
    pairs = [part.partition("=") for part in text.split(",")]
    names = [name for name, _, _ in pairs]
    form = next((form for form in forms if list(form) == names), None)
    if form is None:
        return None
    sizes = {name: _value(form[name], written) for name, _, written in pairs}
    known = {name: value for name, value in sizes.items() if value is not None}
    return known if len(known) == len(sizes) and sizes_text(known) == text else None


def in_order(forms: tuple[Form, ...], sizes: Mapping[str, Size]) -> dict[str, Size]:
    """The sizes in the order of their form.

    Larger numbers than a form finds worth drawing are allowed, smaller ones are not.

    Raises:
        ValueError: they have no form, or a value lies outside.
    """
    form = next((form for form in forms if form.keys() == sizes.keys()), None)
    if form is None:
        known = " or ".join(", ".join(form) for form in forms) or "none"
        raise ValueError(f"the sizes are {', '.join(sizes)}, but should be {known}")
    for name, allowed in form.items():
        if not _allows(allowed, sizes[name]):
            raise ValueError(f"{name}={sizes[name]!r}, but should be in {allowed}")
    return {name: sizes[name] for name in form}


def _allows(allowed: Integers | Choices, value: Size) -> bool:
    return value in (Integers(allowed.low) if isinstance(allowed, Integers) else allowed)


def _value(allowed: Integers | Choices, written: str) -> Size | None:
    if isinstance(allowed, Choices):
        return next((value for value in allowed.values if str(value) == written), None)
    value = int(written) if written.isascii() and written.isdigit() and len(written) < 8 else None
    return value if value is not None and _allows(allowed, value) else None
