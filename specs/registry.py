"""Every spec by name, and their form on the wire."""

from __future__ import annotations

from typing import Any, TypeVar

from .spec import Spec
from .vocabulary import Kind

S = TypeVar("S", bound=Spec)

_SPECS: dict[str, type[Spec]] = {}


def register(cls: type[S]) -> type[S]:
    """Class decorator: make the spec known by its name."""
    if cls.name() in _SPECS:
        raise ValueError(f"two specs are called {cls.name()}")
    _SPECS[cls.name()] = cls
    return cls


def all_specs() -> dict[str, type[Spec]]:
    """Every registered spec by name: by kind in the order of `Kind`, then by name."""
    kinds = list(Kind)
    return dict(sorted(_SPECS.items(), key=lambda item: (kinds.index(item[1].kind), item[0])))


def find_spec(name: str) -> type[Spec]:
    """The spec called `name`; upper and lower case do not matter.

    Raises:
        LookupError: there is none; the message lists what there is.
    """
    for known, cls in _SPECS.items():
        if known.lower() == name.lower():
            return cls
    from difflib import get_close_matches  # noqa: PLC0415 - a worker starts faster without it

    near = get_close_matches(name.lower(), map(str.lower, _SPECS), n=1)
    meant = next((f"did you mean {known}? " for known in _SPECS if [known.lower()] == near), "")
    raise LookupError(f"there is no spec {name!r}; {meant}there are: {', '.join(_SPECS)}")


def spec_to_wire(spec: Spec) -> dict[str, Any]:
    """The spec as JSON types: its name and its arguments."""

    def encode(value: Any) -> Any:
        if isinstance(value, Spec):
            return spec_to_wire(value)
        if isinstance(value, tuple):
            return [encode(item) for item in value]
        return value

    return {"spec": spec.name(), "arguments": {name: encode(value) for name, value in spec.arguments().items()}}


def spec_from_wire(data: dict[str, Any]) -> Spec:
    """The inverse of `spec_to_wire`.

    Raises:
        LookupError: the spec is not known.
        ValueError: an argument lies outside its domain.
    """

    def decode(value: Any) -> Any:
        if isinstance(value, dict):
            return spec_from_wire(value)
        if isinstance(value, list):
            return tuple(decode(item) for item in value)
        return value

    arguments = {name: decode(value) for name, value in data["arguments"].items()}
    return find_spec(data["spec"])(**arguments)
