"""RNN and LSTM: the sequence element by element, the states unit by unit, in scalar arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ...specs import LSTM, RNN, RecurrentSpec
from ..numerics.compare import Array, Estimate
from .dispatch import ANY, Conventions, forward
from .rounded import Rounded, affine, logistic, plus, tanh, times

State = tuple[list[Rounded], ...]  # the hidden state first
Step = Callable[[list[Rounded], State], State]  # what the units receive, the state before -> the state after


@forward.register
def _(spec: RNN, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del conventions

    def step(units: list[Rounded], state: State) -> State:
        del state
        return ([tanh(unit) for unit in units],)

    return _outputs(spec, x, parameters, step, states=1)


@forward.register
def _(spec: LSTM, x: Array, parameters: Mapping[str, Array], conventions: Conventions = ANY) -> Estimate:
    del conventions
    size = spec.hidden_size

    def step(units: list[Rounded], state: State) -> State:
        hidden, cell = [], []
        for unit in range(size):
            input_gate, forget_gate, output_gate = (logistic(units[block * size + unit]) for block in range(3))
            candidate = tanh(units[3 * size + unit])
            cell.append(plus(times(forget_gate, state[1][unit]), times(input_gate, candidate)))
            hidden.append(times(output_gate, tanh(cell[unit])))
        return hidden, cell

    return _outputs(spec, x, parameters, step, states=2)


def _outputs(spec: RecurrentSpec, x: Array, parameters: Mapping[str, Array], step: Step, states: int) -> Estimate:
    """The affine map of every hidden state; all states start from zeros."""
    state: State = tuple([Rounded(0.0)] * spec.hidden_size for _ in range(states))
    rows = []
    for element in x:
        inputs = [*(Rounded(float(value)) for value in element), *state[0]]
        state = step(_layer(inputs, parameters["weights"], parameters["bias"]), state)
        rows.append(_layer(state[0], parameters["output_weights"], parameters["output_bias"]))
    return _estimate(rows)


def _layer(inputs: Sequence[Rounded], weights: Array, bias: Array) -> list[Rounded]:
    return [affine(inputs, column, float(offset)) for column, offset in zip(weights.T, bias, strict=True)]


def through_sigmoid(linear: Estimate) -> Estimate:
    """The logistic sigmoid of every entry, with what becomes of the errors."""
    rows = zip(np.atleast_2d(linear.value), np.atleast_2d(linear.error), strict=True)
    return _estimate([[logistic(Rounded(*pair)) for pair in zip(*row, strict=True)] for row in rows])


def _estimate(rows: Sequence[Sequence[Rounded]]) -> Estimate:
    tiny = float(np.finfo(np.float64).tiny)
    value = np.array([[entry.value for entry in row] for row in rows])
    return Estimate(value, np.array([[entry.error + tiny for entry in row] for row in rows]))
