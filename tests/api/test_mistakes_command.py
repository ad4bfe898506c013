"""`backproof mistakes`: the list, the score, and what it says of a mistake that no check reports."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from backproof.checks.run import scoring
from backproof.checks.run.scoring import Score, by_spec, score, scores, total
from backproof.commands import cataloguing as command
from backproof.mistakes import all_mistakes, correct
from backproof.mistakes.mistake import Mistake

from .running import run

HARMLESS = Mistake(
    id="sgd.harmless",
    spec="Sgd",
    title="nothing is wrong",
    explanation="It is the correct baseline.",
    hint="none = 0",
    families=("optimizer",),
    build=correct,
)


@pytest.fixture
def with_a_harmless_one(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**all_mistakes(), HARMLESS.id: HARMLESS}
    monkeypatch.setattr(scoring, "all_mistakes", lambda: known)
    monkeypatch.setattr(command, "all_mistakes", lambda: known)


def test_every_mistake_is_listed() -> None:
    ran = run("mistakes", columns="200")
    assert ran.status == 0
    assert [line.split()[0] for line in ran.out.splitlines()[1:-2]] == list(all_mistakes())
    assert f"{len(all_mistakes())} mistakes." in ran.out


def test_names_are_specs_or_ids() -> None:
    ran = run("mistakes", "sgd", "relu.absolute-value", columns="200")
    expected = [each.id for each in all_mistakes().values() if each.spec == "Sgd" or each.id == "relu.absolute-value"]
    assert [line.split()[0] for line in ran.out.splitlines()[1:-2]] == expected


def test_an_unknown_name_is_a_usage_error() -> None:
    ran = run("mistakes", "sgd.sing")
    assert (ran.status, ran.out) == (2, "")
    assert "no mistake or spec is called 'sgd.sing': did you mean sgd.sign?" in ran.err


def test_a_quick_score_sees_what_a_quick_run_sees() -> None:
    ran = run("mistakes", "--score", "--effort", "quick", "sgd.rate-halved-on-the-way", "--jobs", "1")
    assert ran.status == 1  # only a longer sequence of calls shows it
    assert "0 of 1 mistake caught" in ran.out
    assert "Missed, no check reports them:\n  sgd.rate-halved-on-the-way" in ran.out


def test_a_score_of_one_spec() -> None:
    ran = run("mistakes", "--score", "L1_Regularizer", "--jobs", "1")
    count = sum(each.spec == "L1_Regularizer" for each in all_mistakes().values())
    assert ran.status == 0
    assert f"L1_Regularizer        {count}      {count}  regularization" in ran.out
    assert ran.out.endswith(f"{count} of {count} mistakes caught.\n")


@pytest.mark.usefixtures("with_a_harmless_one")
def test_a_missed_mistake_is_named_and_fails() -> None:
    ran = run("mistakes", "--score", "sgd.harmless", "sgd.sign", "--jobs", "1")
    assert ran.status == 1
    assert "1 of 2 mistakes caught." in ran.out
    assert ran.out.endswith("Missed, no check reports them:\n  sgd.harmless\n")
    markdown = run("mistakes", "--score", "sgd.harmless", "sgd.sign", "--jobs", "1", "--markdown")
    assert (markdown.status, markdown.out.splitlines()[-1]) == (1, "| total | 2 | 1 | optimizer 1 | sgd.harmless |")


def test_processes_give_the_scores_in_order() -> None:
    ids = ["sgd.sign", "l1.norm-mean", "he.variance-of-xavier", "sgd.writes-into-weights"]
    assert list(scores(ids, jobs=2)) == [score(each) for each in ids]


def test_what_only_strict_asks_about_is_run_at_strict() -> None:
    assert all_mistakes()["sgd.writes-into-weights"].level == "strict"
    assert score("sgd.writes-into-weights").caught


def test_a_row_counts_each_family_once_for_each_mistake() -> None:
    found = [
        Score(mistake="a.1", spec="A", families=("value", "gradient")),
        Score(mistake="b.1", spec="B", families=()),
        Score(mistake="a.2", spec="A", families=("gradient",)),
    ]
    first, second = by_spec(found)
    assert (first.spec, first.mistakes, first.caught, first.families) == ("A", 2, 2, {"gradient": 2, "value": 1})
    assert (second.spec, second.caught, second.missed) == ("B", 0, ("b.1",))
    assert (total(found).mistakes, total(found).caught) == (3, 2)


def test_there_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(command, "Console", lambda **more: Console(file=screen, force_terminal=True, width=80))
    run("mistakes", "--score", "sgd.sign", "--jobs", "1")
    assert "1/1" in screen.getvalue()


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_are_a_positive_number(jobs: str) -> None:
    assert run("mistakes", "--score", f"--jobs={jobs}").status == 2
