"""How the calls of a subject read as Python code; see `specs.subject.CodeTemplates`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..signatures import most_arguments
from .attributes import name_of
from .phases import speaks_of_testing_phase

RANDOM = "np.random.seed($0); random.seed($0)"


def origin(*objects: Any) -> dict[str, str]:
    """Where the classes of the objects come from: the folder to import from, import lines, what must be supplied."""
    classes = list(dict.fromkeys(type(each) for each in objects))
    modules = [sys.modules[cls.__module__] for cls in classes if cls.__module__ in sys.modules]
    imports = "\n".join(f"from {cls.__module__} import {cls.__name__}" for cls in classes)
    said = {"imports": imports}
    files = [(module.__name__, Path(module.__file__ or "")) for module in modules]
    own = [(name, file) for name, file in files if name.partition(".")[0] != "backproof"]
    if own:
        name, file = own[0]
        folder = file.parents[name.count(".")]
        said["path"] = str(folder)
        supplied = [module for module in modules if _helpers_of(module)]
        if supplied:
            said["uses"] = "Helpers"
    return said


def _helpers_of(module: Any) -> bool:
    """Tell whether a module of the submission uses functions of the course's helpers that were supplied to it."""
    names = ("Helpers", "Layers.Helpers")
    supplied = [sys.modules[name] for name in names if name in sys.modules]
    folder = Path(module.__file__ or "").parent
    own = (folder / "Helpers.py").is_file() or (folder.parent / "Layers" / "Helpers.py").is_file()
    return not own and any(
        value is helper or getattr(value, "__module__", None) == helper.__name__
        for helper in supplied
        for value in vars(module).values()
    )


def call(cls: type, arguments: Sequence[Any]) -> str:
    """A constructor's call."""
    return f"{cls.__name__}({', '.join(map(repr, arguments))})"


def phase_phrases(layer: Any) -> dict[str, str]:
    """How the layer is told its phase, if an attribute tells it."""
    if not speaks_of_testing_phase(layer):
        return {}
    return {"phase train": "$self.testing_phase = False", "phase test": "$self.testing_phase = True"}


def attribute(owner: Any, names: tuple[str, ...], place: str = "$self") -> str:
    """The attribute that has one of the names, or the call of the method that has."""
    name = name_of(owner, names) or names[0]
    return f"{place}.{name}()" if callable(getattr(owner, name, None)) else f"{place}.{name}"


def initialize_phrase(layer: Any) -> dict[str, str]:
    """How the layer is initialised with constants, if it can be."""
    method = getattr(layer, "initialize", None)
    if not callable(method):
        return {}
    given = ["fill", "Fill($1)"][: int(min(2, most_arguments(method)))]
    return {"initialize": f"fill = Fill($0)\n$self.initialize({', '.join(given)})", "fans": "fill.fans", "uses": "Fill"}


def merged(*parts: dict[str, str]) -> dict[str, str]:
    """The code_templates of all parts; what they use adds up."""
    uses = dict.fromkeys(word for part in parts for word in part.get("uses", "").split())
    imports = dict.fromkeys(line for part in parts for line in part.get("imports", "").splitlines())
    result = {key: text for part in parts for key, text in part.items()}
    return {**result, "uses": " ".join(uses), "imports": "\n".join(imports)}
