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
        trials: smaller cases that one search for the smallest one tries at most.
        run_trials: the same for all searches of a run together; to show what was found counts as one more.
    """

    all_named: bool
    drawn: int
    drawn_others: int
    sequences: bool
    trials: int
    run_trials: int


# Not a clock ends the searches, so that two runs say the same. The numbers are those of a clock all the same: on two
# idle cores a trial takes 36 ms with its session, so that quick spends a second, standard 7 and thorough a minute at
# most. For standard that is enough for a mistake in every component (`examples/fau_exercise_buggy`: 151 trials in 26
# searches, at most 15 in one, and 26 failures shown), and an eighth of the checks that it runs there.
EFFORTS = {
    "quick": Effort(all_named=False, drawn=0, drawn_others=0, sequences=False, trials=15, run_trials=30),
    "standard": Effort(all_named=True, drawn=2, drawn_others=1, sequences=True, trials=50, run_trials=200),
    "thorough": Effort(all_named=True, drawn=25, drawn_others=10, sequences=True, trials=400, run_trials=1600),
}
STANDARD = "standard"
