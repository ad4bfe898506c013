"""What calls are made of, for snippets: values by key, lives of subjects, arrays that are passed more than once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...sandbox import Call, RemoteSubject
from ...specs import Kind, LayerSpec, Spec, Trait

_USE = re.compile("\0(\\w+)\0")  # the use of a variable in a line that is not finished


def items_of(call: Call) -> list[tuple[str, Any]]:
    """The values of a call by key; one without a key for what is no mapping."""
    return list(call.value.items()) if isinstance(call.value, dict) else [("", call.value)]


def keys_of(call: Call, needed: set[tuple[int, str]]) -> list[str]:
    """The keys of the values of a call that are needed, of pairs of a call's number and a key."""
    return sorted(key for number, key in needed if number == call.number)


def values_of(call: Call) -> list[Any]:
    """The values of a call."""
    return [item for _, item in items_of(call)]


def draws(spec: Spec) -> bool:
    """Tell whether a component draws at random whenever it is called."""
    if spec.kind is Kind.INITIALIZER:
        return True
    layers = spec.arguments().get("layers", (spec,))
    return any(isinstance(layer, LayerSpec) and Trait.RANDOM_MASK in layer.traits for layer in layers)


def overlapping(chosen: Sequence[RemoteSubject], subjects: Sequence[RemoteSubject]) -> list[RemoteSubject]:
    """The chosen subjects, and those that were in use between their first and their last call."""
    lives = {id(s): (s.transcript[0].number, s.transcript[-1].number) for s in subjects if s.transcript}
    first = min((lives[id(subject)][0] for subject in chosen if id(subject) in lives), default=0)
    last = max((lives[id(subject)][1] for subject in chosen if id(subject) in lives), default=0)
    return [
        subject
        for subject in subjects
        if any(subject is one for one in chosen)
        or (id(subject) in lives and lives[id(subject)][0] <= last and lives[id(subject)][1] >= first)
    ]


def copied(text: str, *, everywhere: bool = False) -> str:
    """Arrays that are passed more than once are passed as copies: a callee may write into its argument."""
    uses = _USE.findall(text)
    return _USE.sub(lambda match: f"{match[1]}.copy()" if everywhere or uses.count(match[1]) > 1 else match[1], text)


def plain(text: str) -> str:
    """The lines with every array passed as it is."""
    return _USE.sub(lambda match: match[1], text)
