"""The recurrent layers in numbers."""

import pickle
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy.special import expit

from backproof.framework import (
    LSTM,
    RNN,
    Adam,
    Initializer,
    L1_Regularizer,
    L2_Regularizer,
    Normal,
    Recurrent,
    Sgd,
    SgdWithMomentum,
)

Tensor = NDArray[Any]
Gradient = Callable[[Callable[[], float], Tensor], Tensor]
INPUT, HIDDEN, OUTPUT, STEPS = 3, 4, 2, 6

for_both = pytest.mark.parametrize("kind", [RNN, LSTM])


def made(kind: type[Recurrent[Any]]) -> Any:
    layer = kind(INPUT, HIDDEN, OUTPUT)
    layer.initialize(Normal(0.8, seed=1), Normal(0.8, seed=2))
    return layer


def naive(layer: Any, sequence: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
    """Outputs and last states of a sequence, from the definition, one unit at a time."""
    size = layer.hidden_size
    outputs = []
    for element in sequence:
        stacked = np.array([*element, *states[0], 1.0])
        scores = [sum(stacked * column) for column in layer.weights.T]
        if isinstance(layer, RNN):
            states = [np.tanh(scores)]
        else:
            i, f, o, g = (scores[block * size : (block + 1) * size] for block in range(4))
            cell = expit(f) * states[1] + expit(i) * np.tanh(g)
            states = [expit(o) * np.tanh(cell), cell]
        outputs.append([sum(np.array([*states[0], 1.0]) * column) for column in layer.output_weights.T])
    return np.array(outputs), states


def states_of(layer: Any) -> list[Tensor]:
    return [layer.hidden_state, layer.cell_state] if isinstance(layer, LSTM) else [layer.hidden_state]


@for_both
@pytest.mark.parametrize("memorize", [False, True])
def test_definition(kind: type[Recurrent[Any]], memorize: bool, rng: np.random.Generator) -> None:
    layer = made(kind)
    layer.memorize = memorize
    zeros = [np.zeros(HIDDEN) for _ in states_of(layer)]
    states = zeros
    for steps in (STEPS, 1, STEPS):
        sequence = rng.normal(size=(steps, INPUT))
        expected, states = naive(layer, sequence, states if memorize else zeros)
        assert_allclose(layer.forward(sequence), expected, rtol=1e-12, atol=1e-14)
        for found, state in zip(states_of(layer), states, strict=True):
            assert_allclose(found, state, rtol=1e-12, atol=1e-14)


def test_rnn_by_hand() -> None:
    layer = RNN(1, 1, 1)
    layer.weights = np.array([[1.0], [2.0], [0.5]])
    layer.output_weights = np.array([[10.0], [7.0]])
    first = np.tanh(3.5)
    second = np.tanh(-1 + 2 * first + 0.5)
    assert_allclose(layer.forward(np.array([[3.0], [-1.0]])), [[10 * first + 7], [10 * second + 7]], rtol=1e-14)
    layer.backward(np.array([[0.0], [1.0]]))
    unit_2 = 10 * (1 - second**2)
    unit_1 = unit_2 * 2 * (1 - first**2)
    assert layer.gradient_weights is not None
    assert layer.gradient_output_weights is not None
    expected = [[-unit_2 + 3 * unit_1], [first * unit_2], [unit_2 + unit_1]]
    assert_allclose(layer.gradient_weights, expected, rtol=1e-12)
    assert_allclose(layer.gradient_output_weights, [[second], [1.0]], rtol=1e-12)


def test_lstm_by_hand() -> None:
    layer = LSTM(1, 1, 1)
    layer.weights = np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0], [np.log(3), 0.0, -np.log(3), 0.0]])
    layer.output_weights = np.array([[1.0], [0.0]])  # gates 3/4, 1/2, 1/4; candidates tanh(x)
    cells = [0.75 * np.tanh(2.0), 0.5 * 0.75 * np.tanh(2.0) + 0.75 * np.tanh(-1.0)]
    assert_allclose(layer.forward(np.array([[2.0], [-1.0]]))[:, 0], 0.25 * np.tanh(cells), rtol=1e-14)
    assert_allclose(layer.cell_state, cells[1:], rtol=1e-14)


@for_both
def test_halves_of_a_sequence_are_the_whole_with_memory(kind: type[Recurrent[Any]], rng: np.random.Generator) -> None:
    whole, halves, sequence = made(kind), made(kind), rng.normal(size=(7, INPUT))
    expected = whole.forward(sequence)
    halves.memorize = True
    found = np.vstack([halves.forward(sequence[:3]), halves.forward(sequence[3:])])
    assert_allclose(found, expected, rtol=1e-13, atol=1e-15)
    assert_allclose(halves.hidden_state, whole.hidden_state, rtol=1e-13)
    halves.memorize = False
    assert_array_equal(halves.forward(sequence[3:]), made(kind).forward(sequence[3:]))


