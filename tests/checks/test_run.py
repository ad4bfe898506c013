"""A whole run: the footer's verdict fails closed."""

from __future__ import annotations

import dataclasses
import importlib.metadata
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from backproof import framework
from backproof.checks.law import Level
from backproof.checks.plan.plan import UnknownName
from backproof.checks.results import Finding, Footer, Header, Verdict, read_results, to_line
from backproof.checks.run.run import NothingOffered, Options, Run
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings
from backproof.mistakes import all_mistakes, correct
from backproof.specs import Array, Spec, Unsupported, all_specs

from .mutants import made_of

SETTINGS = Settings(names=("ReLU/vector", "Flatten/sequence"))


def prepared(
    build: Callable[[Spec], Any] = correct,
    facts: Mapping[str, Any] | None = None,
    settings: Settings = SETTINGS,
    **options: Any,
) -> Run:
    facts = {"offered": ["ReLU", "Flatten"], **(facts or {})}
    return Run.prepare(DirectSource(build, facts), settings, Options(**options))


def executed(run: Run) -> list[Finding]:
    return list(run.execute(lambda record: None).findings)


def with_verdict(found: list[Finding], verdict: Verdict, *, family: str = "") -> list[Finding]:
    """The same findings, with another verdict where the family is this one (or everywhere)."""
    return [dataclasses.replace(f, verdict=verdict) if family in {"", f.family} else f for f in found]


# What comes out.


def test_a_correct_subject_is_conformant() -> None:
    records: list[Header | Finding | Footer] = []
    result = prepared().execute(records.append)
    assert result.passed
    assert result.footer.verdict == "conformant"
    assert (result.footer.reasons, result.footer.missing, result.footer.complete) == ((), (), True)
    assert records == [result.header, *result.findings, result.footer]
    assert len(result.findings) == result.header.planned == sum(result.footer.counts.values())
    assert read_results(map(to_line, records)) == result


def test_a_wrong_subject_is_nonconformant_and_the_mistake_is_named() -> None:
    result = prepared(all_mistakes()["relu.mask-by-error"].build).execute(lambda record: None)
    failing = [finding for finding in result.findings if finding.failing]
    assert result.footer.verdict == "nonconformant"
    assert result.footer.reasons == (f"{len(failing)} of {len(result.findings)} checks fail",)
    assert "relu.mask-by-error" in {diagnosis.mistake for finding in failing for diagnosis in finding.diagnosis}


def test_header_says_what_was_run() -> None:
    facts = {"conventions": {"relu'(0)": "1"}, "notes": ["found Layers/ReLU.py"], "adapter": "mine", "stage": "2"}
    header = prepared(
        facts=facts, settings=Settings(seed=7), fingerprint="0123456789abcdef0123", filters=("ReLU",)
    ).header
    assert (header.seed, header.subject_hash, header.filters) == (7, "0123456789abcdef", ("ReLU",))
    assert header.offered == ("Flatten", "ReLU")
    assert header.notes == ("found Layers/ReLU.py",)
    assert header.protected is False
    assert header.versions["backproof"] == importlib.metadata.version("backproof")
    assert header.versions["adapter"] == "mine"
    assert header.versions["stage"] == "2"
    assert header.conventions["relu'(0)"] == "1", "declared conventions win over detected ones"


def test_offered_specs_come_in_their_own_order_and_unknown_ones_are_left_out() -> None:
    facts = {"offered": ["Sgd", "ReLU", "Teleporter", "Flatten"], "course": "own"}
    assert prepared(facts=facts).header.offered == ("Flatten", "ReLU", "Sgd")


def test_the_same_seed_gives_the_same_findings() -> None:
    one, two = (executed(prepared(settings=dataclasses.replace(SETTINGS, seed=3))) for _ in range(2))
    assert [dataclasses.replace(f, seconds=0.0) for f in one] == [dataclasses.replace(f, seconds=0.0) for f in two]


# Fail closed.


