"""Effort: how many cases a run looks at, and how long it looks for the smallest one that fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """What one effort means.

    Attributes:
        all_named: every named case is visited; else those that a spec calls quick.
        drawn: how many further cases are drawn for every layer and loss.
        drawn_others: the same for the other kinds, which have fewer ways to depend on a shape.
        sequences: whether sequences of calls are drawn as well, which is what the family `state` does.
        trials: runs of one check at most, until its smallest failing case must be found.
        seconds: time for one such search.
        run_seconds: time for all of them together.
    """

    all_named: bool
    drawn: int
    drawn_others: int
    sequences: bool
    trials: int
    seconds: float
    run_seconds: float


EFFORTS = {
    "quick": Effort(all_named=False, drawn=0, drawn_others=0, sequences=False, trials=40, seconds=0.5, run_seconds=1.0),
    "standard": Effort(
        all_named=True, drawn=2, drawn_others=1, sequences=True, trials=100, seconds=1.0, run_seconds=5.0
    ),
    "thorough": Effort(
        all_named=True, drawn=25, drawn_others=10, sequences=True, trials=400, seconds=5.0, run_seconds=60.0
    ),
}
STANDARD = "standard"
