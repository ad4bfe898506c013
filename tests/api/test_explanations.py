"""`list` and `explain`: what they show to a person, at 80 columns and at 40."""

from __future__ import annotations

import re

import pytest

from backproof.checks.plan.catalogue import all_checks
from backproof.mistakes import all_mistakes
from backproof.specs import all_specs

from .running import run


def test_the_list_has_every_spec() -> None:
    ran = run("list")
    assert ran.status == 0
    first_words = [line.split()[0] for line in ran.out.splitlines()[1:-3] if not line.startswith(" ")]
    assert first_words == list(all_specs())
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_the_list_of_some_specs() -> None:
    lines = run("list", "relu", "Sigmoid").out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["ReLU", "Sigmoid"]
    assert re.fullmatch(r"2 specs, \d+ checks\.", lines[-2])
    ran = run("list", "Relux")
    assert (ran.status, ran.out) == (2, "")
    assert "there is no spec 'Relux'; did you mean ReLU? there are: " in ran.err


def test_the_list_of_laws() -> None:
    text = run("list", "--laws").out
    assert set(re.findall(r"^  ([a-z]+\.[\w-]+)", text, re.MULTILINE)) == set(all_checks())
    assert f"{len(all_checks())} laws." in text.splitlines()[-1]
    of_relu = run("list", "--laws", "ReLU").out
    assert "gradient.kink" in of_relu
    assert "optimizer." not in of_relu.replace("optimizers.", "")


@pytest.mark.parametrize("name", all_specs())
def test_a_spec_in_full(name: str) -> None:
    ran = run("explain", name.upper())
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"{name} (")
    headings = [line for line in ran.out.splitlines() if line and not line.startswith(" ")]
    assert "Definition" in headings
    assert "Laws at level core: without them nothing trains" in headings
    assert any(heading.startswith("Known mistakes") for heading in headings)
    case = all_specs()[name].cases()[0]
    assert re.search(rf"^  {re.escape(case.name)} ", ran.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "columns"), [("BatchNormalization", "80"), ("BatchNormalization", "40"), ("NeuralNetwork", "80")]
)
def test_text_is_wrapped(name: str, columns: str) -> None:
    ran = run("explain", name, columns=columns)
    wide = [line for line in ran.out.splitlines() if len(line) > int(columns) and len(line.split()) > 1]
    assert wide == []


def test_conventions_and_parameters_of_a_spec() -> None:
    text = " ".join(run("explain", "BatchNormalization").out.split())
    assert "Parameters of BatchNormalization(channels=4) weights shape (4,), starts at 1" in text
    assert "batch statistics (train phase)" in text
    assert "running statistics variance | standard deviation | unbiased variance" in text
    assert "`backproof explain batch_normalization.NAME`" in text
    assert "in (0, 1]" in run("explain", "Dropout").out


def test_a_check_in_full() -> None:
    text = run("explain", "gradient.mask").out
    assert text.startswith("gradient.mask\n  Backward multiplies the incoming gradient by the very mask")
    assert "Holds for\n  Dropout\n" in text
    assert "contract.constructs, contract.forward, contract.backward" in text
    assert "backproof check SUBJECT gradient.mask" in text


def test_a_planned_finding_in_full() -> None:
    text = run("explain", "Dropout/keep-0.25/gradient.mask").out
    assert text.startswith("gradient.mask\n")
    assert "In the case keep-0.25\n  Dropout(keep=0.25), shape (12, 10), train phase, float64" in text


def test_a_known_mistake_in_full() -> None:
    mistake = all_mistakes()["dropout.backward-unscaled"]
    text = " ".join(run("explain", mistake.id).out.split())
    assert text.startswith("dropout.backward-unscaled (a known mistake in Dropout)")
    assert mistake.explanation in text
    assert f"Instead {mistake.hint}" in text


@pytest.mark.parametrize(("name", "meant"), [("gradient.imput", "gradient.input"), ("Dropot", "Dropout")])
def test_an_unknown_name(name: str, meant: str) -> None:
    ran = run("explain", name)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        f"backproof: nothing is called '{name}': did you mean {meant}? "
        "`backproof list` shows the specs, `backproof list --laws` the checks\n"
    )
