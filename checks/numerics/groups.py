"""Adaptive group testing: which few of many items are wrong, by tests of groups (Dorfman 1943; Hwang 1972)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Items = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True)
class Found:
    """What a search has found.

    Attributes:
        items: the wrong items that were singled out, in ascending order.
        complete: True if all others are right; False if the tests were used up, or there are too many wrong ones.
        tests: how many groups were tested.
    """

    items: tuple[int, ...]
    complete: bool
    tests: int


def find_wrong(count: int, is_wrong: Callable[[Items], bool], *, most: int, tests: int) -> Found:
    """Single out up to `most` wrong items of `count`, of which at least one is known to be wrong.

    A wrong group is halved. If one half is right the other must be wrong, and is not tested as a whole: k wrong items
    among n cost about k log2(n) tests, or twice that where both halves hold some.

    Args:
        count: number of items.
        is_wrong: tells whether a group of items holds a wrong one.
        most: wrong items after which the search ends.
        tests: tests after which it ends.
    """
    pending = [np.arange(count)]  # wrong groups
    found: list[int] = []
    used = 0
    while pending and len(found) < most:
        group = pending.pop()
        if group.size == 1:
            found.append(int(group[0]))
            continue
        if used + 2 > tests:
            pending.append(group)
            break
        left, right = group[: group.size // 2], group[group.size // 2 :]
        used += 1
        left_wrong = is_wrong(left)
        if left_wrong:
            used += 1
        if not left_wrong or is_wrong(right):
            pending.append(right)
        if left_wrong:
            pending.append(left)
    return Found(tuple(sorted(found)), not pending, used)
