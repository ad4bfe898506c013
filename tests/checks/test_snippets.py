"""Snippets: programs that show a failure without Backproof; each is run in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import backproof
from backproof import framework
from backproof.adapters.base import LayerAdapter
from backproof.adapters.class_api.subjects import build
from backproof.checks.explain.snippet_text import Unspeakable, filled, literal, rounded_up
from backproof.checks.plan.effort import EFFORTS
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Smallest
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings
from backproof.specs import Spec

from .running import Here

EXAMPLES = Path(__file__).parents[2] / "examples"
BUGGY, CORRECT = EXAMPLES / "fau_exercise_buggy", EXAMPLES / "fau_exercise"


@cache
def failures() -> dict[str, Smallest | None]:
    """What every failing check of the example with mistakes shows, by layer, check and quantity."""
    shown: dict[str, Smallest | None] = {}
    for finding in backproof.check(BUGGY).findings:
        if finding.failing:
            key = f"{finding.layer} {finding.check} {finding.quantity}".rstrip()
            shown[key] = shown.get(key) or finding.smallest
    return shown


def run_alone(program: str) -> tuple[int, str]:
    """Exit status and last words in a fresh process that has neither the current folder nor Backproof's on its path."""
    guard = "import sys; sys.modules['backproof'] = None\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", guard + program], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr


def test_every_failure_of_the_example_has_a_snippet_that_fails_there_and_holds_on_the_correct_one() -> None:
    assert len(failures()) >= 25
    for name, smallest in failures().items():
        assert smallest is not None, name
        assert smallest.snippet, (name, smallest.no_snippet)
        status, words = run_alone(smallest.snippet)
        assert status == 1, name
        assert "AssertionError" in words or "ValueError" in words, (name, words)
        assert run_alone(smallest.snippet.replace(str(BUGGY), str(CORRECT))) == (0, ""), name


RNN_FILE, LSTM_FILE = "Layers/RNN.py", "Layers/LSTM.py"
FUTURE = "error_from_future = np.zeros((1, self.hidden_size), dtype=error_tensor.dtype)"
PLANTED = {
    "memory-and-gate": (
        (RNN_FILE, "        if not self.memorize:\n            self.hidden_state", "        self.hidden_state"),
        (LSTM_FILE, "cell_error * i)", "cell_error * f)"),
    ),
    "boundary-and-forgetting": (
        (
            RNN_FILE,
            FUTURE,
            f'{FUTURE}\n        if self.memorize:\n            error_from_future += vars(self).get("e", 0)',
        ),
        (RNN_FILE, "        self.gradient_weights = hidden", "        self.e = error_from_future\n{}"),
        (LSTM_FILE, "cell_error_from_future = cell_error * f", "cell_error_from_future = cell_error"),
    ),
    "last-step-and-penalty": (
        (RNN_FILE, "output_gradient += self", "output_gradient = self"),
        (LSTM_FILE, "return norm(self.gate_layer.weights) +", "return norm(self.gate_layer.weights) * 2 +"),
    ),
}
SHOWN_BY = {
    "memory-and-gate": {"RNN recurrence.halves", "LSTM gradient.input", "LSTM gradient.parameter"},
    "boundary-and-forgetting": {"RNN recurrence.truncated", "LSTM gradient.input"},
    "last-step-and-penalty": {"RNN gradient.parameter", "LSTM regularization.layer"},
}


@pytest.mark.parametrize("name", PLANTED)
def test_recurrent_mistakes_have_snippets_that_hold_on_the_correct_example(name: str, tmp_path: Path) -> None:
    shutil.copytree(CORRECT, folder := tmp_path / "submission")
    for file, old, new in PLANTED[name]:
        path = folder / "src_to_implement" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new.format(old) if new.endswith("{}") else new))
    few = replace(EFFORTS["quick"], trials=2, run_trials=100)
    with patch.dict(EFFORTS, {"quick": few}):
        result = backproof.check(folder, "RNN", "LSTM", effort="quick")
    shown = set()
    for finding in result.findings:
        smallest = finding.smallest
        if not finding.failing or smallest is None:
            continue
        shown.add(f"{finding.layer} {finding.check}")
        assert smallest.snippet, (finding.id, smallest.no_snippet)
        status, words = run_alone(smallest.snippet)
        assert (status, "AssertionError" in words) == (1, True), (finding.id, words)
        assert run_alone(smallest.snippet.replace(str(folder), str(CORRECT))) == (0, ""), finding.id
    assert shown >= SHOWN_BY[name]


IN_PLACE = """import numpy as np

from Layers.Base import BaseLayer


class ReLU(BaseLayer):

    def forward(self, input_tensor):
        self.x = input_tensor
        return np.maximum(0, input_tensor)

    def backward(self, error_tensor):
        g = self.x
        g[g > 0] = 1
        g[g < 0] = 0
        return error_tensor * g
"""


def test_what_backward_does_to_the_array_of_forward_is_shown(tmp_path: Path) -> None:
    shutil.copytree(CORRECT, folder := tmp_path / "submission")
    (folder / "src_to_implement" / "Layers" / "ReLU.py").write_text(IN_PLACE)
    found = [each for each in backproof.check(folder, "ReLU", effort="quick").findings if each.failing]
    assert {finding.check for finding in found} == {"contract.pure"}
    [smallest] = [finding.smallest for finding in found if finding.smallest is not None]
    status, words = run_alone(smallest.snippet)
    assert (status, "AssertionError" in words) == (1, True), words
    assert run_alone(smallest.snippet.replace(str(folder), str(CORRECT))) == (0, "")


