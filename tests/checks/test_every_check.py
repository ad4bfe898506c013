"""Every check can fail: a known mistake breaks its law; and every check passes on the correct baseline."""

from __future__ import annotations

import pytest

from backproof.checks.numerics.precision import PRECISIONS
from backproof.checks.plan.catalogue import all_checks, find_check
from backproof.checks.plan.plan import cases_of
from backproof.checks.results import Verdict
from backproof.mistakes import Mistake, all_mistakes, correct
from backproof.specs import all_specs

from .mutants import MUTANTS
from .running import findings

BROKEN = {Verdict.FAILED, Verdict.ERRORED}


def applicable(spec_name: str, dtype: str = "float64") -> set[str]:
    cases = [case for case, _ in cases_of(all_specs()[spec_name], dtype)]
    return {check.id for check in all_checks().values() if any(map(check.applies, cases))}


OF_ANY_TYPE = {check for spec_name in all_specs() for check in applicable(spec_name)}


@pytest.fixture(scope="module")
def caught_by() -> dict[str, str]:
    """For each check, a mistake of the catalogue that it reports; prerequisites are run, only the check counts."""
    found: dict[str, str] = {}

    def look(mistake: Mistake, wanted: set[str]) -> None:
        if not (names := tuple(sorted((applicable(mistake.spec) & wanted) - found.keys()))):
            return
        for finding in findings(mistake.build, mistake.spec, names=names):
            if finding.verdict in BROKEN:
                found.setdefault(finding.check, mistake.id)

    for mistake in all_mistakes().values():
        look(mistake, {check.id for check in all_checks().values() if check.family in mistake.families})
    for mistake in all_mistakes().values():  # what another family's mistakes break, too
        look(mistake, all_checks().keys() - MUTANTS.keys())
    return found


def test_every_check_reports_a_known_mistake_or_a_mutant(caught_by: dict[str, str]) -> None:
    uncaught = set(all_checks()) - caught_by.keys() - MUTANTS.keys()
    assert sorted(uncaught) == [], "nothing breaks these laws: add a mistake to the catalogue, or a mutant"


def test_no_mutant_is_needed_where_the_catalogue_has_a_mistake(caught_by: dict[str, str]) -> None:
    assert {check: caught_by[check] for check in MUTANTS if check in caught_by} == {}


@pytest.mark.parametrize("check_id", MUTANTS)
def test_mutant_is_reported(check_id: str) -> None:
    spec_name, build = MUTANTS[check_id]
    dtype = "float64" if check_id in OF_ANY_TYPE else "float32"
    found = [finding for finding in findings(build, spec_name, dtype=dtype) if finding.check == check_id]
    assert find_check(check_id)
    assert BROKEN & {finding.verdict for finding in found}, [finding.message for finding in found]


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("spec_name", all_specs())
def test_every_check_passes_on_the_correct_baseline(spec_name: str, dtype: str) -> None:
    found = findings(correct, spec_name, seed=1, dtype=dtype)
    assert {finding.check for finding in found} == applicable(spec_name, dtype)
    assert [(f.id, f.verdict, f.message) for f in found if f.verdict is not Verdict.PASSED] == []


def test_every_check_applies_somewhere() -> None:
    single = {check for spec_name in all_specs() for check in applicable(spec_name, "float32")}
    assert set(all_checks()) == OF_ANY_TYPE | single


@pytest.mark.parametrize(
    "mistake_id",
    [
        "relu.mask-by-error",
        "sigmoid.overflow",
        "flatten.fortran-order",
        "cross_entropy.backward-sign",
        "sgd.sign",
        "adam.no-bias-correction",
        "l1.gradient-of-l2",
        "batch_normalization.running-never-moves",
        "fully_connected.gradients-accumulate",
        "conv.padding-side-in-backward",
        "conv.last-error-lost",
        "pooling.overlap-overwritten",
        "pooling.ties-counted-in-full",
    ],
)
def test_diagnosis_names_the_mistake_exactly(mistake_id: str) -> None:
    mistake = all_mistakes()[mistake_id]
    failed = [f for f in findings(mistake.build, mistake.spec, explained=True) if f.verdict is Verdict.FAILED]
    named = {diagnosis.mistake for finding in failed for diagnosis in finding.diagnosis if diagnosis.exact}
    assert mistake_id in named, [(finding.id, finding.diagnosis) for finding in failed]


@pytest.mark.parametrize("mistake_id", ["dropout.backward-unscaled", "he.variance-of-xavier"])
def test_diagnosis_names_a_likeness_where_numbers_are_drawn(mistake_id: str) -> None:
    mistake = all_mistakes()[mistake_id]
    found = [f for f in findings(mistake.build, mistake.spec, explained=True) if f.verdict is Verdict.FAILED]
    named = [diagnosis for finding in found for diagnosis in finding.diagnosis]
    assert mistake_id in {diagnosis.mistake for diagnosis in named}
    assert not any(diagnosis.exact for diagnosis in named)
    texts = {diagnosis.text for diagnosis in named if diagnosis.mistake == mistake_id}
    assert texts == {f"{mistake.title}. {mistake.explanation} To fix: {mistake.hint}"}


def test_a_sum_over_calls_is_no_rounding_of_a_linear_backward() -> None:
    mistake = all_mistakes()["identity.errors-add-up"]
    found = findings(mistake.build, mistake.spec, names=("contract.linear",))
    assert {finding.verdict for finding in found if finding.check == "contract.linear"} == {Verdict.FAILED}
