"""The subjects of the benchmarks: the correct ones are correct, the wrong ones are wrong as they say."""

from __future__ import annotations

import numpy as np
import pytest
from bugs import BUGS, RIGHT, Bug, Right, gradient_change

STEEP = "unit rows, one of them 0"  # the gradient of that row is 1e12 times those of the others
SMOOTH = [entry for entry in RIGHT.values() if not entry.tied and entry.name != STEEP]
TINY = {"1 of 24 entries off by 1e-6 of itself", "1 of 100,000 entries off by 1e-6 of itself"}
UNTOUCHED = 1e-12  # two ways to compute the same gradient may differ by rounding


@pytest.mark.parametrize("entry", SMOOTH, ids=lambda entry: entry.name)
def test_a_correct_gradient_agrees_with_central_differences(entry: Right) -> None:
    subject, rng = entry.make(np.random.default_rng(3)), np.random.default_rng(4)
    v = rng.normal(size=np.shape(subject.forward(subject.x.copy())))
    u = rng.normal(size=subject.x.shape)
    step = 1e-6
    above, below = (np.vdot(v, subject.forward(subject.x + sign * step * u)) for sign in (1, -1))
    found = np.vdot(subject.backward(subject.x.copy(), v), u)
    # Truncation is h² f''' / 6, rounding eps |v·y| / h: both below 1e-8 of the sizes here. Kinks nearer than h·u would
    # show, but the seed has none.
    size = np.linalg.norm(v) * np.linalg.norm(u)
    assert abs(found - (above - below) / (2 * step)) <= 1e-6 * size


@pytest.mark.parametrize("entry", RIGHT.values(), ids=lambda entry: entry.name)
def test_a_correct_subject_keeps_float32(entry: Right) -> None:
    subject = entry.make(np.random.default_rng(3), np.float32)
    y = subject.forward(subject.x.copy())
    dx = subject.backward(subject.x.copy(), np.ones(np.shape(y), np.float32))
    assert {subject.x.dtype, y.dtype, dx.dtype} == {np.dtype(np.float32)}


def test_there_are_enough_bugs_and_every_correct_subject_but_few_has_one() -> None:
    assert len(BUGS) >= 60
    lacking = {entry.name for entry in RIGHT.values()} - {bug.right.name for bug in BUGS.values()}
    assert lacking == {"batch normalization, 2 samples", "max pooling, ties in most windows"}


@pytest.mark.parametrize("bug", [bug for bug in BUGS.values() if bug.breaks == "gradient"], ids=lambda bug: bug.name)
def test_a_wrong_gradient_is_wrong_on_every_seed_by_what_must_be_noticed(bug: Bug) -> None:
    changes = [gradient_change(bug, seed) for seed in range(3 if bug.right.large else 20)]
    if bug.right.name == STEEP:
        assert min(changes) > 0
    elif bug.name in TINY:
        assert min(changes) > 0
        assert max(changes) < 1e-6
    else:
        assert min(changes) >= 1e-6


def test_some_contract_bugs_return_the_right_gradient_when_they_are_called_once() -> None:
    changes = {bug.name: gradient_change(bug, 0) for bug in BUGS.values() if bug.breaks == "contract"}
    assert sum(change <= UNTOUCHED for change in changes.values()) >= 9
