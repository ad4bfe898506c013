"""Outcomes survive the wire; forged ones do not."""

from __future__ import annotations

from typing import Any

import pytest

from backproof.wall.errors import ProtocolError
from backproof.wall.outcomes import Failure, Outcome, outcome_from_wire, outcome_to_wire

FAILURE = {"kind": "raised", "type_name": "ValueError", "text": "no", "where": "", "detail": ""}


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(value=[1, 2], mutated=(0, 2)),
        Outcome(),
        Outcome(mutated=(1,), failure=Failure(kind="raised", type_name="ValueError", text="no", where="a.py:1 in f")),
    ],
)
def test_an_outcome_survives_the_wire(outcome: Outcome) -> None:
    assert outcome_from_wire(outcome_to_wire(outcome), arguments=3) == outcome


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"value": 1, "mutated": []},
        {"value": 1, "mutated": [], "failure": None, "verdict": "passed"},
        {"value": 1, "mutated": (0,), "failure": None},
        {"value": 1, "mutated": [2], "failure": None},
        {"value": 1, "mutated": [-1], "failure": None},
        {"value": 1, "mutated": [True], "failure": None},
        {"value": 1, "mutated": ["0"], "failure": None},
        {"value": None, "mutated": [], "failure": "ValueError"},
        {"value": None, "mutated": [], "failure": {**FAILURE, "kind": "passed"}},
        {"value": None, "mutated": [], "failure": {**FAILURE, "kind": []}},
        {"value": None, "mutated": [], "failure": {**FAILURE, "text": 1}},
        {"value": None, "mutated": [], "failure": {"kind": "raised"}},
    ],
)
def test_a_forged_outcome_is_refused(data: Any) -> None:
    with pytest.raises(ProtocolError):
        outcome_from_wire(data, arguments=2)