def test_a_missing_finding_is_ungradable() -> None:
    run = prepared()
    found = executed(run)
    footer = run.finish(found[1:])
    assert footer.verdict == "ungradable"
    assert footer.reasons == (f"1 planned findings are missing, for example {found[0].id}",)


def test_a_doubled_finding_is_ungradable() -> None:
    run = prepared()
    found = executed(run)
    assert run.finish([*found, found[0]]).verdict == "ungradable"
    assert run.finish([*found[1:], found[1]]).verdict == "ungradable"


def test_no_findings_at_all_is_ungradable() -> None:
    assert prepared().finish([]).verdict == "ungradable"


def test_an_empty_plan_is_ungradable() -> None:
    run = prepared(settings=Settings(names=("contract.views",), level=Level.CORE))
    footer = run.finish([])
    assert (footer.verdict, footer.reasons) == ("ungradable", ("no check was planned",))


def test_a_harness_error_is_ungradable_and_no_failure_of_the_subject() -> None:
    run = prepared()
    found = executed(run)
    broken = [dataclasses.replace(found[0], verdict=Verdict.HARNESS_ERROR), *found[1:]]
    footer = run.finish(broken)
    assert footer.verdict == "ungradable"
    assert footer.reasons == (f"1 checks failed themselves, for example {found[0].id}; please report this",)


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.ERRORED, Verdict.TIMEOUT, Verdict.DIED])
def test_one_failing_check_is_enough(verdict: Verdict) -> None:
    run = prepared()
    found = executed(run)
    footer = run.finish([dataclasses.replace(found[0], verdict=verdict), *found[1:]])
    assert footer.verdict == "nonconformant"
    assert footer.counts[verdict.value] == 1


def test_a_failure_outweighs_what_cannot_be_graded() -> None:
    run = prepared()
    found = with_verdict(executed(run), Verdict.FAILED, family="value")
    footer = run.finish(found[:-1])
    assert footer.verdict == "nonconformant"
    assert len(footer.reasons) == 2


def test_a_family_in_which_nothing_was_decided_is_ungradable() -> None:
    run = prepared()
    found = with_verdict(executed(run), Verdict.UNDECIDED, family="gradient")
    footer = run.finish(found)
    assert footer.verdict == "ungradable"
    assert set(footer.reasons) == {
        f"nothing could be decided about {layer} in the family gradient" for layer in ("ReLU", "Flatten")
    }


def test_a_core_law_of_which_nothing_was_decided_is_ungradable() -> None:
    run = prepared()
    found = executed(run)
    some = [
        dataclasses.replace(f, verdict=Verdict.UNDECIDED) if f.check == "gradient.input" and f.layer == "ReLU" else f
        for f in found
    ]
    assert any(f.check == "gradient.kink" for f in some), "the family has been decided"
    footer = run.finish(some)
    assert footer.verdict == "ungradable"
    assert footer.reasons == ("nothing could be decided about ReLU in gradient.input",)


def test_one_decided_case_of_a_core_law_is_enough() -> None:
    run = prepared(settings=Settings(names=("ReLU/vector", "ReLU/image")))
    found = executed(run)
    some = [
        dataclasses.replace(f, verdict=Verdict.UNDECIDED) if f.id == "ReLU/vector/gradient.input" else f for f in found
    ]
    assert some != found
    assert run.finish(some).verdict == "conformant"


def test_one_decided_law_of_a_family_is_enough_for_the_others() -> None:
    run = prepared()
    found = executed(run)
    some = [dataclasses.replace(f, verdict=Verdict.UNDECIDED) if f.check == "gradient.kink" else f for f in found]
    assert some != found
    assert run.finish(some).verdict == "conformant"


def test_undecided_and_unsupported_together_decide_nothing() -> None:
    run = prepared()
    found = [
        dataclasses.replace(f, verdict=Verdict.UNDECIDED if f.check == "gradient.input" else Verdict.UNSUPPORTED)
        if f.family == "gradient"
        else f
        for f in executed(run)
    ]
    assert run.finish(found).verdict == "ungradable"