@for_both
def test_memory_begins_with_the_latest_sequence(kind: type[Recurrent[Any]], rng: np.random.Generator) -> None:
    layer, twin, sequence = made(kind), made(kind), rng.normal(size=(5, INPUT))
    assert layer.memorize is False
    for state in states_of(layer):
        assert_array_equal(state, np.zeros(HIDDEN))
    layer.forward(rng.normal(size=(9, INPUT)))
    layer.forward(sequence)  # forgets the one before
    layer.memorize = True
    twin.forward(sequence)
    twin.memorize = True
    assert_array_equal(layer.forward(sequence), twin.forward(sequence))


@for_both
def test_gradient_stops_at_the_beginning_of_the_sequence(
    kind: type[Recurrent[Any]], rng: np.random.Generator, numerical_gradient: Gradient
) -> None:
    layer, earlier, sequence = made(kind), rng.normal(size=(4, INPUT)), rng.normal(size=(5, INPUT))
    layer.memorize = True
    layer.forward(earlier)
    carried = deepcopy(layer)
    error = rng.normal(size=(5, OUTPUT))
    layer.forward(sequence)
    input_error = layer.backward(error)

    def projection() -> float:  # the state after the earlier sequence is a constant
        subject = deepcopy(carried)
        return float(np.sum(error * subject.forward(sequence)))

    assert_allclose(input_error, numerical_gradient(projection, sequence), rtol=1e-8, atol=1e-11)
    for name in ("weights", "output_weights"):
        expected = numerical_gradient(projection, getattr(carried, name))
        assert_allclose(getattr(layer, f"gradient_{name}"), expected, rtol=1e-8, atol=1e-11)


@for_both
def test_outputs_do_not_depend_on_later_inputs(kind: type[Recurrent[Any]], rng: np.random.Generator) -> None:
    layer, sequence = made(kind), rng.normal(size=(STEPS, INPUT))
    output = layer.forward(sequence)
    sequence[4:] += 1
    changed = layer.forward(sequence)
    assert_array_equal(changed[:4], output[:4])
    assert (changed[4:] != output[4:]).all()
    error = np.zeros((STEPS, OUTPUT))
    error[2] = 1
    input_error = layer.backward(error)
    assert (input_error[:3] != 0).all()
    assert_array_equal(input_error[3:], np.zeros((3, INPUT)))


@for_both
@pytest.mark.parametrize("optimizer", [SgdWithMomentum(0.1, 0.9), Adam(0.1, 0.9, 0.999)])
def test_both_parameters_have_optimizers_of_their_own(
    kind: type[Recurrent[Any]], optimizer: Sgd, rng: np.random.Generator
) -> None:
    optimizer = deepcopy(optimizer)
    optimizer.add_regularizer(L2_Regularizer(0.5))
    layer, of_cell, of_output = made(kind), deepcopy(optimizer), deepcopy(optimizer)
    layer.optimizer = optimizer
    weights, output_weights = layer.weights, layer.output_weights
    for _ in range(3):
        layer.forward(rng.normal(size=(STEPS, INPUT)))
        layer.backward(rng.normal(size=(STEPS, OUTPUT)))
        weights = of_cell.calculate_update(weights, layer.gradient_weights)
        output_weights = of_output.calculate_update(output_weights, layer.gradient_output_weights)
        assert_array_equal(layer.weights, weights)
        assert_array_equal(layer.output_weights, output_weights)
    assert type(layer.optimizer) is type(optimizer)
    assert layer.optimizer is not optimizer
    layer.optimizer = None
    layer.backward(rng.normal(size=(STEPS, OUTPUT)))
    assert_array_equal(layer.weights, weights)
    assert layer.optimizer is None


@for_both
def test_regularization_loss_is_that_of_both_parameters(kind: type[Recurrent[Any]]) -> None:
    layer, optimizer = made(kind), Sgd(0.1)
    assert layer.calculate_regularization_loss() == 0
    layer.optimizer = optimizer
    assert layer.calculate_regularization_loss() == 0
    for regularizer, norm in ((L1_Regularizer(0.5), np.abs), (L2_Regularizer(0.5), np.square)):
        optimizer.add_regularizer(regularizer)
        layer.optimizer = optimizer
        loss = layer.calculate_regularization_loss()
        assert type(loss) is float
        assert_allclose(loss, 0.5 * (norm(layer.weights).sum() + norm(layer.output_weights).sum()), rtol=1e-13)


class Recorder(Initializer):
    """Remembers how it was called."""

    def __init__(self, value: float) -> None:
        self.value = value
        self.calls: list[tuple[object, int, int]] = []

    def initialize(self, weights_shape: object, fan_in: int, fan_out: int) -> Tensor:
        self.calls.append((weights_shape, fan_in, fan_out))
        return np.full(weights_shape, self.value)  # type: ignore[call-overload,no-any-return] # any shape


