"""RNN and LSTM: however a correct submission stores its parameters, it is accepted; what is missing is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from backproof.adapters.class_api.slots import find_slots, replace_all
from backproof.checks.choices.conventions import detect
from backproof.checks.law import Level
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.run.source import DirectSource
from backproof.checks.settings import Settings
from backproof.specs import LSTM, RNN, RecurrentSpec, Unsupported

from .recurrent_styles import RNN_STYLES
from .submissions import changed, example_files, load, write

PATH = "Layers/RNN.py"
GATES = '["forget", "input", "candidate", "output"]'


def odd_findings(adapter: Any, name: str, seed: int = 0) -> tuple[list[str], dict[str, str]]:
    """What is not passed at the strictest level, and the conventions."""
    source = DirectSource(adapter.build, adapter.describe())
    conventions = detect(source, [name])
    found: list[Finding] = []
    Runner(make_plan([name], Settings(level=Level.STRICT)), source, Settings(conventions=conventions, seed=seed)).run(
        1, found.append
    )
    assert len(found) > 70
    # These styles are written for float64; that float32 stays float32 is another matter.
    odd = [each for each in found if each.verdict is not Verdict.PASSED and each.check != "contract.dtype"]
    return [f"{each.id}: {each.verdict} {each.message}" for each in odd], conventions


def submission(folder: Path, code: str, path: str = PATH) -> Any:
    return load(write(folder, {**example_files(), path: code}))


def in_another_order(order: list[str]) -> dict[str, str]:
    """The example's LSTM with its gates in another order."""
    names = ", ".join(f'"{name}"' for name in order)
    letters = {"forget": "f", "input": "i", "candidate": "g", "output": "o"}
    errors = {
        "forget": 'step["forget"].backward(cell_error * step["previous cell"])',
        "input": 'step["input"].backward(cell_error * g)',
        "candidate": 'step["candidate"].backward(cell_error * i)',
        "output": 'step["output"].backward(hidden_error * squashed)',
    }
    files = example_files()
    old = files["Layers/LSTM.py"]
    start, end = old.index("gate_error = np.concatenate(["), old.index("stacked_error =")
    stacked = f"gate_error = np.concatenate([{', '.join(errors[name] for name in order)}])\n            "
    code = old[:start] + stacked + old[end:]
    code = code.replace("f, i, g, o = (step", ", ".join(letters[name] for name in order) + " = (step")
    code = code.replace(GATES, f"[{names}]")
    assert code != old
    return {**files, "Layers/LSTM.py": code}


@pytest.mark.parametrize("style", RNN_STYLES)
def test_every_style_of_a_correct_rnn_is_accepted(tmp_path: Path, style: str) -> None:
    adapter = submission(tmp_path, RNN_STYLES[style])
    for seed in range(3):
        odd, conventions = odd_findings(adapter, "RNN", seed)
        unsupported = ["regularization.layer"] if "calculate_regularization_loss" not in RNN_STYLES[style] else []
        assert [line for line in odd if not any(name in line for name in unsupported)] == []
        assert conventions["RNN output"] == ("sigmoid" if style == "sigmoid output" else "linear")


@pytest.mark.parametrize(
    "order",
    [
        ["input", "forget", "output", "candidate"],
        ["input", "forget", "candidate", "output"],
        ["output", "candidate", "input", "forget"],
    ],
)
def test_every_order_of_the_gates_is_accepted(tmp_path: Path, order: list[str]) -> None:
    odd, _ = odd_findings(load(write(tmp_path, in_another_order(order))), "LSTM")
    assert odd == []


@pytest.mark.parametrize(
    "order", [["forget", "input", "candidate", "output"], ["output", "candidate", "input", "forget"]]
)
def test_the_order_of_the_gates_is_seen_in_float32_too(tmp_path: Path, order: list[str]) -> None:
    converted = "np.concatenate([x, self.hidden_state]).reshape(1, -1)"
    files = in_another_order(order)
    files = changed(
        ("Layers/LSTM.py", converted, f"{converted}.astype(np.float32)"),
        ("Layers/FullyConnected.py", "np.dot(self.extended_input, self.weights)",
         "np.dot(self.extended_input, self.weights.astype(np.float32)).astype(np.float32)"),
        files=files,
    )  # fmt: skip
    odd, conventions = odd_findings(load(write(tmp_path, files)), "LSTM")
    assert conventions["computes in float32"] == "LSTM"
    assert odd == []


def test_gates_may_lie_unit_by_unit(tmp_path: Path) -> None:
    files = changed(
        ("Layers/LSTM.py", "np.split(self.gate_layer.forward(stacked)[0], 4)",
         "self.gate_layer.forward(stacked)[0].reshape(-1, 4).T"),
        ("Layers/LSTM.py", "gate_error.reshape(1, -1)", "gate_error.reshape(4, -1).T.reshape(1, -1)"),
    )  # fmt: skip
    odd, _ = odd_findings(load(write(tmp_path, files)), "LSTM")
    assert odd == []


@pytest.mark.parametrize("spec", [case.spec for kind in (RNN, LSTM) for case in kind.cases()], ids=str)
def test_parameters_are_those_of_the_spec(spec: RecurrentSpec, tmp_path: Path) -> None:
    subject, reference = load(write(tmp_path, example_files())).build(spec), load_builtin().build(spec)
    generator = np.random.default_rng(4)
    values = {name: generator.normal(size=parameter.shape) for name, parameter in spec.parameters().items()}
    x, dy = generator.normal(size=(3, spec.input_size)), generator.normal(size=(3, spec.output_size))
    results = []
    for each in (subject, reference):
        each.assign(values)
        for name, value in each.parameters().items():
            np.testing.assert_array_equal(value, values[name])
            value.fill(np.nan)
        results.append([each.forward(x), each.backward(dy), *each.gradients().values()])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def load_builtin() -> Any:
    from backproof import adapters

    return adapters.load(adapters.resolve(None))