def refusing(*names: str) -> Callable[[Spec], Any]:
    def build(spec: Spec) -> Any:
        if spec.name() in names:
            raise Unsupported(f"no class {spec.name()}")
        return correct(spec)

    return build


def test_a_course_component_that_answers_nothing_is_ungradable() -> None:
    run = prepared(refusing("ReLU"), {"course": "own"})
    footer = run.execute(lambda record: None).footer
    assert footer.verdict == "ungradable"
    assert "ReLU is there, but answers no check" in footer.reasons
    assert not footer.complete


def test_a_module_may_leave_components_out() -> None:
    run = prepared(refusing("ReLU"), settings=Settings())
    assert run.header.offered == ("Flatten",)
    footer = run.execute(lambda record: None).footer
    assert (footer.verdict, footer.complete) == ("conformant", True)


def test_a_module_that_raises_while_building_is_not_taken_to_leave_it_out() -> None:
    class Broken(framework.ReLU):
        def __init__(self) -> None:
            raise ValueError("a typing error")

    result = prepared(made_of(Broken)).execute(lambda record: None)
    assert result.header.offered == ("Flatten", "ReLU")
    assert result.footer.verdict == "nonconformant"


def test_nothing_offered_is_an_error() -> None:
    with pytest.raises(NothingOffered, match=r"mine offers none of: .*ReLU"):
        prepared(facts={"offered": []}, subject="mine")
    with pytest.raises(NothingOffered):
        prepared(refusing(*all_specs()))


def test_unknown_filter_is_an_error() -> None:
    with pytest.raises(UnknownName):
        prepared(settings=Settings(names=("Teleporter",)))


# What is required.


def test_a_missing_required_component_is_nonconformant() -> None:
    footer = prepared(required=("ReLU", "Adam")).execute(lambda record: None).footer
    assert footer.verdict == "nonconformant"
    assert footer.reasons == ("Adam is required, but missing",)
    assert (footer.missing, footer.complete) == (("Adam",), False)


def test_what_the_course_has_but_nobody_requires_makes_incomplete_only() -> None:
    footer = prepared(facts={"missing": ["Dropout"], "course": "own"}).execute(lambda record: None).footer
    assert (footer.verdict, footer.missing, footer.complete) == ("conformant", ("Dropout",), False)


def test_a_required_component_that_is_refused_is_nonconformant() -> None:
    run = prepared(refusing("ReLU"), {"course": "own"}, required=("ReLU",))
    footer = run.execute(lambda record: None).footer
    assert footer.verdict == "nonconformant"
    first = "ReLU/vector/contract.constructs"
    assert footer.reasons[0] == f"ReLU is required, but {first} is not offered: no class ReLU"


# A part of the plan, chosen by another runner.


def test_result_of_a_part_is_that_parts_verdict() -> None:
    run = prepared()
    found = executed(run)
    part = [finding for finding in found if finding.layer == "ReLU"]
    result = run.result_of(part)
    assert result.footer.verdict == "conformant"
    assert result.header.planned == len(part) < len(found)
    assert result.header.spec_hash != run.header.spec_hash
    records: list[Header | Finding | Footer] = [result.header, *result.findings, result.footer]
    assert read_results(map(to_line, records)) == result


def test_result_of_a_part_fails_with_it_and_not_with_the_rest() -> None:
    class Wrong(framework.ReLU):
        def forward(self, input_tensor: Array) -> Array:
            return super().forward(input_tensor) + 1.0

    run = prepared(made_of(Wrong))
    found = executed(run)
    assert run.result_of([f for f in found if f.layer == "ReLU"]).footer.verdict == "nonconformant"
    assert run.result_of([f for f in found if f.layer == "Flatten"]).footer.verdict == "conformant"


def test_result_of_nothing_is_ungradable() -> None:
    assert prepared().result_of([]).footer.verdict == "ungradable"


def test_result_of_a_doubled_finding_is_ungradable() -> None:
    run = prepared()
    found = executed(run)
    assert run.result_of([found[0], found[0]]).footer.verdict == "ungradable"
