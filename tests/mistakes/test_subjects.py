"""The framework's components as subjects: layout, randomness, initialisation, networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from backproof import specs
from backproof.mistakes import all_mistakes, correct
from backproof.specs import Case, LayerSpec, Phase, Shape, Unsupported


def fully_connected() -> specs.FullyConnected:
    return specs.FullyConnected(input_size=3, output_size=2)


def network(*layers: LayerSpec) -> specs.NeuralNetwork:
    ends = (specs.FullyConnected(input_size=2, output_size=2), specs.SoftMax())
    return specs.NeuralNetwork(
        layers=(ends[0], *layers, ends[1]), loss=specs.CrossEntropyLoss(), optimizer=specs.Sgd(learning_rate=0.1)
    )


def test_fully_connected_has_the_layout_of_its_spec() -> None:
    subject = correct(fully_connected())
    weights, bias = np.arange(6.0).reshape(3, 2), np.array([10.0, 20.0])
    subject.assign({"weights": weights, "bias": bias})
    x, dy = np.ones((1, 3)), np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(subject.forward(x), x @ weights + bias)
    subject.backward(dy)
    np.testing.assert_array_equal(subject.gradients()["weights"], x.T @ dy)
    np.testing.assert_array_equal(subject.gradients()["bias"], dy[0])


def test_assigning_one_parameter_keeps_the_other() -> None:
    subject = correct(fully_connected())
    before = subject.parameters()["weights"]
    subject.assign({"bias": np.zeros(2)})
    np.testing.assert_array_equal(subject.parameters()["weights"], before)
    np.testing.assert_array_equal(subject.parameters()["bias"], np.zeros(2))


@pytest.mark.parametrize("spec", [fully_connected(), specs.BatchNormalization(channels=2)], ids=lambda s: s.name())
def test_parameters_are_copies(spec: LayerSpec) -> None:
    subject = correct(spec)
    before = subject.parameters()
    subject.parameters()["weights"][...] = np.nan
    np.testing.assert_array_equal(subject.parameters()["weights"], before["weights"])


def test_initialize_records_the_fans() -> None:
    subject = correct(fully_connected())
    assert subject.initialize(0.5, 0.25) == {"fans": [[3, 2]]}
    np.testing.assert_array_equal(subject.parameters()["weights"], np.full((3, 2), 0.5))
    np.testing.assert_array_equal(subject.parameters()["bias"], np.full(2, 0.25))


def test_attached_optimizer_updates_with_momentum() -> None:
    subject = correct(fully_connected())
    subject.attach_optimizer(0.5, 0.9)
    start = subject.parameters()["bias"]
    for _ in range(2):
        subject.forward(np.ones((1, 3)))
        subject.backward(np.ones((1, 2)))
    np.testing.assert_allclose(subject.parameters()["bias"], start - 0.5 - (0.5 + 0.45))


def test_masks_equal_those_of_the_global_generator() -> None:
    subject = correct(specs.Dropout(keep=0.5))
    subject.reseed(7)
    expected = np.random.RandomState(7).random_sample((4, 5)) < 0.5
    np.testing.assert_array_equal(subject.forward(np.ones((4, 5))) != 0, expected)


def test_draws_equal_those_of_the_global_generator() -> None:
    subject = correct(specs.He())
    subject.reseed(7)
    expected = np.random.RandomState(7).normal(0.0, 1.0, (2, 3))
    np.testing.assert_array_equal(subject.initialize((2, 3), 2, 1), expected)


def test_network_names_its_parameters_by_layer() -> None:
    subject = correct(network(specs.BatchNormalization(channels=2)))
    assert set(subject.parameters()) == {"0.weights", "0.bias", "1.weights", "1.bias"}
    subject.assign({"1.bias": np.array([3.0, 4.0])})
    np.testing.assert_array_equal(subject.parameters()["1.bias"], [3.0, 4.0])


def test_network_notes_the_phase_of_every_layer() -> None:
    subject = correct(network(specs.Dropout(keep=0.5)))
    subject.feed(np.ones((2, 2)), np.eye(2))
    subject.train(1)
    assert subject.seen_phases() == ["train"] * 3
    subject.test(np.ones((2, 2)))
    assert subject.seen_phases() == ["test"] * 3
    subject.set_phase(Phase.TRAIN)
    subject.forward()
    assert subject.seen_phases() == ["train"] * 3


def test_network_without_data_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"feed\(inputs, labels\) should come first"):
        correct(network()).forward()


def test_optimizer_gets_its_regularizer() -> None:
    spec = specs.Sgd(learning_rate=0.5, regularizer=specs.L2_Regularizer(alpha=0.2))
    np.testing.assert_allclose(correct(spec).update(np.ones(2), np.zeros(2)), np.full(2, 0.9))


def test_unknown_component_is_unsupported() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Telepathy(LayerSpec):
        """A layer that nobody has."""

        source: ClassVar[str] = "none"
        definition: ClassVar[str] = "none"

        def output_shape(self, input_shape: Shape) -> Shape:
            return input_shape

        @classmethod
        def cases(cls) -> tuple[Case, ...]:
            return ()

    with pytest.raises(Unsupported, match="the reference framework has no Telepathy"):
        correct(Telepathy())


def test_a_mistake_is_made_inside_of_networks_too_and_nowhere_else() -> None:
    mistake = all_mistakes()["relu.absolute-value"]
    x = np.array([[-1.0, 2.0]])
    np.testing.assert_array_equal(mistake.build(specs.ReLU()).forward(x), [[1.0, 2.0]])
    np.testing.assert_array_equal(mistake.build(specs.Flatten()).forward(x), x)
    predictions = []
    for build in (correct, mistake.build):
        subject = build(network(specs.ReLU()))
        subject.assign({"0.weights": np.eye(2), "0.bias": np.zeros(2)})
        predictions.append(subject.test(x))
    assert predictions[0][0, 0] < predictions[1][0, 0]
