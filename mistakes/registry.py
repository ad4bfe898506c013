"""Registering mistakes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import TypeVar

from .. import framework
from ..specs import all_specs, find_spec
from .in_front import in_front
from .mistake import Mistake
from .subjects import build

T = TypeVar("T")

MISTAKES: dict[str, Mistake] = {}
"""By id, in the order in which they were registered."""

_WORD = re.compile(r"[A-Z][a-z0-9]*")


@dataclass(frozen=True)
class On:
    """A component on which a recurring mistake is made; what is empty is as the mistake has it.

    Attributes:
        component: the class that does all else right.
        name: the second part of the id.
        kept: the component's attribute that is kept for backward, where the mistake asks for it as `self.kept`.
    """

    component: type
    _: KW_ONLY
    hint: str = ""
    name: str = ""
    title: str = ""
    explanation: str = ""
    families: tuple[str, ...] | None = None
    cases: tuple[str, ...] | None = None
    kept: str = ""


@dataclass(frozen=True, kw_only=True)
class Declare:
    """Class decorators of a module, which register its mistakes; what most of them have in common is said once.

    The id is made of the component's and the class's name: a subclass `BackwardUnscaled` of `Dropout` is
    `dropout.backward-unscaled`. The first line of the class's docstring is the title, the rest the explanation: reports
    print both. All else is as `Mistake` has it.

    Attributes:
        families: where a mistake must be reported.
        cases: where it shows.
        prefix: stands before the class's name in the id, where one module of the framework has several components.
    """

    families: tuple[str, ...]
    cases: tuple[str, ...] = ()
    prefix: str = ""

    def __call__(
        self,
        *,
        hint: str,
        families: tuple[str, ...] | None = None,
        cases: tuple[str, ...] | None = None,
        level: str = "full",
    ) -> Callable[[type[T]], type[T]]:
        """Decorate a component of the framework with the few lines changed; what is None is as the module has it."""

        def decorate(cls: type[T]) -> type[T]:
            said = On(cls, hint=hint, families=families, cases=cases)
            self._register(cls, said, said, level)
            return cls

        return decorate

    def on(
        self,
        *places: On,
        hint: str = "",
        families: tuple[str, ...] | None = None,
        cases: tuple[str, ...] | None = None,
    ) -> Callable[[type[T]], type[T]]:
        """Decorate a class that does something wrong before, after or instead of what `super()` does right.

        It is put in front of each of the components, which makes a mistake of each; what they do not say is as here.
        """

        def decorate(cls: type[T]) -> type[T]:
            for place in places:
                made = in_front(cls, place.component, {"kept": place.kept})
                self._register(made, place, On(cls, hint=hint, families=families, cases=cases))
            return cls

        return decorate

    def _register(self, cls: type, place: On, everywhere: On, level: str = "full") -> None:
        spec = next(base.__name__ for base in cls.__mro__[1:] if base.__name__ in all_specs())
        mistake_id = f"{_component(spec)}.{place.name or self.prefix + _in_words(cls.__name__)}"
        if mistake_id in MISTAKES:
            raise ValueError(f"two mistakes are called {mistake_id}")
        title, _, explanation = (inspect.getdoc(cls) or "").partition("\n")
        title = place.title or title[:1].lower() + title[1:].rstrip(".")
        MISTAKES[mistake_id] = Mistake(
            id=mistake_id,
            spec=spec,
            title=title,
            explanation=place.explanation or " ".join(explanation.split()),
            hint=place.hint or everywhere.hint,
            families=_first(place.families, everywhere.families, self.families),
            build=partial(build, parts={spec: cls}),
            level=level,
            cases=_first(place.cases, everywhere.cases, self.cases),
        )


def _first(*said: tuple[str, ...] | None) -> tuple[str, ...]:
    """The first that is not None."""
    return next(each for each in said if each is not None)


def _component(spec_name: str) -> str:
    """The module of the framework, or of the specs where the framework has functions only."""
    home = getattr(framework, spec_name, None) or find_spec(spec_name)
    return str(home.__module__.rpartition(".")[2])


def _in_words(class_name: str) -> str:
    """`BackwardUnscaled` as `backward-unscaled`."""
    return "-".join(_WORD.findall(class_name)).lower()
