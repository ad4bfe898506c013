"""Seeding every source of randomness that an implementation may use.

Generators that the implementation keeps are reseeded in place, so that those who share one go on sharing it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from .members import stored

_FOREIGN = ("builtins", "numpy", "random")
_MOST_OBJECTS = 10_000  # a walk that meets more than that is not worth its time


def reseed(seed: int, *owners: Any) -> None:
    """Seed `numpy.random`, `random`, and every generator that the owners keep.

    Generators are looked for in the owners' attributes, in those of the objects and containers they hold, in
    their classes, and among the global names of the modules that define these classes.
    """
    seed %= 2**32
    np.random.seed(seed)  # noqa: NPY002 - implementations use the global state; so it has to be seeded
    random.seed(seed)
    for number, generator in enumerate(_generators(owners)):
        sequence = np.random.SeedSequence([seed, number])
        if isinstance(generator, np.random.Generator):
            bits = generator.bit_generator
            bits.state = type(bits)(sequence).state
        else:  # RandomState and random.Random
            generator.seed(int(sequence.generate_state(1)[0]))


@contextmanager
def preserved_random_state() -> Iterator[None]:
    """Leave the global random states as they were before the block."""
    states = np.random.get_state(), random.getstate()  # noqa: NPY002 - as above
    try:
        yield
    finally:
        np.random.set_state(states[0])  # noqa: NPY002 - as above
        random.setstate(states[1])


def _generators(owners: tuple[Any, ...]) -> Iterator[Any]:
    seen: dict[int, Any] = {}  # keeps what was seen alive, so that no id is used twice
    waiting = list(reversed(owners))
    while waiting and len(seen) < _MOST_OBJECTS:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if isinstance(thing, np.random.Generator | np.random.RandomState | random.Random):
            yield thing
        else:
            waiting.extend(reversed(list(_parts(thing))))


def _parts(thing: Any) -> Iterator[Any]:
    if isinstance(thing, dict):
        yield from thing.values()
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
    elif isinstance(thing, ModuleType):
        # Only the generators themselves: a module's other names lead everywhere.
        yield from (value for value in list(vars(thing).values()) if _draws(value))
    elif isinstance(thing, type):
        bases = [base for base in thing.__mro__ if base.__module__.partition(".")[0] not in (*_FOREIGN, "backproof")]
        yield from (value for base in bases for value in list(vars(base).values()) if _draws(value))
        yield from (sys.modules[base.__module__] for base in bases if base.__module__ in sys.modules)
    elif type(thing).__module__.partition(".")[0] not in _FOREIGN:
        yield from stored(thing).values()
        yield type(thing)


def _draws(value: Any) -> bool:
    return isinstance(value, np.random.Generator | np.random.RandomState | random.Random)
