"""Classes of a Python session as a subject: checked in this process, because they exist nowhere else. Unprotected."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from .adapters.class_api.subjects import ARGUMENTS, build
from .adapters.tutorial.naming import CLASSES
from .adapters.tutorial.subjects import build as build_of_the_tutorial
from .class_sources import sources
from .request import UsageError
from .scaffold.adapter_text import adapter_text
from .scaffold.guessing import Guess, component_of, guess
from .scaffold.inspecting import read_class
from .specs import Dropout, FullyConnected, LayerSpec, Spec, Unsupported, all_specs, find_spec

_ENDINGS = ("layer", "optimizer", "initializer", "regularizer", "loss", "function", "activation")


class Classes:
    """An adapter of classes.

    Classes of the API of the FAU exercises (`forward`, `backward`, `weights`, `gradient_weights`) are served as those
    are, layers and losses with other names by the guesses of `backproof init`, made from their source.

    Args:
        given: one class, a sequence, or a mapping from components' names.

    Attributes:
        expression: the argument as Python code, for commands to copy.

    Raises:
        UsageError: it is none of these, or a class's name does not tell what it is.
    """

    def __init__(self, given: type | Sequence[type] | Mapping[str, type]) -> None:
        self._classes = _named(given)
        self.expression = _expression(given)
        self._sources = {name: sources(cls) for name, cls in self._classes.items()}
        self._guessed: dict[str, Callable[[Spec], Any] | None] = {}

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the sources, as far as there are any."""
        return hashlib.sha256(repr(sorted(self._sources.items())).encode()).hexdigest()

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where no class is given for it."""
        name = spec.name()
        if name in self._classes and name not in self._guessed:
            self._guessed[name] = self._by_guess(name)
        guessed = self._guessed.get(name)
        if guessed is not None:
            return guessed(spec)
        if name in self._classes and _is_of_the_tutorial(name, self._classes[name], "".join(self._sources[name])):
            return build_of_the_tutorial(spec, self._classes.get)
        subject = build(spec, self._classes.get)
        if subject is not None and isinstance(spec, LayerSpec) and spec.parameters() and not self._may_update(name):
            subject.attach_optimizer = _no_optimizer
        return subject

    def describe(self) -> dict[str, Any]:
        """What a report says of the classes."""
        return {
            "adapter": "classes",
            "offered": list(self._classes),
            "notes": [f"{name} is {cls.__qualname__}" for name, cls in self._classes.items() if cls.__name__ != name],
        }

    def _may_update(self, name: str) -> bool:
        """Tell whether a class, as far as its source is known, may have an optimizer."""
        text = "".join(self._sources[name]).lower()
        return not text or "optim" in text

    def _by_guess(self, name: str) -> Callable[[Spec], Any] | None:
        """What `backproof init` would make of a class; None if it is to be served as in the FAU exercises."""
        cls = self._classes[name]
        try:
            found = read_class(cls.__name__, self._sources[name])
        except SyntaxError:
            found = None
        guessed = None if found is None else guess(found, name)
        if guessed is None or guessed.missing:
            return None
        usual = callable(getattr(cls, "forward", None)) and callable(getattr(cls, "backward", None))
        if usual and name in ARGUMENTS and name != "Dropout" and "weights" not in _renamed(guessed):
            return None
        return _settled(guessed, cls)


def _no_optimizer(learning_rate: float, momentum: float) -> NoReturn:
    del learning_rate, momentum
    raise Unsupported("the class knows no optimizer: its source does not speak of one")


def _is_of_the_tutorial(name: str, cls: type, source: str) -> bool:
    """Tell whether a class has the API of the FAU tutorial, where that differs from the API of the exercises."""
    try:
        constructor = list(inspect.signature(cls).parameters)
        initialize = list(inspect.signature(cls.initialize).parameters) if hasattr(cls, "initialize") else []
    except (TypeError, ValueError):
        return False
    match name:
        case "FullyConnected" | "Conv":
            return "learning_rate" in constructor[2:] or hasattr(cls, "get_gradient_weights")
        case "Pooling":
            return cls.__name__ != name
        case "Dropout":
            return "self.phase" in source
        case "Constant" | "He" | "UniformRandom":
            return len(initialize) == 2  # itself and the shape, but no fans
    return False


def _renamed(guessed: Guess) -> set[str]:
    """The parameters that are not called as in the FAU exercises."""
    return {name for name, place in guessed.gradients.items() if place != f"gradient_{name}"}


def _settled(guessed: Guess, cls: type) -> Callable[[Spec], Any]:
    """The adapter of the guess, or of its alternative if that fits the class better."""
    first = _execute(guessed, cls)
    if not guessed.alternatives:
        return first
    second = _execute(guessed.alternatives[0], cls)
    try:
        return second if _fits_better(guessed, first) else first
    except Exception:  # the class may raise anything; the checks will say what
        return first


def _fits_better(guessed: Guess, first: Callable[[Spec], Any]) -> bool:
    """Tell whether the alternative fits: by the shape of the weights, or by the share of units that dropout keeps."""
    if guessed.component == "Dropout":
        state = np.random.get_state()  # noqa: NPY002 - the generator from which the classes draw
        kept = np.count_nonzero(first(Dropout(keep=0.25)).forward(np.ones((100, 100)))) / 10_000
        np.random.set_state(state)  # noqa: NPY002
        return bool(kept > 0.5)  # 0.25 is meant: a mistake of chance is less likely than 1e-500
    spec = FullyConnected(input_size=4, output_size=3)
    own = eval(f"own.{guessed.parameters['weights']}", {"own": first(spec).own})  # noqa: S307 - our own text
    return bool(np.shape(own) == (3, 4))


def _execute(guessed: Guess, cls: type) -> Callable[[Spec], Any]:
    namespace: dict[str, Any] = {cls.__name__: cls, "__name__": f"backproof adapter of {cls.__name__}"}
    exec(adapter_text([guessed], cls.__name__).text, namespace)  # noqa: S102 - our own text
    function: Callable[[Spec], Any] = namespace["build"]
    return function


def _named(given: object) -> dict[str, type]:
    if isinstance(given, Mapping):
        try:
            named = {find_spec(str(name)).name(): cls for name, cls in given.items()}
        except LookupError as error:
            raise UsageError(str(error)) from error
    else:
        named = {_component(cls): cls for cls in (given if isinstance(given, list | tuple) else [given])}
    wrong = [cls for cls in named.values() if not isinstance(cls, type)]
    if wrong or not named:
        raise UsageError(f"{wrong[0] if wrong else given!r} is no class; give a class, a list of classes, or a dict")
    return named


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _component(cls: object) -> str:
    if not isinstance(cls, type):
        raise UsageError(f"{cls!r} is neither a path nor a class; give a class, not an object that it makes")
    tutorial = {_plain(name): component for component, names in CLASSES.items() for name in names}
    plain = _plain(cls.__name__)
    known = {_plain(name): name for name in all_specs()} | tutorial
    short = (plain.removesuffix(ending) for ending in _ENDINGS)
    found = next((known[each] for each in (plain, *short) if each in known), "") or component_of(cls.__name__)
    if not found:
        raise UsageError(
            f"the name {cls.__name__} does not tell what the class is; say so with a dict, for example "
            f"backproof.check({{'FullyConnected': {cls.__name__}}})"
        )
    return found


def _expression(given: type | Sequence[type] | Mapping[str, type]) -> str:
    if isinstance(given, Mapping):
        return f"{{{', '.join(f'{name!r}: {cls.__name__}' for name, cls in given.items())}}}"
    if isinstance(given, type):
        return given.__name__
    return f"[{', '.join(cls.__name__ for cls in given)}]"
