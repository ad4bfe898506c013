"""The text of an adapter module, from guesses: a table that a person can read and finish."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..specs import LossSpec, all_specs
from .guessing import Guess

LONGEST = 40  # lines of a module
_WIDTH = 120
_OWN_NAMES = {"COMPONENTS", "LAYER", "LOSS", "Layer", "Loss", "adapt", "build", "np"}

_ABOUT_LAYERS = [
    "# How layers are called. self.own is the framework's object, self.x and self.y are its latest input and output,",
    "# self.training is False in the test phase. A layer that is called otherwise says so in its own entry.",
]
_ABOUT_LOSSES = [
    "# How losses are called. self.own is the framework's object, self.prediction is what it was given last.",
    "# A loss that is called otherwise says so in its own entry.",
]
_ABOUT_COMPONENTS = [
    "# How each component is made of its spec, and where the object keeps each parameter and its gradient.",
    "# `.T` stands after what is kept transposed, `returned[1]` for what backward returns after the input's gradient.",
    "# `backproof explain FullyConnected` says what its spec has, and the names and shapes of its parameters.",
]


@dataclass(frozen=True, kw_only=True)
class Written:
    """An adapter module.

    Attributes:
        text: the module; formatted, and of at most 40 lines.
        left_out: the guesses for which it has no room.
    """

    text: str
    left_out: tuple[Guess, ...]


def adapter_text(guesses: Sequence[Guess], named: str) -> Written:
    """The module.

    Args:
        guesses: at least one, of different components.
        named: what the framework is called.
    """
    count = len(guesses)
    while True:
        lines = _lines(guesses[:count], guesses[count:], named)
        if len(lines) <= LONGEST or count == 1:
            return Written(text="\n".join(lines) + "\n", left_out=tuple(guesses[count:]))
        count -= 1


def _lines(guesses: Sequence[Guess], left_out: Sequence[Guess], named: str) -> list[str]:
    layers = [each for each in guesses if not _is_loss(each)]
    losses = [each for each in guesses if _is_loss(each)]
    imports, names = _imports(guesses)
    shared = {id(each): name for name, group in (("LAYER", layers), ("LOSS", losses)) for each in _alike(group)}
    entries = [line for each in guesses for line in _entry(each, names[id(each)], shared.get(id(each), ""))]
    kinds = [kind for kind, group in (("Layer", layers), ("Loss", losses)) if group]
    return [
        f'"""Adapter of {named}, begun by `backproof init`, which guesses by names: read it, mend it, check it."""',
        "",
        *(["import numpy as np"] if any("np." in each.make for each in guesses) else []),
        f"from backproof.adapters.objects import {', '.join([*kinds, 'adapt'])}",
        "",
        *(imports and [*imports, ""]),
        *(_ABOUT_LAYERS if layers else _ABOUT_LOSSES),
        *(_shared("LAYER", layers) if layers else []),
        *(_shared("LOSS", losses) if losses else []),
        "",
        *_ABOUT_COMPONENTS,
        "COMPONENTS = {",
        *entries,
        *_left_out(left_out),
        "}",
        "",
        "",
        "def build(spec):",
        "    return adapt(spec, COMPONENTS)",
    ]


def _is_loss(each: Guess) -> bool:
    return issubclass(all_specs()[each.component], LossSpec)


def _imports(guesses: Sequence[Guess]) -> tuple[list[str], dict[int, str]]:
    """The lines that import the classes, and how each class is then called.

    Modules of one package are imported together: a framework with a file for each class would need a line for each.
    """
    modules: dict[str, list[str]] = {}
    for each in guesses:
        if each.found.module:  # none: the name is known where the text is executed
            modules.setdefault(each.found.module, []).append(each.found.name)
    packages = Counter(module.rpartition(".")[0] for module in modules)
    leaves = Counter(module.rpartition(".")[2] for module in modules)
    taken = _OWN_NAMES | {name for own in modules.values() for name in own}
    lines: dict[str, set[str]] = {}
    names: dict[int, str] = {}
    for each in guesses:
        (package, _, leaf), name = each.found.module.rpartition("."), each.found.name
        together = bool(package) and packages[package] > 1 and leaves[leaf] == 1 and leaf not in taken
        names[id(each)] = f"{leaf}.{name}" if together else name
        if each.found.module:
            origin, item = (package, leaf) if together else (each.found.module, name)
            lines.setdefault(origin, set()).add(item)
    text = []
    for origin, items in sorted(lines.items()):
        ordered = sorted(items, key=_as_isort)
        text += _broken(f"from {origin} import (", ordered, ")", f"from {origin} import {', '.join(ordered)}")
    return text, names


def _as_isort(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then the rest."""
    return not (name.isupper() and len(name) > 1), not name[0].isupper(), name


