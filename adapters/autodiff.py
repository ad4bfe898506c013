"""A layer whose framework differentiates by itself: the adapter says what forward computes, no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..specs import Array, LayerSpec, OptimizerSubject, Phase, SgdWithMomentum
from .base import LayerAdapter

Pull = Callable[[Array], tuple[Mapping[str, Array], Array]]
"""The vector-Jacobian product: from the output's gradient to those of the parameters and of the input."""


class AutodiffLayer(LayerAdapter):
    """Keeps the parameters in the spec's layout; override `linearize`, which turns them into the framework's.

    The framework differentiates through that as well, so gradients come out in the spec's layout.

    Attributes:
        phase: the phase of the next forward.
    """

    def __init__(self, spec: LayerSpec) -> None:
        super().__init__(spec)
        self.phase = Phase.TRAIN
        self._parameters = {
            name: np.full(known.shape, known.initial or 0.0) for name, known in spec.parameters().items()
        }
        self._gradients: Mapping[str, Array] = {}
        self._optimizers: dict[str, OptimizerSubject] = {}

    def linearize(self, parameters: dict[str, Array], x: Array) -> tuple[Array, Pull]:
        """The output, and the product of a vector with the Jacobian at this point.

        Args:
            parameters: copies of the parameters, of the type of `x`, in the spec's layout.
            x: a copy of the input; contiguous, as the parameters and the pull's argument.
        """
        del parameters, x
        self._unsupported("linearize")

    def optimizer(self, spec: SgdWithMomentum) -> OptimizerSubject:
        """The framework's optimizer, for one parameter; without it `attach_optimizer` is not offered."""
        del spec
        self._unsupported("optimizer")

    def set_phase(self, phase: Phase) -> None:
        self.phase = Phase(phase)

    def forward(self, x: Array) -> Array:
        parameters = {name: value.astype(x.dtype) for name, value in self._parameters.items()}
        y, self._pull = self.linearize(parameters, np.array(x, order="C"))
        return np.array(y)

    def backward(self, dy: Array) -> Array:
        self._gradients, dx = self._pull(np.array(dy, order="C"))
        for name, optimizer in self._optimizers.items():
            self._parameters[name] = optimizer.update(self._parameters[name], self._gradients[name])
        return np.array(dx)

    def parameters(self) -> Mapping[str, Array]:
        return {name: value.copy() for name, value in self._parameters.items()}

    def gradients(self) -> Mapping[str, Array]:
        return {name: np.array(value) for name, value in self._gradients.items()}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        self._parameters.update({name: np.array(value, order="C") for name, value in parameters.items()})

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        spec = SgdWithMomentum(learning_rate=learning_rate, momentum_rate=momentum)
        self._optimizers = {name: self.optimizer(spec) for name in self._parameters}
