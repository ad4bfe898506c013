"""The attributes that an object stores: in its dictionary, and in the slots that its classes declare."""

from __future__ import annotations

from types import MemberDescriptorType
from typing import Any


def stored(thing: Any) -> dict[str, Any]:
    """The stored attributes by name; properties are not computed, and slots without a value are left out."""
    found: dict[str, Any] = dict(getattr(thing, "__dict__", {}))
    for base in (base for base in type(thing).__mro__ if "__slots__" in vars(base)):
        for name, member in vars(base).items():
            if isinstance(member, MemberDescriptorType) and name not in found:
                try:
                    found[name] = member.__get__(thing, type(thing))
                except AttributeError:  # declared, but not set
                    continue
    return found
