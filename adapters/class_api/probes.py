"""What the harness hands into a submission: an optimizer, initializers, a data layer.

All of them can be copied with `copy.deepcopy`, accept further attributes, and never write into their arguments.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from ...specs import Array


class ProbeOptimizer:
    """Gradient descent with momentum: v' = momentum v - learning_rate g; w' = w + v'.

    Args:
        learning_rate: step size.
        momentum: share of the velocity that is kept.
    """

    def __init__(self, learning_rate: float, momentum: float) -> None:
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity: Any = 0.0
        self.regularizer: Any = None

    def add_regularizer(self, regularizer: Any) -> None:
        """Remember the regularizer; the probe does not apply it."""
        self.regularizer = regularizer

    def calculate_update(self, weight_tensor: Any, gradient_tensor: Any, *rest: Any) -> Any:
        """The new weights; with three arguments they are (individual_delta, weights, gradient), as in 2018/19."""
        delta = 1.0
        if rest:
            delta, weight_tensor, gradient_tensor = weight_tensor, gradient_tensor, rest[0]
        step = -self.learning_rate * delta * gradient_tensor
        if not self.momentum:  # plain gradient descent has no state: one object may serve several parameters
            return weight_tensor + step
        if np.ndim(self.velocity) and np.shape(self.velocity) != np.shape(step):
            raise ValueError(
                f"this optimizer has the momentum of a parameter of shape {np.shape(self.velocity)}, but is called "
                f"with one of shape {np.shape(step)}: give each parameter a copy of its own (copy.deepcopy)"
            )
        self.velocity = self.momentum * self.velocity + step
        return weight_tensor + self.velocity


class ProbeUpdates:
    """An optimizer that leaves the weights as they are and remembers what it is asked to update.

    Copies of it write into the same list: a layer may give each of its parameters a copy.

    Attributes:
        requests: copies of weights and gradient, call by call.
    """

    def __init__(self) -> None:
        self.regularizer: Any = None
        self.requests: list[tuple[Array, Array]] = []

    def __deepcopy__(self, memo: Any) -> ProbeUpdates:
        twin = copy(self)
        memo[id(self)] = twin
        return twin

    def calculate_update(self, weight_tensor: Any, gradient_tensor: Any, *rest: Any) -> Any:
        """A copy of the weights; the arguments are as those of `ProbeOptimizer`."""
        if rest:
            weight_tensor, gradient_tensor = gradient_tensor, rest[0]
        self.requests.append((np.array(weight_tensor), np.array(gradient_tensor)))
        return np.array(weight_tensor)


class ProbePenalty:
    """The regularizer alpha sum |w|.

    Args:
        alpha: the factor.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha

    def norm(self, weights: Any) -> float:
        """The penalty."""
        return self.alpha * float(np.abs(weights).sum())

    def calculate_gradient(self, weights: Any) -> Any:
        """A subgradient of it."""
        return self.alpha * np.sign(weights)


class RecordingConstant:
    """An initializer that fills with one value and records how it was called.

    Args:
        value: the value.

    Attributes:
        fans: [fan_in, fan_out] of every call; None where the layer passed none.
    """

    def __init__(self, value: float) -> None:
        self.value = value
        self.fans: list[list[Any]] = []

    def initialize(self, weights_shape: Any, fan_in: Any = None, fan_out: Any = None) -> Array:
        """An array of the value."""
        self.fans.append([fan_in, fan_out])
        return np.full(weights_shape, self.value, dtype=float)


class SmallRandom:
    """An initializer that draws from U[-1/2, 1/2) with a generator of its own.

    Args:
        seed: of the generator.
    """

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def initialize(self, weights_shape: Any, fan_in: Any = None, fan_out: Any = None) -> Array:
        """The next draw."""
        del fan_in, fan_out
        return np.asarray(self.generator.uniform(-0.5, 0.5, weights_shape))


class BatchFeed:
    """A data layer that hands out copies of one batch for ever; `next` since 2021, `forward` before."""

    def __init__(self) -> None:
        self.batch: tuple[Array, Array] | None = None

    def next(self) -> tuple[Array, Array]:
        """Copies of the inputs and the labels.

        Raises:
            RuntimeError: nothing was fed.
        """
        if self.batch is None:
            raise RuntimeError("the data layer has no batch; feed(inputs, labels) should come first")
        inputs, labels = self.batch
        return inputs.copy(), labels.copy()

    def forward(self) -> tuple[Array, Array]:
        """The same as `next`, by its old name."""
        return self.next()
