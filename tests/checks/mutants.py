"""Wrong implementations for laws that no entry of the mistakes' catalogue breaks.

They are no mistakes that students make; they show that the law can fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backproof import framework
from backproof.mistakes.subjects import build
from backproof.mistakes.trainer_models import Trainer
from backproof.specs import Array, Spec


def made_of(*classes: type) -> Callable[[Spec], Any]:
    """Subjects of the reference framework, with these classes (named like the spec or derived from it) put in."""
    parts = {_spec_name(cls): cls for cls in classes}

    def build_with(spec: Spec) -> Any:
        return build(spec, parts)

    return build_with


def _spec_name(cls: type) -> str:
    return next(base.__name__ for base in cls.__mro__ if base.__module__.startswith("backproof.framework"))


class WrongForward(framework.ReLU):
    """Forward loses a column, in every case."""

    def forward(self, input_tensor: Array) -> Array:
        return super().forward(input_tensor)[..., :-1]


class LeavesABatchOut(Trainer):
    """The first training batch is not passed through the network."""

    def train_batch(self, index: int, inputs: Array, labels: Array) -> float:
        return super().train_batch(index, inputs, labels) if index else 0.0


class ScalarLossGradient(framework.CrossEntropyLoss):
    """Backward sums its result up."""

    def backward(self, label_tensor: Array) -> Array:
        return np.asarray(super().backward(label_tensor).sum())


class HalfInTestPhase(framework.Sigmoid):
    """The test phase halves the output, though nothing was dropped."""

    def forward(self, input_tensor: Array) -> Array:
        output = super().forward(input_tensor)
        return output / 2 if self.testing_phase else output


class TrainsWhileTesting(framework.BatchNormalization):
    """The test phase moves the running mean, but for constant batches, by which the running statistics are read."""

    def forward(self, input_tensor: Array) -> Array:
        output = super().forward(input_tensor)
        if self.testing_phase and self.running_mean is not None and np.ptp(input_tensor) > 0:
            self.running_mean = self.running_mean + 1.0
        return output


class StateInTheOutput(framework.RNN):
    """The carried state is looked up where the caller got it from: in the array that the latest forward returned."""

    returned: Array | None = None

    def forward(self, input_tensor: Array) -> Array:
        if self.returned is not None:
            self.hidden_state = self.hidden_state + 0 * self.returned[-1, 0]
        self.returned = super().forward(input_tensor)
        return self.returned


class NoisyTest(framework.NeuralNetwork):
    """The prediction in the test phase is jittered."""

    calls = 0

    def test(self, input_tensor: Array) -> Array:
        self.calls += 1
        prediction: Array = super().test(input_tensor)
        return prediction + 1e-3 * self.calls


class WideGradient(framework.CrossEntropyLoss):
    """A NumPy number of float64 promotes the gradient."""

    def backward(self, label_tensor: Array) -> Array:
        return super().backward(label_tensor) * np.ones(1)


class WideStep(framework.Sgd):
    """The learning rate is an array of float64."""

    def calculate_update(self, weight_tensor: Any, gradient_tensor: Any) -> Any:
        return super().calculate_update(weight_tensor, gradient_tensor) * np.ones(1).reshape(())[()]


class WidePenalty(framework.L1_Regularizer):
    """Alpha is a NumPy number of float64."""

    def calculate_gradient(self, weights: Any) -> Any:
        return np.float64(1.0) * super().calculate_gradient(weights)


class WidePrediction(framework.NeuralNetwork):
    """The prediction is converted to float64."""

    def test(self, input_tensor: Array) -> Array:
        prediction: Array = super().test(input_tensor)
        return prediction.astype(float)


def without_base(spec: Spec) -> Any:
    """The reference, which says that its class has no base class."""
    subject = build(spec)
    said = dict(subject.declared())
    subject.declared = lambda: {**said, "base": False}
    return subject


class PhaseStaysHere(framework.NeuralNetwork):
    """The property `phase` is stored; only train and test tell the layers."""

    @property
    def phase(self) -> bool:
        return self._testing_phase

    @phase.setter
    def phase(self, testing_phase: bool) -> None:
        self._testing_phase = testing_phase

    def train(self, iterations: int, *more: Any) -> None:
        for layer in self.layers:
            layer.testing_phase = False
        super().train(iterations, *more)

    def test(self, input_tensor: Array) -> Array:
        for layer in self.layers:
            layer.testing_phase = True
        prediction: Array = super().test(input_tensor)
        return prediction


# By the check that each breaks.
MUTANTS: dict[str, tuple[str, Callable[[Spec], Any]]] = {
    "contract.trainer": ("Trainer", LeavesABatchOut),
    "contract.loss-dtype": ("CrossEntropyLoss", made_of(WideGradient)),
    "contract.network-dtype": ("NeuralNetwork", made_of(WidePrediction)),
    "contract.optimizer-dtype": ("Sgd", made_of(WideStep)),
    "contract.regularizer-dtype": ("L1_Regularizer", made_of(WidePenalty)),
    "contract.base": ("ReLU", without_base),
    "contract.loss-backward": ("CrossEntropyLoss", made_of(ScalarLossGradient)),
    "phase.network-set": ("NeuralNetwork", made_of(PhaseStaysHere)),
    "phase.same": ("Sigmoid", made_of(HalfInTestPhase)),
    "phase.running-frozen": ("BatchNormalization", made_of(TrainsWhileTesting)),
    "recurrence.state-copied": ("RNN", made_of(StateInTheOutput)),
    "phase.network-test": ("NeuralNetwork", made_of(NoisyTest)),
}
