"""How a forward and a backward are called: with one array, a dict or several arrays; at the point, or with a cache.

What is given decides about the blocks: `x` alone is an array or a dict; more positional arguments are blocks of their
own. Whether `backward(x, dy)` or `backward(dy, cache)` is meant is told by the signature of `backward`, and where that
leaves it open by one call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .values import ALONE, Array, Layout, WrongOutput, gradient_of, is_number_like

CACHES = frozenset({"cache", "caches", "ctx", "context", "saved", "memo", "tape", "residuals", "stash"})
INCOMING = frozenset({"dy", "dout", "d_out", "dz", "grad", "grad_out", "grad_output", "gradient", "upstream", "delta"})


@dataclass(frozen=True)
class Calling:
    """The form of the two functions.

    Attributes:
        names: of the blocks, in order.
        form: `one` array, a `dict` of blocks by name, or `several` arrays.
        cached: True if forward returns (out, cache), and backward takes (dy, cache).
        swapped: True if backward takes dy first, and then the blocks.
    """

    names: tuple[str, ...]
    form: str
    cached: bool = False
    swapped: bool = False

    @property
    def forward(self) -> str:
        """The call of forward, for a person."""
        return f"forward({self._blocks})"

    @property
    def backward(self) -> str:
        """The call of backward, for a person."""
        if self.cached:
            return "backward(dy, cache)"
        return f"backward(dy, {self._blocks})" if self.swapped else f"backward({self._blocks}, dy)"

    @property
    def _blocks(self) -> str:
        return ", ".join(self.names) if self.form == "several" else ALONE

    def arguments(self, copies: Mapping[str, Any]) -> tuple[Any, ...]:
        """What forward is called with."""
        return (copies,) if self.form == "dict" else tuple(copies[name] for name in self.names)

    def backward_arguments(self, given: Sequence[Any], dy: Any, cache: Any) -> tuple[Any, ...]:
        """What backward is called with."""
        if self.cached:
            return dy, cache
        return (dy, *given) if self.swapped else (*given, dy)

    def outputs(self, answer: Any) -> tuple[Any, Any]:
        """What forward has returned: the output, and the cache.

        Raises:
            WrongOutput: there is no cache where one is expected.
        """
        if not self.cached:
            return answer, None
        if not _is_two(answer):
            raise WrongOutput(f"{self.forward} returns {type(answer).__name__} at one point, (out, cache) at another")
        return answer[0], answer[1]

    def gradients(self, answer: Any, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
        """What backward has returned, by block.

        Raises:
            WrongOutput: a gradient is missing, is of no block, has a wrong shape or is no number.
        """
        if self.form == "one":
            return {ALONE: gradient_of(ALONE, shapes[ALONE], answer)}
        if self.form == "several":
            if not isinstance(answer, tuple | list) or len(answer) != len(self.names):
                what = f"{len(answer)} values" if isinstance(answer, tuple | list) else type(answer).__name__
                raise WrongOutput(
                    f"{self.backward} returns {what}, but should return a tuple of {len(self.names)} gradients: "
                    f"of {', '.join(self.names)}"
                )
            answer = dict(zip(self.names, answer, strict=True))
        if not isinstance(answer, Mapping):
            raise WrongOutput(
                f"{self.backward} is {type(answer).__name__}, but should be a dict with the names of x: "
                f"{', '.join(self.names)}"
            )
        missing = [name for name in self.names if name not in answer]
        if missing:
            raise WrongOutput(f"{self.backward} lacks the gradient of {', '.join(missing)}")
        unknown = [repr(name) for name in answer if name not in self.names]
        if unknown:
            raise WrongOutput(
                f"{self.backward} returns a gradient of {', '.join(unknown)}, but x has no block of that name: "
                f"its blocks are {', '.join(self.names)}"
            )
        return {name: gradient_of(name, shapes[name], answer[name]) for name in self.names}


def names_of(forward: Callable[..., Any] | None, count: int) -> tuple[str, ...]:
    """Names for several blocks: those of forward's parameters, if it has as many."""
    names = _parameters(forward)
    if names is not None and len(names) >= count:
        return tuple(names[:count])
    return tuple(f"x{place}" for place in range(count))


def recognised(
    calling: Calling,
    backward: Callable[..., Any] | None,
    answer: Any,
    call: Callable[[Calling, Any], object],
) -> Calling:
    """The form in which backward wants to be called, after forward has returned `answer`.

    Args:
        calling: what is known: the form of the blocks.
        backward: the function.
        answer: of forward.
        call: calls backward in a form for an incoming gradient, and reads the gradients; it raises if that fails.

    Raises:
        WrongOutput: forward returns an output and a cache, and backward takes no cache.
    """
    if not _is_two(answer) or answer[1] is None:
        return calling
    cached, names = replace(calling, cached=True), _parameters(backward) or []
    names = [name.lower() for name in names]
    if len(names) == 2 and (calling.form == "several" or names[0] in INCOMING or names[1] in CACHES):
        return cached
    numbers = all(is_number_like(part) for part in answer)
    if numbers and _works(call, calling, _ones_like(answer)):
        return calling
    if is_number_like(answer[0]) and _works(call, cached, _ones_like(answer[0])):
        return cached
    if numbers:
        return calling
    parts = " and ".join(type(part).__name__ for part in answer)
    raise WrongOutput(
        f"{calling.forward} returns a {type(answer).__name__} of {parts}: an output and a cache, it seems, but "
        f"backward(dy, cache) does not work; write backward so, or return the output alone"
    )


def _ones_like(y: Any) -> Any:
    """An incoming gradient that looks like the output."""
    layout = Layout.of(y)
    return layout.restored(np.ones(layout.size))


def _works(call: Callable[[Calling, Any], object], calling: Calling, dy: Any) -> bool:
    try:
        call(calling, dy)
    except Exception:  # whatever the function raises if it is called in another form than it expects
        return False
    return True


def _is_two(answer: Any) -> bool:
    return isinstance(answer, tuple | list) and len(answer) == 2


def _parameters(function: Callable[..., Any] | None) -> list[str] | None:
    """Names of the positional parameters without defaults; None if they are not known."""
    if function is None:
        return None
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # a function written in C
        return None
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.kind in positional and p.default is p.empty]
