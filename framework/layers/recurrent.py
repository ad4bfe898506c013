"""What recurrent layers have in common."""

from abc import abstractmethod
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from ..initializers import Initializer, UniformRandom
from ..validation import Tensor, checked_integer
from .several_parameters import SeveralParameters

Trace = TypeVar("Trace")


class _Cache(NamedTuple, Generic[Trace]):
    input_tensor: Tensor  # (time, input_size)
    hidden: Tensor  # (time + 1, hidden_size)
    trace: Trace
    weights: Tensor
    output_weights: Tensor


class Recurrent(SeveralParameters, Generic[Trace]):
    """A cell that walks through a sequence, and an affine map of its hidden states to the outputs.

    The batch axis is the time. The cell computes hidden state t from ``[x_t, h_{t-1}, 1] @ weights``, and the output is
    ``[h_t, 1] @ output_weights``, without an activation. ``backward`` goes back through the time of the latest sequence
    and stops at its beginning, also if that had a state from an earlier sequence (truncated backpropagation).

    Args:
        input_size: Number of features of an element of a sequence.
        hidden_size: Number of elements of the hidden state.
        output_size: Number of features of an element of the output.

    Attributes:
        weights: (input_size + hidden_size + 1, units of the cell); the last row is the bias. Uniform on [0, 1) at
            first.
        output_weights: (hidden_size + 1, output_size); the last row is the bias. Uniform on [0, 1) at first.
        gradient_weights: As the weights; None before the first ``backward``.
        gradient_output_weights: As the output weights; None before the first ``backward``.
        memorize: Whether a sequence goes on where the latest one ended, instead of starting from zeros.
        hidden_state: (hidden_size,), after the latest sequence; zeros at first.

    Raises:
        ValueError: If a size is not a positive integer.
    """

    _parameters = ("weights", "output_weights")
    _blocks = 1  # of the columns of the weights, each of the hidden size
    gradient_weights: Tensor | None = None
    gradient_output_weights: Tensor | None = None
    _cache: _Cache[Trace] | None = None

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        self.input_size = checked_integer("input_size", input_size, 1)
        self.hidden_size = checked_integer("hidden_size", hidden_size, 1)
        self.output_size = checked_integer("output_size", output_size, 1)
        self.memorize = False
        self.hidden_state: Tensor = np.zeros(self.hidden_size)
        self.weights: Tensor
        self.output_weights: Tensor
        self.initialize(UniformRandom(), UniformRandom())

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw new parameters, those of the cell and those of the output as two fully connected layers would."""
        self.weights, self.output_weights = (
            np.vstack(
                [
                    weights_initializer.initialize((inputs, outputs), inputs, outputs),
                    bias_initializer.initialize((1, outputs), inputs, outputs),
                ]
            )
            for inputs, outputs in (
                (self.input_size + self.hidden_size, self._blocks * self.hidden_size),
                (self.hidden_size, self.output_size),
            )
        )

    def calculate_regularization_loss(self) -> float:
        """Return the norms of both parameters under the regularizers of their optimizers; 0 without."""
        if self._optimizers is None:
            return 0.0
        parameters = zip(self._optimizers, (self.weights, self.output_weights), strict=True)
        return sum((o.regularizer.norm(weights) for o, weights in parameters if o.regularizer is not None), start=0.0)

    def forward(self, input_tensor: Tensor) -> Tensor:
        """Map a sequence (time, input_size) to (time, output_size)."""
        input_tensor = self._checked_input(input_tensor, ("time", self.input_size)).copy()
        weights, output_weights = self.weights.copy(), self.output_weights.copy()
        of_input, of_hidden, bias = self._split(weights)
        hidden, trace = self._unroll(input_tensor @ of_input + bias, of_hidden)
        self.hidden_state = hidden[-1].copy()
        self._cache = _Cache(input_tensor, hidden, trace, weights, output_weights)
        output: Tensor = hidden[1:] @ output_weights[:-1] + output_weights[-1]
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        """Map the error (time, output_size) to (time, input_size) with the weights of ``forward``, then update them."""
        input_tensor, hidden, trace, weights, output_weights = self._of_latest_forward(self._cache)
        error_tensor = self._checked_error(error_tensor, (len(input_tensor), self.output_size))
        of_input, of_hidden, _ = self._split(weights)
        unit_error = self._unroll_back(error_tensor @ output_weights[:-1].T, of_hidden, trace)
        gradient_weights = [input_tensor.T @ unit_error, hidden[:-1].T @ unit_error, unit_error.sum(axis=0)]
        gradient_output_weights = [hidden[1:].T @ error_tensor, error_tensor.sum(axis=0)]
        self._store_and_update(np.vstack(gradient_weights), np.vstack(gradient_output_weights))
        return unit_error @ of_input.T

    @abstractmethod
    def _unroll(self, projected_input: Tensor, weights: Tensor) -> tuple[Tensor, Trace]:
        """Walk through a sequence.

        Args:
            projected_input: What the input and the bias contribute to the units of the cell, (time, units).
            weights: What the hidden states are multiplied by, (hidden_size, units).

        Returns:
            The hidden states, (time + 1, hidden_size), the first one being that before the sequence; and what
            ``_unroll_back`` needs.
        """

    @abstractmethod
    def _unroll_back(self, hidden_error: Tensor, weights: Tensor, trace: Trace) -> Tensor:
        """Walk back; return the gradient with respect to the units before their activations, (time, units).

        Args:
            hidden_error: Gradient with respect to the hidden states by way of the outputs only, (time, hidden_size).
            weights: What the hidden states are multiplied by, (hidden_size, units).
            trace: What ``_unroll`` returned.
        """

    def _split(self, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the rows of the input, of the hidden state and of the bias."""
        return weights[: self.input_size], weights[self.input_size : -1], weights[-1]
