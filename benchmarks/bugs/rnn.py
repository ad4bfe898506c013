"""Elman network: h_t = tanh([x_t, h_(t−1), 1] W), and back-propagation through time for W."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right

STEPS, INPUTS, HIDDEN = 5, 3, 4


@right("RNN, weights")
class RNN(Subject):
    """All hidden states, (5, 4), as a function of W, (8, 4)."""

    truncated_after = STEPS

    def set_up(self) -> None:
        self.inputs = self.normal(STEPS, INPUTS)
        self.x = self.normal(INPUTS + HIDDEN + 1, HIDDEN) / 2

    def states(self, x: Array) -> tuple[list[Array], list[Array]]:
        """What the weights are multiplied by, and the hidden states, per step."""
        rows: list[Array] = []
        states: list[Array] = []
        hidden = np.zeros(HIDDEN, self.dtype)
        for values in self.inputs:
            rows.append(np.concatenate([values, hidden, np.ones(1, self.dtype)]))
            hidden = np.tanh(rows[-1] @ x)
            states.append(hidden)
        return rows, states

    def forward(self, x: Array) -> Array:
        return np.stack(self.states(x)[1])

    def backward(self, x: Array, dy: Array) -> Array:
        rows, states = self.states(x)
        gradient, carried = np.zeros_like(x), np.zeros(HIDDEN, self.dtype)
        for step in reversed(range(STEPS)):
            before = self.slope(states, step) * (dy[step] + carried)
            gradient = self.add(gradient, np.outer(rows[step], before))
            carried = (x @ before)[INPUTS : INPUTS + HIDDEN]
            if (STEPS - step) % self.truncated_after == 0:
                carried = np.zeros_like(carried)
        return gradient

    def slope(self, states: list[Array], step: int) -> Array:
        """The derivative of tanh at a step."""
        return 1 - states[step] ** 2

    def add(self, gradient: Array, of_step: Array) -> Array:
        """The gradient with that of a step."""
        return gradient + of_step


@bug("RNN: truncated after two steps")
class Truncated(RNN):
    """The gradient through time is cut after every second step, though forward is not."""

    truncated_after = 2


@bug("RNN: no gradient through time")
class Memoryless(RNN):
    """The hidden state's gradient is never carried back."""

    truncated_after = 1


@bug("RNN: states of the next step")
class ShiftedStates(RNN):
    """The derivative of tanh is taken at the next step's state."""

    def slope(self, states: list[Array], step: int) -> Array:
        return super().slope(states, min(step + 1, STEPS - 1))


@bug("RNN: gradient overwritten by each step")
class Overwritten(RNN):
    """The steps' gradients are not added up; the first step's remains."""

    def add(self, gradient: Array, of_step: Array) -> Array:
        return of_step


@bug("RNN: derivative of tanh missing")
class SlopeMissing(RNN):
    """The incoming gradient passes tanh unchanged."""

    def slope(self, states: list[Array], step: int) -> Array:
        return np.ones_like(states[step])
