"""Drawing cases, and what the efforts look at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backproof.checks.plan.drawing import draw_cases
from backproof.checks.plan.effort import EFFORTS, STANDARD
from backproof.checks.plan.plan import UnknownName, make_plan
from backproof.checks.settings import Settings
from backproof.specs import FullyConnected, Kind, NeuralNetwork, ReLU, all_specs

DRAWN = draw_cases(all_specs(), "standard", 0)


def names_of(spec: str, effort: str, *names: str) -> list[str]:
    plan = make_plan([spec], Settings(effort=effort, names=names), draw_cases([spec], effort, 0))
    return list(dict.fromkeys(planned.case.name for planned in plan.selected))


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    assert draw_cases(all_specs(), "standard", 0) == DRAWN
    assert draw_cases(all_specs(), "standard", 1) != DRAWN


def test_a_spec_draws_the_same_whatever_else_is_offered() -> None:
    assert draw_cases(["ReLU"], "standard", 0) == {"ReLU": DRAWN["ReLU"]}


def test_every_layer_and_loss_gets_its_number_of_new_cases() -> None:
    for name, spec in all_specs().items():
        named = [dict(case.sizes) for case in spec.cases()]
        drawn = [dict(case.sizes) for case in DRAWN.get(name, ())]
        assert not any(sizes in named for sizes in drawn)
        assert len({str(sizes) for sizes in drawn}) == len(drawn)
        if spec.kind in {Kind.LAYER, Kind.LOSS}:
            assert len(drawn) == EFFORTS[STANDARD].drawn


def test_thorough_reaches_the_ends_of_the_domains() -> None:
    shapes = {case.input_shape for case in draw_cases(["ReLU"], "thorough", 0)["ReLU"]}
    images = [shape for shape in shapes if len(shape) == 4]
    assert len(shapes) >= 20
    assert any(shape[0] == 1 for shape in shapes)
    assert any(height != width for _, _, height, width in images)
    assert any(1 in (height, width) for _, _, height, width in images)


def test_quick_looks_at_the_first_named_cases_and_draws_nothing() -> None:
    assert draw_cases(all_specs(), "quick", 0) == {}
    assert names_of("FullyConnected", "quick") == ["4-to-3", "batch-1"]
    assert names_of("NeuralNetwork", "quick") == [case.name for case in NeuralNetwork.cases()][:4]
    assert names_of("LSTM", "quick") == ["sequence"]  # says so itself


def test_standard_looks_at_all_named_cases_and_a_few_drawn_ones() -> None:
    named = [case.name for case in ReLU.cases()]
    assert names_of("ReLU", "standard") == [*named, *(case.name for case in DRAWN["ReLU"])]


def test_quick_adds_the_case_that_a_name_is_about() -> None:
    assert names_of("FullyConnected", "quick", "FullyConnected/1-to-1") == ["1-to-1"]
    assert names_of("FullyConnected", "quick", "*/square/*") == ["square"]
    assert names_of("FullyConnected", "quick", "FullyConnected/*/gradient.input") == ["4-to-3", "batch-1"]


def contracts(case: str, effort: str, *names: str) -> set[str]:
    """The contract laws that are planned for a case of FullyConnected."""
    plan = make_plan(["FullyConnected"], Settings(effort=effort, names=names))
    return {item.check.id for item in plan.selected if item.check.family == "contract" and item.case.name == case}


def test_quick_looks_at_what_a_layer_keeps_in_its_first_case() -> None:
    left_out = {"contract.instances", "contract.latest", "contract.accumulation", "contract.backward-again"}
    assert contracts("4-to-3", "quick") == contracts("4-to-3", "standard") > left_out
    assert contracts("batch-1", "quick") == contracts("batch-1", "standard") - left_out - {
        "contract.batch",
        "contract.linear",
        "contract.pure",
    }
    assert contracts("batch-1", "quick", "FullyConnected/batch-1") == contracts("batch-1", "standard")
    assert contracts("batch-1", "quick", "FullyConnected") == contracts("batch-1", "quick")


@pytest.mark.parametrize("effort", ["quick", "standard"])
def test_an_id_that_says_its_sizes_is_planned_even_if_it_is_not_drawn(effort: str) -> None:
    name = "FullyConnected/batch=7,inputs=20,outputs=1/gradient.input"
    (planned,) = make_plan(["FullyConnected"], Settings(effort=effort, names=(name,))).selected
    assert planned.id == name
    assert planned.case == FullyConnected.case(batch=7, inputs=20, outputs=1)
    assert [need.partition("/contract")[0] for need in planned.needs] == [
        "FullyConnected/batch=7,inputs=20,outputs=1"
    ] * 3


def test_an_id_with_sizes_that_cannot_be_is_unknown() -> None:
    name = "FullyConnected/batch=0,inputs=2,outputs=1/gradient.input"
    with pytest.raises(UnknownName, match="it is no layer, check, course test or id"):
        make_plan(["FullyConnected"], Settings(names=(name,)))
    with pytest.raises(UnknownName, match="the subject does not offer it"):
        make_plan(["ReLU"], Settings(names=(name,)))


def test_quick_does_not_import_hypothesis() -> None:
    code = (
        "import sys, backproof\n"
        "assert backproof.check('builtin', 'ReLU', effort='quick')\n"
        "assert 'hypothesis' not in sys.modules\n"
        "assert backproof.check('builtin', 'ReLU')\n"
        "assert 'hypothesis' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_drawing_leaves_nothing_behind_and_does_not_look_around(tmp_path: Path) -> None:
    """Hypothesis would keep a folder beside the user's files, and draw numbers that occur in source code nearby."""
    (tmp_path / "nearby.py").write_text("NUMBERS = [2, 3, 5, 7]\n")
    code = (
        "import nearby\n"
        "from backproof.checks.plan.drawing import draw_cases\n"
        "print(sorted((n, [c.name for c in cases]) for n, cases in draw_cases(['ReLU'], 'thorough', 0).items()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, timeout=60, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"},
    )  # fmt: skip
    here = sorted((name, [case.name for case in cases]) for name, cases in draw_cases(["ReLU"], "thorough", 0).items())
    assert done.stdout.strip() == str(here)
    assert [path.name for path in tmp_path.iterdir()] == ["nearby.py"]