def _calls(each: Guess) -> list[tuple[str, str]]:
    given = ("self, prediction, target", "self, target") if _is_loss(each) else ("self, x", "self, dy")
    passes = zip(("forward", "backward"), given, (each.forward, each.backward), strict=True)
    return [(name, f"lambda {arguments}: {call}") for name, arguments, call in passes if call]


def _alike(group: Sequence[Guess]) -> list[Guess]:
    """Those that are called as most are."""
    usual = Counter(map(str, map(_calls, group))).most_common(1)
    return [each for each in group if str(_calls(each)) == usual[0][0]]


def _shared(name: str, group: Sequence[Guess]) -> list[str]:
    calls = [f'"{key}": {call}' for key, call in _calls(_alike(group)[0])]
    return _broken(f"{name} = {{", calls, "}", f"{name} = {{{', '.join(calls)}}}")


def _entry(each: Guess, name: str, shared: str) -> list[str]:
    made = name + each.make.removeprefix(each.found.name)
    arguments = [f"lambda spec: {made}"]
    arguments += [f"**{shared}"] if shared else [f"{key}={call}" for key, call in _calls(each)]
    arguments += [each.phase] if each.phase else []
    for parameter, place in each.parameters.items():
        turned = ".T" if each.transposed and parameter == "weights" else ""
        gradient = each.gradients.get(parameter, "")
        places = ", ".join(_quoted(text and text + turned) for text in (place, gradient))
        arguments.append(f"{parameter}=({places})")
    kind = "Loss" if _is_loss(each) else "Layer"
    marks = [f"    # missing: {what}" for what in each.missing]
    return [*marks, *_call(f'    "{each.component}": {kind}', arguments, ",")]


def _quoted(text: str) -> str:
    """As `ruff format` would: double quotes, unless the text has them."""
    return f"'{text}'" if '"' in text else f'"{text}"'


def _call(head: str, arguments: Sequence[str], tail: str) -> list[str]:
    """As `ruff format` would: in one line, or with all arguments in a line of their own, or with a line for each."""
    inner = f"        {', '.join(arguments)}"
    one = f"{head}({inner.strip()}){tail}"
    if len(one) <= _WIDTH or len(inner) > _WIDTH:
        return _broken(f"{head}(", arguments, f"){tail}", one)
    return [f"{head}(", inner, f"    ){tail}"]


def _broken(opened: str, items: Sequence[str], closed: str, one: str) -> list[str]:
    """The line `one`, or if it is too long a line for each item."""
    indent = " " * (len(opened) - len(opened.lstrip()))
    return [one] if len(one) <= _WIDTH else [opened, *(f"{indent}    {item}," for item in items), indent + closed]


def _left_out(guesses: Iterable[Guess]) -> list[str]:
    named = ", ".join(f"{each.component} ({each.found.module}.{each.found.name})" for each in guesses)
    text = f"Left out, to keep this short: {named}. Import each class and add an entry like those above."
    return [f"    # {line}" for line in textwrap.wrap(text, _WIDTH - 6, break_long_words=False)] if named else []
