"""Diagnosis: what is named does not depend on what was diagnosed before."""

from __future__ import annotations

import pytest

from backproof.mistakes import all_mistakes
from backproof.mistakes.optimizers_state import CountShared

from .running import findings

UNCORRECTED = all_mistakes()["adam.no-bias-correction"].build


def named() -> list[tuple[str, ...]]:
    """The mistakes that each failing trajectory looks like."""
    found = findings(UNCORRECTED, "Adam", names=("optimizer.trajectory",), explained=True)
    return [tuple(diagnosis.mistake for diagnosis in each.diagnosis) for each in found if each.failing]


def test_what_a_mistake_has_left_on_its_class_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CountShared, "count", 0)
    first = named()
    assert ("adam.no-bias-correction",) in first
    monkeypatch.setattr(CountShared, "count", 10**6)  # with so many updates, no correction is left
    assert named() == first
    assert CountShared.count == 10**6, "nor is anything changed by a diagnosis"
