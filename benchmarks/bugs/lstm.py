"""LSTM: [f, i, o, g] = [x_t, h, 1] W; c = σ(f) c + σ(i) tanh(g); h = σ(o) tanh(c). The gradient of W."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .subject import Array, Subject, bug, right

STEPS, INPUTS, HIDDEN = 4, 2, 3


class Step(NamedTuple):
    """What a step's backward pass needs; all but `row` have 3 entries."""

    row: Array  # [x_t, h, 1]
    before: Array  # the cell state of the step before
    forget: Array
    take: Array
    output: Array
    candidate: Array
    cell: Array  # tanh of the cell state


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(−x))."""
    return 1 / (1 + np.exp(-x))


@right("LSTM, weights")
class LSTM(Subject):
    """All hidden states, (4, 3), as a function of W, (6, 12)."""

    carries_hidden = carries_cell = True

    def set_up(self) -> None:
        self.inputs = self.normal(STEPS, INPUTS)
        self.x = self.normal(INPUTS + HIDDEN + 1, 4 * HIDDEN) / 2

    def steps(self, x: Array) -> tuple[list[Step], list[Array]]:
        """What each step has computed, and the hidden states."""
        steps: list[Step] = []
        states: list[Array] = []
        hidden = cell = np.zeros(HIDDEN, self.dtype)
        for values in self.inputs:
            row = np.concatenate([values, hidden, np.ones(1, self.dtype)])
            sums = (row @ x).reshape(4, HIDDEN)
            forget, take, output = sigmoid(sums[:3])
            candidate = np.tanh(sums[3])
            before, cell = cell, forget * cell + take * candidate
            steps.append(Step(row, before, forget, take, output, candidate, np.tanh(cell)))
            hidden = output * np.tanh(cell)
            states.append(hidden)
        return steps, states

    def forward(self, x: Array) -> Array:
        return np.stack(self.steps(x)[1])

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = np.zeros_like(x)
        hidden = cell = np.zeros(HIDDEN, self.dtype)
        for step, incoming in zip(reversed(self.steps(x)[0]), dy[::-1], strict=True):
            hidden = incoming + hidden
            cell = cell + hidden * step.output * self.cell_slope(step)
            sums = np.concatenate(
                [
                    cell * step.before * step.forget * (1 - step.forget),
                    cell * step.candidate * step.take * (1 - step.take),
                    hidden * step.cell * step.output * (1 - step.output),
                    cell * step.take * self.candidate_slope(step),
                ]
            )
            gradient += np.outer(step.row, sums)
            hidden = (x @ sums)[INPUTS : INPUTS + HIDDEN] * self.carries_hidden
            cell = cell * self.carried(step) * self.carries_cell
        return gradient

    def cell_slope(self, step: Step) -> Array:
        """The derivative of tanh at the cell state."""
        return 1 - step.cell**2

    def candidate_slope(self, step: Step) -> Array:
        """The derivative of tanh at the candidate."""
        return 1 - step.candidate**2

    def carried(self, step: Step) -> Array:
        """The share of the cell state's gradient that goes to the step before."""
        return step.forget


@bug("LSTM: cell gradient not carried")
class CellLost(LSTM):
    """The cell state's gradient is dropped at every step."""

    carries_cell = False


@bug("LSTM: hidden gradient not carried")
class HiddenLost(LSTM):
    """The hidden state's gradient is dropped at every step."""

    carries_hidden = False


@bug("LSTM: forget gate missing on the way back")
class ForgetMissing(LSTM):
    """The cell state's gradient is carried back whole."""

    def carried(self, step: Step) -> Array:
        return np.ones_like(step.forget)


@bug("LSTM: derivative of tanh(c) missing")
class CellSlopeMissing(LSTM):
    """The hidden state's gradient passes tanh of the cell state unchanged."""

    def cell_slope(self, step: Step) -> Array:
        return np.ones_like(step.cell)


@bug("LSTM: candidate's derivative of a sigmoid")
class CandidateSlope(LSTM):
    """g (1 − g) where 1 − g² belongs."""

    def candidate_slope(self, step: Step) -> Array:
        return step.candidate * (1 - step.candidate)
