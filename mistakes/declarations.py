"""What components say of themselves: mistakes in the members that the base classes prescribe."""

from __future__ import annotations

from ..framework import BatchNormalization, Flatten, FullyConnected, ReLU, Sgd, Sigmoid, SoftMax, TanH
from ..framework.regularizers import Regularizer
from ..framework.validation import Tensor, Weights
from .registry import mistake

BASE = "class BaseLayer: def __init__(self): self.testing_phase = False; self.trainable = False"


@mistake(
    "fully_connected.says-not-trainable",
    hint="super().__init__() first, then self.trainable = True",
    families=("contract",),
    cases=("4-to-3",),
)
class NotTrainable(FullyConnected):
    """The layer says that it is not trainable.

    The network then gives it neither initial weights nor an optimizer, and nothing is learned. Often super().__init__()
    is called last and resets the member.
    """

    trainable = False


@mistake(
    "batch_normalization.says-not-trainable",
    hint="super().__init__() first, then self.trainable = True",
    families=("contract",),
    cases=("vector",),
)
class NormalizationNotTrainable(BatchNormalization):
    """The layer says that it is not trainable.

    The network then gives it no optimizer, and gamma and beta keep their first values for ever.
    """

    trainable = False


@mistake(
    "relu.says-trainable",
    hint="self.trainable = False, as the base class sets it",
    families=("contract",),
    cases=("vector",),
)
class ActivationTrainable(ReLU):
    """The layer says that it is trainable.

    It has no parameters. A network that asks a trainable layer for its weights, for example for the regularization
    loss, finds none.
    """

    trainable = True


@mistake(
    "flatten.says-trainable",
    hint="self.trainable = False, as the base class sets it",
    families=("contract",),
    cases=("image",),
)
class FlattenTrainable(Flatten):
    """The layer says that it is trainable.

    It has no parameters. A network that asks a trainable layer for its weights finds none.
    """

    trainable = True


@mistake("sigmoid.starts-in-test-phase", hint=BASE, families=("contract",), cases=("vector",))
class SigmoidTests(Sigmoid):
    """A new layer is in the testing phase.

    The base class sets the member testing_phase to True. Layers whose phases differ, such as dropout, then do nothing
    until the network sets the phase.
    """

    testing_phase = True


@mistake("tanh.starts-in-test-phase", hint=BASE, families=("contract",), cases=("vector",))
class TanHTests(TanH):
    """A new layer is in the testing phase.

    The constructor sets the member testing_phase to True, in place of False.
    """

    testing_phase = True


@mistake("softmax.starts-in-test-phase", hint=BASE, families=("contract",), cases=("9-by-4",))
class SoftMaxTests(SoftMax):
    """A new layer is in the testing phase.

    The constructor sets the member testing_phase to True, in place of False.
    """

    testing_phase = True


@mistake(
    "sgd.regularizer-under-another-name",
    hint="add_regularizer: self.regularizer = regularizer",
    families=("contract",),
    level="strict",
    cases=("with-L1", "with-L2"),
)
class RegularizerElsewhere(Sgd):
    """The regularizer is kept under another name.

    Updates apply it, but a network that reads optimizer.regularizer for the loss finds none, and its loss lacks the
    penalty.
    """

    _penalty: Regularizer | None = None

    def add_regularizer(self, regularizer: Regularizer) -> None:
        self._penalty = regularizer

    def calculate_update(self, weight_tensor: Weights, gradient_tensor: Weights) -> Weights:
        updated = super().calculate_update(weight_tensor, gradient_tensor)
        if self._penalty is None:
            return updated
        return updated - self.learning_rate * self._penalty.calculate_gradient(weight_tensor)


@mistake(
    "batch_normalization.reformat-restores-nothing",
    hint="for 2 dimensions: tensor.reshape(batch, height, width, channels).transpose(0, 3, 1, 2)",
    families=("contract",),
    cases=("image", "square"),
)
class ReformatOneWay(BatchNormalization):
    """The method reformat knows one direction only.

    It turns images into vectors, but returns vectors as they are: whoever calls it in backward gets the wrong shape.
    """

    _inside = False

    def forward(self, input_tensor: Tensor) -> Tensor:
        self._inside = True
        output = super().forward(input_tensor)
        self._inside = False
        return output

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._inside = True
        input_error = super().backward(error_tensor)
        self._inside = False
        return input_error

    def reformat(self, tensor: Tensor) -> Tensor:
        return tensor if tensor.ndim == 2 and not self._inside else super().reformat(tensor)