def test_the_gradient_of_the_output_is_seen_without_touching_the_layer(tmp_path: Path) -> None:
    subject = load(write(tmp_path, example_files())).build(RNN(input_size=2, hidden_size=3, output_size=2))
    subject.forward(np.ones((4, 2)))
    before = subject.parameters()
    subject.backward(np.ones((4, 2)))
    assert subject.layer.optimizer is None
    assert subject.gradients()["output_bias"].tolist() == [4, 4]
    for name, value in subject.parameters().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    ("changes", "check", "text"),
    [
        (("self.output_layer.weights = self._output_optimizer.calculate_update(self.output_layer.weights,", "_ = (1,"),
         "contract.gradients", "passes the output layer's weights (shape (4, 2)) to no optimizer.calculate_update"),
        (("self.gradient_weights = hidden_gradient", "self.gradient = hidden_gradient"),
         "contract.gradients", "RNN.gradient_weights is missing after backward"),
        (("memorize", "remember"), "recurrence.halves", "RNN.memorize is missing"),
        (("input_size + hidden_size, hidden_size)", "input_size, hidden_size)"),
         "contract.forward", "RNN.weights has the shape (4, 4), but should have (8, 4) or (4, 8)"),
        (("return np.array(outputs)", "return np.tanh(np.array(outputs))"), "value.forward", "but should be"),
        (("self.output_inputs[t]", "self.output_inputs[-1]"), "gradient.parameter", "the gradient of output_weights"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, changes: tuple[str, str], check: str, text: str) -> None:
    odd, _ = odd_findings(load(write(tmp_path, changed((PATH, *changes)))), "RNN")
    assert [line for line in odd if f"/{check}" in line and text in line], odd


def test_without_the_method_the_penalty_is_not_offered(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, changed((PATH, "calculate_regularization_loss", "penalty"))))
    subject = adapter.build(RNN(input_size=2, hidden_size=3, output_size=2))
    subject.attach_penalty(0.5)
    with pytest.raises(Unsupported, match="RNN has no method calculate_regularization_loss"):
        subject.regularization_loss()


@pytest.mark.parametrize("steps", [0, 2])
def test_the_layer_can_be_watched_inside_of_a_network(tmp_path: Path, steps: int) -> None:
    subject = load(write(tmp_path, example_files())).build(RNN(input_size=2, hidden_size=3, output_size=2))
    subject.observe()
    subject.layer.forward(np.ones((4, 2)))
    for _ in range(steps):
        subject.layer.backward(np.ones((4, 2)))
    if steps:
        assert subject.gradients()["output_bias"].tolist() == [4, 4]
    else:
        with pytest.raises(AttributeError):
            subject.gradients()


def test_an_empty_stub_of_the_optional_layer_is_not_claimed(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, {**example_files(), "Layers/LSTM.py": ""}))
    facts = adapter.describe()
    assert "LSTM" not in facts["offered"]
    assert "LSTM" not in facts["missing"]
    assert "RNN" in facts["offered"]


def test_slots_know_all_places_of_an_array() -> None:
    class Layer:
        def __init__(self) -> None:
            self.weights = np.ones((2, 3))
            self.parts = [{"same": self.weights, "other": np.zeros(3)}]
            self.count, self.names, self.self = np.ones(2, dtype=int), ["a"], self

    layer = Layer()
    slots = find_slots(layer)
    assert [slot.shape for slot in slots] == [(2, 3), (3,)]
    old = layer.weights
    slots[0].write(layer, np.arange(6.0))
    assert layer.weights is layer.parts[0]["same"]
    assert layer.weights.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert (old == 1).all()
    slots[0].read(layer).fill(7)
    assert layer.weights[0, 0] == 0


def test_slots_know_what_has_no_dictionary() -> None:
    class Base:
        __slots__ = ("never_set", "weights")

    class Layer(Base):
        __slots__ = ("__weakref__", "bias")

        @property
        def computed(self) -> None:
            raise AssertionError("properties are not asked")

    layer = Layer()
    layer.weights, layer.bias = np.ones((2, 3)), np.zeros(3)
    slots = {slot.shape: slot for slot in find_slots(layer)}
    assert slots.keys() == {(2, 3), (3,)}
    slots[3,].write(layer, np.ones(3))
    assert layer.bias.tolist() == [1, 1, 1]


def test_slots_know_tuples() -> None:
    class Pair(NamedTuple):
        weights: Any
        bias: Any

    class Layer:
        def __init__(self) -> None:
            self.pair = Pair(np.ones((2, 3)), np.zeros(3))
            self.parts = (self.pair, (np.zeros((4, 1)), "optimizer"))

    layer = Layer()
    slots = {slot.shape: slot for slot in find_slots(layer)}
    assert slots.keys() == {(2, 3), (3,), (4, 1)}
    slots[3,].write(layer, np.ones(3))
    assert layer.pair.bias.tolist() == layer.parts[0].bias.tolist() == [1, 1, 1]
    assert isinstance(layer.parts[0], Pair)
    slots[4, 1].write(layer, np.ones(4))
    assert layer.parts[1][0].tolist() == [[1], [1], [1], [1]]
    replace_all(layer, lambda value: value == "optimizer" if isinstance(value, str) else False, "another")
    assert layer.parts[1][1] == "another"
