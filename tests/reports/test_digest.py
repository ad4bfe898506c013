"""Root causes are told from their consequences, and layers stand by their families."""

from __future__ import annotations

from dataclasses import replace

from backproof.checks.results import Diagnosis, Finding, Verdict
from backproof.reports.digest import Cause, foremost, matrix, root_causes

from .sample import TRACEBACK, finding, many_failures, passing_result, result_of, rich_result, scaled_dropout

EXACT = Diagnosis(mistake="conv.flipped", text="the kernel is flipped", exact=True)


def failing(layer: str, case: str, check: str, **more: object) -> Finding:
    return finding(layer, case, check, Verdict.FAILED, **more)


def causes_of(*findings: Finding) -> tuple[Cause, ...]:
    return root_causes(result_of(*findings))


def test_only_what_fails_is_a_cause() -> None:
    verdicts = {cause.lead.verdict for cause in root_causes(rich_result())}
    assert verdicts == {Verdict.FAILED, Verdict.ERRORED, Verdict.TIMEOUT, Verdict.DIED}
    assert root_causes(passing_result(3, undecided=2)) == ()


def test_same_measurement_in_several_cases_is_one_cause() -> None:
    (cause,) = causes_of(failing("Conv", "small", "gradient.input"), failing("Conv", "large", "gradient.input"))
    assert (cause.lead.case, [other.case for other in cause.others]) == ("small", ["large"])
    assert [cause.name_of(other) for other in cause.others] == ["large"]


def test_other_measurements_are_other_causes() -> None:
    weights = failing("Conv", "small", "gradient.parameters", quantity="weights")
    bias = failing("Conv", "small", "gradient.parameters", quantity="bias")
    elsewhere = failing("Pooling", "small", "gradient.parameters", quantity="bias")
    assert len(causes_of(weights, bias, elsewhere)) == 3


def test_findings_that_behave_exactly_like_one_mistake_are_one_cause() -> None:
    plain = failing("Conv", "small", "value.forward", diagnosis=(EXACT,))
    other = failing("Conv", "small", "gradient.input", diagnosis=(EXACT,))
    (cause,) = causes_of(plain, other)
    assert cause.name_of(other) == "small/gradient.input"
    vague = replace(EXACT, exact=False)
    assert len(causes_of(replace(plain, diagnosis=(vague,)), replace(other, diagnosis=(vague,)))) == 2


def test_errors_at_one_line_are_one_cause() -> None:
    first = finding("Pooling", "a", "contract.shapes", Verdict.ERRORED, evidence={"traceback": TRACEBACK})
    second = finding("Pooling", "b", "value.forward", Verdict.ERRORED, evidence={"traceback": TRACEBACK})
    third = replace(second, case="c", evidence={"traceback": TRACEBACK.replace("line 41", "line 42")})
    assert [len(cause.findings) for cause in causes_of(first, second, third)] == [2, 1]


def test_lead_is_the_finding_that_explains_most() -> None:
    mute = failing("Conv", "a", "gradient.input")
    vague = failing("Conv", "b", "gradient.input", diagnosis=(Diagnosis(mistake="x.y", text="perhaps"),))
    (cause,) = causes_of(mute, vague)
    assert cause.lead is vague


def test_blocked_findings_are_counted_through_chains() -> None:
    root = scaled_dropout()
    first = finding("Dropout", "a", "phase.mask", Verdict.BLOCKED, blocked_by=root.id)
    second = finding("Dropout", "b", "phase.mask", Verdict.BLOCKED, blocked_by=first.id)
    (cause,) = causes_of(root, first, second)
    assert cause.blocked == 2


def test_findings_that_block_each_other_do_not_hang() -> None:
    first = finding("Dropout", "a", "phase.mask", Verdict.BLOCKED, blocked_by="Dropout/b/phase.mask")
    second = finding("Dropout", "b", "phase.mask", Verdict.BLOCKED, blocked_by=first.id)
    (cause,) = causes_of(scaled_dropout(), first, second)
    assert cause.blocked == 0


def test_causes_follow_the_layers_of_the_plan() -> None:
    found = causes_of(
        failing("B", "a", "value.forward"), failing("A", "a", "value.forward"), failing("B", "a", "gradient.input")
    )
    assert [cause.layer for cause in found] == ["B", "B", "A"]


def test_foremost_takes_every_layers_first_cause_before_any_second() -> None:
    causes = causes_of(
        *(failing("A", "a", f"gradient.{number}") for number in range(5)), failing("B", "a", "gradient.input")
    )
    shown, rest = foremost(causes, 2)
    assert [cause.layer for cause in shown] == ["A", "B"]
    assert len(rest) == 4
    assert foremost(causes, 100) == (causes, ())


def test_foremost_keeps_every_cause() -> None:
    causes = root_causes(many_failures(30))
    shown, rest = foremost(causes, 8)
    assert len(shown) == 8
    assert {cause.lead.id for cause in (*shown, *rest)} == {cause.lead.id for cause in causes}


def test_matrix_cell_shows_the_gravest_verdict_and_its_share() -> None:
    table = matrix(rich_result().findings)
    dropout = table.rows["Dropout"]
    assert (dropout["gradient"].verdict, dropout["gradient"].tally) == (Verdict.FAILED, "2")
    assert (dropout["phase"].verdict, dropout["phase"].tally) == (Verdict.BLOCKED, "2/3")
    assert dropout["phase"].counts == {"passed": 1, "blocked": 2}
    assert "value" not in table.rows["Adam"]


def test_matrix_orders_known_families_and_appends_others() -> None:
    table = matrix([finding("A", "c", "special.law"), finding("A", "c", "gradient.x"), finding("A", "c", "contract.y")])
    assert table.families == ("contract", "gradient", "special")
