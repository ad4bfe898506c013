"""backproof.check_gradient."""

from __future__ import annotations

from bugs import Subject

from backproof import check_gradient

from .checker import Checker, Outcome

VERDICTS: dict[str, Outcome] = {"passed": "accepted", "undecided": "undecided"}


def run(subject: Subject, seed: int) -> Outcome:
    """Its verdict."""
    result = check_gradient(subject.forward, subject.backward, subject.x, seed=seed)
    return VERDICTS.get(str(result.verdict), "accused")


OURS = Checker(name="backproof", run=run, settings="none to set")
