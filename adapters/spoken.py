"""Calls that are made by the very code that reports show: it stands once, and is compiled."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from ..specs import Unsupported


class Spoken:
    """A method of an adapter that is an expression in the implementation's own API.

    Args:
        text: the expression, or a function that returns that of an adapter; `$self` stands for the implementation's
            object, `$0`, `$1` for the arguments.
        needs: the name of a method without which the object does not offer this; empty for what every object has.
    """

    def __init__(self, text: str | Callable[[Any], str], *, needs: str = "") -> None:
        self._text, self._needs = text, needs

    def __get__(self, adapter: Any, owner: type) -> Any:
        """The method, which takes its arguments by position; nothing of the object is touched before it is called."""
        return self if adapter is None else partial(self._call, adapter)

    def _call(self, adapter: Any, *arguments: Any) -> Any:
        """Evaluate the expression.

        Raises:
            Unsupported: the object lacks what it needs.
        """
        text = self.text(adapter)
        if not text:
            raise Unsupported(f"{type(adapter.own).__name__} has no method {self._needs}")
        return _compiled(text)(adapter, *arguments)

    def text(self, adapter: Any) -> str:
        """The expression; empty if the object lacks what it needs."""
        if self._needs and not callable(getattr(adapter.own, self._needs, None)):
            return ""
        return self._text if isinstance(self._text, str) else self._text(adapter)


def spoken(text: str | Callable[[Any], str], *, needs: str = "") -> Any:
    """Return a method that is an expression (see `Spoken`), for a class whose `own` is the implementation's object."""
    return Spoken(text, needs=needs)


def said_by(adapter: Any) -> dict[str, str]:
    """The expressions of an adapter's methods, by name.

    An override goes on to say what it overrides; `_forward` is what `forward` calls.
    """
    found = {
        name.removeprefix("_"): method.text(adapter)
        for cls in reversed(type(adapter).__mro__)
        for name, method in vars(cls).items()
        if isinstance(method, Spoken)
    }
    return {name: text for name, text in found.items() if text}


@cache
def _compiled(text: str) -> Callable[..., Any]:
    count = len(set(re.findall(r"\$\d", text)))
    names = "".join(f", _{number}" for number in range(count))
    code = re.sub(r"\$(\d)", r"_\1", text.replace("$self", "adapter.own"))
    function: Callable[..., Any] = eval(compile(f"lambda adapter{names}: {code}", __file__, "eval"))  # noqa: S307 - ours
    return function
