"""Waivers as such: which findings they cover, and when they are judged."""

from __future__ import annotations

from datetime import date

import pytest

from backproof.checks.results import FAILING, Finding, Verdict
from backproof.checks.run.waivers import Waiver, Waivers

TODAY = date(2026, 11, 21)
IDS = ("ReLU/vector/value.forward", "ReLU/image/value.forward", "TanH/vector/value.forward")


def finding(verdict: Verdict, finding_id: str = IDS[0]) -> Finding:
    layer, case, check = finding_id.split("/")
    return Finding(id=finding_id, layer=layer, case=case, family="value", check=check, law="It holds.", verdict=verdict)


def waivers(*entries: Waiver) -> Waivers:
    return Waivers(entries=entries, today=TODAY)


def relu(**more: object) -> Waiver:
    return Waiver(**{"finding": "ReLU/*", "reason": "known", **more})  # type: ignore[arg-type] # names are the fields'


@pytest.mark.parametrize("verdict", Verdict)
def test_failures_of_the_subject_alone_are_waived(verdict: Verdict) -> None:
    ruled = waivers(relu()).apply(finding(verdict))
    if verdict in FAILING:
        assert (ruled.verdict, ruled.original, ruled.reason) == (Verdict.WAIVED, str(verdict), "known")
        assert not ruled.failing
    else:
        assert ruled == finding(verdict)


def test_what_a_waiver_is_not_about_stays() -> None:
    failed = finding(Verdict.FAILED, IDS[2])
    assert waivers(relu()).apply(failed) is failed
    assert waivers(relu(finding="tanh/*")).apply(failed) is failed


def test_the_first_valid_waiver_gives_the_reason() -> None:
    entries = (relu(reason="old", expires=date(2026, 11, 20)), relu(reason="new", expires=TODAY), relu(reason="last"))
    assert waivers(*entries).apply(finding(Verdict.FAILED)).reason == "new"


@pytest.mark.parametrize(
    ("waiver", "verdicts", "said"),
    [
        (relu(), {0: "waived", 1: "passed", 2: "passed"}, ""),
        (relu(), {0: "passed", 1: "passed", 2: "failed"}, "stale: all 2 findings pass"),
        (relu(finding=IDS[0]), {0: "passed", 1: "passed", 2: "passed"}, "stale: the finding passes without it; delete"),
        (relu(), {0: "passed", 1: "blocked", 2: "passed"}, ""),
        (relu(), {0: "passed", 1: "undecided", 2: "passed"}, ""),
        (relu(), {0: "passed"}, ""),
        (relu(finding="ReLU/*/gradient.*"), {0: "passed", 1: "passed", 2: "passed"}, "matches no finding of this run"),
        (relu(finding="ReLU/*/gradient.*"), {0: "passed"}, ""),
        (relu(expires=date(2026, 11, 20)), {0: "failed", 1: "passed", 2: "passed"}, "expired on 2026-11-20; fix"),
        (relu(expires=date(2026, 11, 20)), {0: "failed"}, "expired on 2026-11-20"),
        (relu(expires=date(2026, 11, 20)), {2: "passed"}, ""),
        (relu(expires=date(2026, 11, 20)), {0: "passed", 1: "passed", 2: "passed"}, "stale"),
        (relu(expires=TODAY), {0: "waived", 1: "passed", 2: "passed"}, ""),
    ],
)
def test_waivers_that_no_longer_apply(waiver: Waiver, verdicts: dict[int, str], said: str) -> None:
    complaints = waivers(waiver).complaints(IDS, {IDS[index]: Verdict(name) for index, name in verdicts.items()})
    assert len(complaints) == bool(said)
    assert said in "".join(complaints)
