"""Outcomes survive the wire; forged ones do not."""

from __future__ import annotations

from typing import Any

import pytest

from backproof.sandbox.errors import ProtocolError
from backproof.sandbox.outcomes import Failure, Outcome, outcome_from_wire, outcome_to_wire

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
        {"value": 1, "mutated": [], "failure": None},
        [1, []],
        [1, [], None, "passed"],
        [1, (0,), None],
        [1, [2], None],
        [1, [-1], None],
        [1, [True], None],
        [1, ["0"], None],
        [None, [], "ValueError"],
        [None, [], {**FAILURE, "kind": "passed"}],
        [None, [], {**FAILURE, "kind": []}],
        [None, [], {**FAILURE, "text": 1}],
        [None, [], {"kind": "raised"}],
    ],
)
def test_a_forged_outcome_is_refused(data: Any) -> None:
    with pytest.raises(ProtocolError):
        outcome_from_wire(data, arguments=2)
