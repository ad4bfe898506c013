"""Few wrong items among many are singled out by few tests."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backproof.checks.numerics.groups import Found, Items, find_wrong


def search(count: int, wrong: set[int], *, most: int = 10, tests: int = 1000) -> Found:
    return find_wrong(count, lambda group: bool(wrong & set(group.tolist())), most=most, tests=tests)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1000, 100_352])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_one_wrong_item_costs_the_logarithm(count: int, share: float) -> None:
    found = search(count, {int(share * count)})
    assert found.items == (int(share * count),)
    assert found.complete
    assert found.tests <= 2 * math.ceil(math.log2(count))


@pytest.mark.parametrize("seed", range(20))
def test_several_wrong_items_are_all_found(seed: int) -> None:
    wrong = {int(i) for i in np.random.default_rng(seed).choice(1000, 5, replace=False)}
    found = search(1000, wrong)
    assert found.items == tuple(sorted(wrong))
    assert found.complete
    assert found.tests <= 2 * 5 * 10


def test_too_many_wrong_items_end_the_search() -> None:
    found = search(1000, set(range(1000)), most=4)
    assert found.items == (0, 1, 2, 3)
    assert not found.complete


def test_tests_that_are_used_up_end_the_search() -> None:
    found = search(1000, {700, 999}, tests=5)
    assert found == Found((), complete=False, tests=found.tests)
    assert found.tests <= 5


def test_an_answer_that_never_confirms_leads_somewhere_and_ends() -> None:
    def never(group: Items) -> bool:
        return False

    assert find_wrong(8, never, most=3, tests=100) == Found((7,), complete=True, tests=3)
