"""A forward and a backward under test: called with copies, watched, counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from .calling import Calling, recognised
from .values import Array, Given, Layout, handed

Forward = Callable[..., Any]
Backward = Callable[..., Any]


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
        calling: how the functions are called.
        state: what happens before each forward.
        layout: of the output; known after `learn_layout`.
        forwards, backwards: numbers of calls.
        written: names of what a call wrote into: `forward: x`, `backward: dy`.
        overwritten: functions whose earlier results a later call wrote into.
    """

    forward: Forward | None
    backward: Backward | None
    blocks: Mapping[str, Given]
    calling: Calling
    state: State
    layout: Layout | None = None
    forwards: int = 0
    backwards: int = 0
    written: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._kept: list[tuple[str, Callable[[], Array], Array]] = []
        self._cache: Any = None
        self._saved = self.state.snapshot() if self.state.snapshot is not None else None

    def learn_layout(self, blocks: Mapping[str, Given]) -> Layout:
        """Fix the layout, by a first forward, and how backward is called, by its signature or a call.

        Raises:
            Raised, WrongOutput: forward raises, or returns no numbers.
        """
        self._prepare()
        answer = self._run(self.calling.arguments(self._copies(blocks)))
        if not self.calling.swapped:
            self.calling = recognised(self.calling, self.backward, answer, partial(self._try, blocks))
        self.layout = Layout.of(self.calling.outputs(answer)[0])
        return self.layout

    def _try(self, blocks: Mapping[str, Given], calling: Calling, dy: Any) -> None:
        """Call backward in a form, after a forward, and read what it returns."""
        self._prepare()
        given = calling.arguments(self._copies(blocks))
        _, cache = calling.outputs(self._run(given))
        self.backwards += 1
        found = self._call(calling.backward, self.backward, *calling.backward_arguments(given, dy, cache))
        calling.gradients(found, self._shapes)

    def run_forward(self, blocks: Mapping[str, Given], *, watch: bool = False, own: str = "") -> Any:
        """What forward returns, from the state that every call starts in; the block `own` is handed over uncopied.

        Raises:
            Raised, WrongOutput: a call raises, or there is no cache where there was one before.
        """
        self._prepare()
        copies = self._copies(blocks, own)
        y, self._cache = self.calling.outputs(self._run(self.calling.arguments(copies)))
        if watch:
            self._watch("forward", copies, blocks)
            self._keep("forward", lambda: self._layout.vector(y))
        return y

    def _run(self, arguments: Sequence[Any]) -> Any:
        self.forwards += 1
        return self._call(self.calling.forward, self.forward, *arguments)

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
        copies, dy = self._copies(self.blocks), self._layout.restored(v)
        self.backwards += 1
        arguments = self.calling.backward_arguments(self.calling.arguments(copies), dy, self._cache)
        found = self._call(self.calling.backward, self.backward, *arguments)
        if watch:
            self._watch("backward", copies, self.blocks)
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

    def _copies(self, blocks: Mapping[str, Given], own: str = "") -> dict[str, Any]:
        return {name: block if name == own and block.ndim else handed(block) for name, block in blocks.items()}

    @property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: block.shape for name, block in self.blocks.items()}

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

    def _watch(self, function: str, copies: Mapping[str, Any], blocks: Mapping[str, Given]) -> None:
        """Notice blocks that are no longer what was handed over."""
        for name, block in blocks.items():
            now = copies.get(name)
            if now is None or not np.array_equal(now, block):
                place = f"x[{name!r}]" if self.calling.form == "dict" else name
                self.written.append(f"{function}: {place}")

    def _gradients(self, found: Any) -> dict[str, Array]:
        return self.calling.gradients(found, self._shapes)
