"""A forward and a backward under test: called with copies, watched, counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .values import ALONE, Array, Given, Layout, WrongOutput, gradient_of, handed

Forward = Callable[[Any], Any]
Backward = Callable[[Any, Any], Any]


class Raised(Exception):  # noqa: N818 - carries what the functions under test raised
    """Forward or backward raised; the cause is the exception, the text says in which call."""


@dataclass(frozen=True, kw_only=True)
class State:
    """How functions with a memory or a generator are brought to the same state before each forward.

    Attributes:
        reseed: makes the random numbers of the next forward the same as those of every other one.
        fresh: makes a new pair of functions.
        snapshot, restore: `restore(snapshot())` undoes what calls have changed.
    """

    reseed: Callable[[], object] | None = None
    fresh: Callable[[], tuple[Forward, Backward]] | None = None
    snapshot: Callable[[], Any] | None = None
    restore: Callable[[Any], object] | None = None

    @property
    def given(self) -> bool:
        """True if any of them is given."""
        return any(item is not None for item in (self.reseed, self.fresh, self.restore))


@dataclass
class Pair:
    """The functions, the blocks of the point and its output's layout.

    Attributes:
        forward, backward: as given by the user.
        blocks: the point, by name.
        alone: True if the functions take one array instead of a dict.
        state: what happens before each forward.
        layout: of the output; known after `learn_layout`.
        forwards, backwards: numbers of calls.
        written: names of what a call wrote into: `forward: x`, `backward: dy`.
        overwritten: functions whose earlier results a later call wrote into.
    """

    forward: Forward | None
    backward: Backward | None
    blocks: Mapping[str, Given]
    alone: bool
    state: State
    layout: Layout | None = None
    forwards: int = 0
    backwards: int = 0
    written: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._kept: list[tuple[str, Callable[[], Array], Array]] = []
        self._saved = self.state.snapshot() if self.state.snapshot is not None else None

    def learn_layout(self, blocks: Mapping[str, Given]) -> Layout:
        """Fix the layout, by a first forward.

        Raises:
            Raised, WrongOutput: forward raises, or returns no numbers.
        """
        self.layout = Layout.of(self.run_forward(blocks))
        return self.layout

    def run_forward(self, blocks: Mapping[str, Given], *, watch: bool = False, own: str = "") -> Any:
        """What forward returns, from the state that every call starts in; the block `own` is handed over uncopied.

        Raises:
            Raised: a call raises.
        """
        self._prepare()
        given = self._argument(blocks, own)
        self.forwards += 1
        y = self._call("forward(x)", self.forward, given)
        if watch:
            self._watch("forward", "x", given, blocks)
            self._keep("forward", lambda: self._layout.vector(y))
        return y

    def value(self, blocks: Mapping[str, Given]) -> Array:
        """Forward's answer as one vector.

        Raises:
            Raised, WrongOutput: as `run_forward`; or the output has another layout than at the point.
        """
        return self._layout.vector(self.run_forward(blocks))

    def values_along(self, name: str) -> Callable[[Sequence[Array]], list[Array]]:
        """The function of one block that `numerics` differentiates; points are float64, of the block's shape.

        A point alone is copied: it may be the one that all steps start from. Several are made for one evaluation, and
        handed over as they are.
        """
        block = self.blocks[name]

        def evaluate(points: Sequence[Array]) -> list[Array]:
            kept = [np.array(point) for point in points] if len(points) == 1 else points
            shaped = (point.reshape(block.shape).astype(block.dtype, copy=False) for point in kept)
            return [self._layout.vector(self.run_forward({**self.blocks, name: point}, own=name)) for point in shaped]

        return evaluate

    def pull(self, v: Array, *, watch: bool = False) -> dict[str, Array]:
        """What backward returns for the incoming gradient `v` after a forward at the point, by block.

        Raises:
            Raised, WrongOutput: a call raises, or a gradient is missing, has a wrong shape or is no number.
        """
        self.run_forward(self.blocks, watch=watch)
        given, dy = self._argument(self.blocks), self._layout.restored(v)
        self.backwards += 1
        found = self._call("backward(x, dy)", self.backward, given, dy)
        if watch:
            self._watch("backward", "x", given, self.blocks)
            if not np.array_equal(self._layout.vector(dy), self._layout.vector(self._layout.restored(v))):
                self.written.append("backward: dy")
            self._keep("backward", lambda: np.concatenate([item.ravel() for item in self._gradients(found).values()]))
        return self._gradients(found)

    def look_again(self) -> None:
        """Notice watched results that are no longer what they were."""
        changed = [name for name, read, value in self._kept if not np.array_equal(read(), value, equal_nan=True)]
        self.overwritten = list(dict.fromkeys([*self.overwritten, *changed]))

    def rounded(self, v: Array) -> Array:
        """An incoming gradient as backward sees it: numbers of the output's types."""
        return self._layout.vector(self._layout.restored(v))

    @property
    def _layout(self) -> Layout:
        if self.layout is None:
            raise RuntimeError("the layout is not known: call learn_layout first")
        return self.layout

    def _prepare(self) -> None:
        if self.state.fresh is not None:
            self.forward, self.backward = self.state.fresh()
        if self.state.restore is not None:
            self.state.restore(self._saved)
        if self.state.reseed is not None:
            self.state.reseed()

    def _argument(self, blocks: Mapping[str, Given], own: str = "") -> Any:
        copies = {name: block if name == own and block.ndim else handed(block) for name, block in blocks.items()}
        return copies[ALONE] if self.alone else copies

    def _call(self, call: str, function: Callable[..., Any] | None, *arguments: Any) -> Any:
        if function is None:
            raise RuntimeError("there is no function to call")
        try:
            with np.errstate(all="ignore"):
                return function(*arguments)
        except Exception as error:
            raise Raised(f"{call} raises {type(error).__name__}: {error}") from error

    def _keep(self, name: str, read: Callable[[], Array]) -> None:
        """Remember what a result is now; `read` looks at the very arrays that were returned."""
        self._kept.append((name, read, np.array(read())))

    def _watch(self, function: str, argument: str, given: Any, blocks: Mapping[str, Given]) -> None:
        """Notice blocks that are no longer what was handed over."""
        for name, block in blocks.items():
            now = given if self.alone else given.get(name) if isinstance(given, dict) else None
            if now is None or not np.array_equal(now, block):
                place = argument if self.alone else f"{argument}[{name!r}]"
                self.written.append(f"{function}: {place}")

    def _gradients(self, found: Any) -> dict[str, Array]:
        if self.alone:
            return {ALONE: gradient_of(ALONE, self.blocks[ALONE].shape, found)}
        if not isinstance(found, Mapping):
            raise WrongOutput(
                f"backward(x, dy) is {type(found).__name__}, but should be a dict with the names of x: "
                f"{', '.join(self.blocks)}"
            )
        missing = [name for name in self.blocks if name not in found]
        if missing:
            raise WrongOutput(f"backward(x, dy) lacks the gradient of {', '.join(missing)}")
        return {name: gradient_of(name, block.shape, found[name]) for name, block in self.blocks.items()}