def test_sized_failures_of_the_example_are_minimal() -> None:
    ids = {name: smallest.id.split("/")[1] for name, smallest in failures().items() if smallest}
    assert ids["Sigmoid gradient.input"] == "batch=1,features=1"
    assert ids["SoftMax gradient.input"] == "batch=1,classes=2"
    assert ids["FullyConnected gradient.before-update"] == "batch=1,inputs=1,outputs=1"
    assert ids["BatchNormalization optimizer.state weights"] == "batch=2,channels=1,phase=train"


# Snippets of other failures, run in this process.


def shown(name: str, cls: type, check: str) -> Smallest:
    def part(wanted: str) -> Any:
        return cls if wanted == name else getattr(framework, wanted, None)

    found: list[Finding] = []
    source = Here(lambda spec: build(spec, part))
    Runner(make_plan([name], Settings(names=(check,))), source, shrinks=True).run(1, found.append)
    (smallest,) = [finding.smallest for finding in found if finding.smallest]
    return smallest


def outcome(program: str, cls: type | None = None) -> str:
    """The exception that ends the program; with the class of the reference in the place of `cls` if that is given."""
    if cls is not None:
        program = program.replace(f"from {cls.__module__} import", "from backproof.framework import")
        program = program.replace(cls.__name__, cls.__mro__[1].__name__)
    try:
        exec(compile(program, "<snippet>", "exec"), {})
    except Exception as error:
        return type(error).__name__
    return ""


class WritesIntoInput(framework.ReLU):
    def forward(self, input_tensor: Any) -> Any:
        result = super().forward(input_tensor)
        input_tensor[...] = result
        return result


class RaisesForOne(framework.TanH):
    def backward(self, error_tensor: Any) -> Any:
        raise KeyError("activation")


class ReturnsNone(framework.Sigmoid):
    def forward(self, input_tensor: Any) -> Any:
        super().forward(input_tensor)


class HalfBias(framework.FullyConnected):
    def backward(self, error_tensor: Any) -> Any:
        result = super().backward(error_tensor)
        assert self.gradient_weights is not None
        self.gradient_weights = self.gradient_weights * np.append(np.ones(len(self.weights) - 1), 0.5)[:, None]
        return result


class SharedMask(framework.ReLU):
    _last: Any = None

    def forward(self, input_tensor: Any) -> Any:
        SharedMask._last = np.asarray(input_tensor) > 0
        return super().forward(input_tensor)

    def backward(self, error_tensor: Any) -> Any:
        return error_tensor * SharedMask._last if SharedMask._last.shape == error_tensor.shape else error_tensor


@pytest.mark.parametrize(
    ("name", "cls", "check", "ends"),
    [
        ("ReLU", WritesIntoInput, "contract.pure", "AssertionError"),
        ("TanH", RaisesForOne, "contract.backward", "KeyError"),
        ("Sigmoid", ReturnsNone, "contract.forward", "AssertionError"),
        ("FullyConnected", HalfBias, "gradient.parameter", "AssertionError"),
        ("ReLU", SharedMask, "contract.instances", "AssertionError"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_kinds_of_failures(name: str, cls: type, check: str, ends: str) -> None:
    smallest = shown(name, cls, check)
    assert smallest.snippet, smallest.no_snippet
    assert outcome(smallest.snippet) == ends, smallest.snippet
    assert outcome(smallest.snippet, cls) == "", smallest.snippet


def test_statistical_laws_say_why_there_is_none() -> None:
    class KeepsLess(framework.Dropout):
        def __init__(self, probability: float) -> None:
            super().__init__(probability * 0.5)

    smallest = shown("Dropout", KeepsLess, "phase.mask-rate")
    assert smallest.snippet == ""
    assert "run the check itself" in smallest.no_snippet


def test_an_adapter_that_does_not_say_how_its_calls_read_gets_the_reason() -> None:
    class Silent(LayerAdapter):
        def forward(self, x: Any) -> Any:
            return -x

        def backward(self, dy: Any) -> Any:
            return -dy

    def silent(spec: Spec) -> Any:
        return Silent(spec)  # type: ignore[arg-type]  # only layers are asked for

    found: list[Finding] = []
    Runner(make_plan(["ReLU"], Settings(names=("value.forward",))), Here(silent), shrinks=True).run(1, found.append)
    smallest = found[0].smallest
    assert smallest is not None
    assert smallest.snippet == ""
    assert "does not say how its calls read as code" in smallest.no_snippet
    assert {array.name for array in smallest.arrays} == {"x", "found", "expected"}


# Text.


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.1, -2.0], [1e-300, 3.0]]),
        np.array(0.1),
        np.full((3, 2), 0.25),
        np.array([1.5, 0.1], dtype=np.float32),
        np.array([np.nan, np.inf, -np.inf]),
        np.array([True, False]),
        np.arange(3),
        np.zeros((0, 2)),
    ],
)
def test_a_literal_is_the_array(array: Any) -> None:
    again = eval(literal(array), {"np": np})
    assert np.asarray(again).dtype == array.dtype
    np.testing.assert_array_equal(again, array if array.size else np.asarray(again))


def test_large_arrays_are_not_spelled_out() -> None:
    with pytest.raises(Unspeakable, match="601 entries is too large"):
        literal(np.arange(601.0))


def test_templates_are_filled_and_not_evaluated() -> None:
    assert filled("$self.f($0, {0.__class__})", {"self": "layer", "0": "x"}) == "layer.f(x, {0.__class__})"
    with pytest.raises(Unspeakable, match=r"names \$1"):
        filled("$1", {"0": "x"})


@pytest.mark.parametrize(("bound", "text"), [(1.2e-13, "2e-13"), (1e-13, "1e-13"), (9.7e-5, "0.0001"), (0.0, "0.0")])
def test_bounds_are_rounded_up(bound: float, text: str) -> None:
    assert rounded_up(bound) == text
    assert float(text) >= bound
