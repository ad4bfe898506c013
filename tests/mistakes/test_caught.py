"""Every mistake of the catalogue is caught, where and at the level that it declares; the correct baseline passes."""

from __future__ import annotations

import pytest

from backproof.checks.results import Verdict
from backproof.mistakes import Mistake, all_mistakes, correct
from backproof.specs import all_specs

from .running import findings

SEEDS = range(2)


@pytest.mark.parametrize("mistake", all_mistakes().values(), ids=lambda mistake: mistake.id)
def test_mistake_is_caught(mistake: Mistake) -> None:
    """Only what quick misses is looked at in every case; `mistakes --score` counts what an effort catches."""
    efforts = ("standard",) if mistake.cases or "state" in mistake.families else ("quick", "standard")
    names = () if mistake.cases else tuple(mistake.families)
    for effort in efforts:
        found = findings(mistake.build, mistake.spec, level=mistake.level, effort=effort, names=names)
        failing = [finding for finding in found if finding.failing]
        assert [finding.message for finding in found if finding.verdict is Verdict.HARNESS_ERROR] == []
        if set(mistake.families) <= {finding.family for finding in failing}:
            break
    reported = "\n".join(f"{finding.id}: {finding.message}" for finding in failing) or "nothing fails"
    assert set(mistake.families) <= {finding.family for finding in failing}, reported
    if mistake.cases:
        assert {finding.case.removesuffix("-float32") for finding in failing} == set(mistake.cases), reported


@pytest.mark.parametrize("spec_name", all_specs())
def test_correct_baseline_passes_everything(spec_name: str) -> None:
    for seed in SEEDS:
        found = findings(correct, spec_name, level="strict", seed=seed)
        assert found
        assert [(seed, f.id, f.verdict, f.message) for f in found if f.verdict is not Verdict.PASSED] == []


@pytest.mark.parametrize("spec_name", all_specs())
def test_every_spec_has_known_mistakes(spec_name: str) -> None:
    assert [mistake for mistake in all_mistakes().values() if mistake.spec == spec_name] != []