@pytest.mark.parametrize(("kind", "units"), [(RNN, 7), (LSTM, 28)])
def test_initializers_get_shapes_and_fans(kind: type[Recurrent[Any]], units: int) -> None:
    layer, weights, bias = kind(13, 7, 5), Recorder(2.0), Recorder(3.0)
    layer.initialize(weights, bias)
    assert weights.calls == [((20, units), 20, units), ((7, 5), 7, 5)]
    assert bias.calls == [((1, units), 20, units), ((1, 5), 7, 5)]
    assert_array_equal(layer.weights, [[2.0] * units] * 20 + [[3.0] * units])
    assert_array_equal(layer.output_weights, [[2.0] * 5] * 7 + [[3.0] * 5])
    assert layer.trainable is True


@pytest.mark.parametrize(("kind", "units"), [(RNN, 40), (LSTM, 160)])
def test_first_weights_are_uniform_on_the_unit_interval(kind: type[Recurrent[Any]], units: int) -> None:
    layer = kind(59, 40, 50)  # not seeded: the bounds fail once in 10¹¹ runs
    assert layer.weights.shape == (100, units)
    for weights in (layer.weights, layer.output_weights):
        assert weights.min() >= 0
        assert weights.max() < 1
        assert abs(weights.mean() - 0.5) < 0.05


@for_both
def test_float32_stays_float32_with_memory(kind: type[Recurrent[Any]], rng: np.random.Generator) -> None:
    layer = made(kind)
    layer.weights, layer.output_weights = layer.weights.astype(np.float32), layer.output_weights.astype(np.float32)
    layer.memorize = True
    for _ in range(2):
        output = layer.forward(rng.normal(size=(STEPS, INPUT)).astype(np.float32))
        tensors = [output, layer.backward(output), layer.gradient_weights, *states_of(layer)]
        assert {tensor.dtype for tensor in tensors} == {np.dtype(np.float32)}


@for_both
def test_states_are_no_views(kind: type[Recurrent[Any]], rng: np.random.Generator) -> None:
    layer, twin, sequence = made(kind), made(kind), rng.normal(size=(STEPS, INPUT))
    for subject in (layer, twin):
        subject.forward(sequence)
    for state in states_of(layer):
        state[...] = np.nan
    assert_array_equal(layer.backward(np.ones((STEPS, OUTPUT))), twin.backward(np.ones((STEPS, OUTPUT))))
    assert_array_equal(layer.gradient_weights, twin.gradient_weights)
    assert_array_equal(layer.gradient_output_weights, twin.gradient_output_weights)


@for_both
def test_pickles_go_on_where_they_were(kind: type[Recurrent[Any]], rng: np.random.Generator) -> None:
    layer, sequence = made(kind), rng.normal(size=(STEPS, INPUT))
    layer.memorize, layer.optimizer = True, Adam(0.1, 0.9, 0.999)
    layer.forward(sequence)
    twin = pickle.loads(pickle.dumps(layer))
    for subject in (layer, twin):
        subject.backward(np.ones((STEPS, OUTPUT)))
    assert_array_equal(layer.forward(sequence), twin.forward(sequence))


@for_both
def test_extreme_inputs_give_finite_results(kind: type[Recurrent[Any]]) -> None:
    layer = made(kind)
    for sign in (1, -1):
        output = layer.forward(np.full((3, INPUT), sign * 1e300))
        assert np.isfinite(output).all()
        assert np.isfinite(layer.backward(np.ones((3, OUTPUT)))).all()


@for_both
def test_empty_sequences_keep_the_memory(kind: type[Recurrent[Any]], rng: np.random.Generator) -> None:
    layer = made(kind)
    layer.memorize = True
    layer.forward(rng.normal(size=(STEPS, INPUT)))
    states = [state.copy() for state in states_of(layer)]
    assert layer.forward(np.empty((0, INPUT))).shape == (0, OUTPUT)
    assert layer.backward(np.empty((0, OUTPUT))).shape == (0, INPUT)
    assert_array_equal(layer.gradient_weights, np.zeros_like(layer.weights))
    for found, state in zip(states_of(layer), states, strict=True):
        assert_array_equal(found, state)


@for_both
def test_wrong_arguments_are_refused(kind: type[Recurrent[Any]]) -> None:
    for sizes, name in (((0, 1, 1), "input_size"), ((1, 0, 1), "hidden_size"), ((1, 1, 0), "output_size")):
        with pytest.raises(ValueError, match=rf"^{name}=0, but should be an integer of at least 1$"):
            kind(*sizes)
    expected = rf"^{kind.__name__}\.forward: input_tensor\.shape=\(5, 2\), but should be \(time, 3\)$"
    with pytest.raises(ValueError, match=expected):
        made(kind).forward(np.ones((5, 2)))
