"""LeNet: mistakes in the layers, the optimizer and the penalty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import framework
from .models import LeNet
from .registry import Declare

ORDER = "append_layer: twice Conv, ReLU, Pooling; Flatten; FullyConnected, ReLU; twice more, the last with SoftMax"
ADAM = "Optimizers.Adam(5e-4, 0.9, 0.999)"
PENALTY = "optimizer.add_regularizer(Constraints.L2_Regularizer(4e-4))"

mistake = Declare(families=("network",))


@mistake(hint="net.append_layer(SoftMax.SoftMax()) last", families=("network", "contract"))
class SoftmaxMissing(LeNet):
    """The softmax at the end is missing.

    The cross entropy takes the logarithm of scores that are no probabilities: it is NaN, or rewards large scores.
    """

    def layers(self) -> Sequence[Any]:
        return tuple(super().layers())[:-1]


@mistake(hint="FullyConnected(84, 10), then SoftMax at once")
class ActivationBeforeSoftmax(LeNet):
    """A ReLU stands before the softmax.

    It cuts negative scores off. Classes that are ruled out all get the same score, and no gradient.
    """

    def dense(self, size: int) -> Sequence[Any]:
        return (*super().dense(size), framework.ReLU())


@mistake(hint=ORDER)
class ReluMissingAfterConvolution(LeNet):
    """A convolution is not followed by an activation.

    Without ReLU between them, two convolutions are one linear map but for the maxima.
    """

    def stage(self, channels: int, kernels: int) -> Sequence[Any]:
        return tuple(layer for layer in super().stage(channels, kernels) if not isinstance(layer, framework.ReLU))


@mistake(hint=ORDER)
class ReluMissingBetweenFullyConnected(LeNet):
    """Fully connected layers follow each other without an activation.

    Two affine maps in a row are one affine map: the second layer adds parameters and nothing else.
    """

    def dense(self, size: int) -> Sequence[Any]:
        return tuple(layer for layer in super().dense(size) if not isinstance(layer, framework.ReLU))


@mistake(hint="ReLU.ReLU() in place of TanH.TanH()")
class TanhForRelu(LeNet):
    """The activations are hyperbolic tangents.

    The original of 1998 has them; the exercise asks for ReLU.
    """

    def layers(self) -> Sequence[Any]:
        return tuple(framework.TanH() if isinstance(layer, framework.ReLU) else layer for layer in super().layers())


@mistake(hint=ORDER)
class OneConvolution(LeNet):
    """There is one convolution, not two.

    The network sees small patterns of the image only, and not patterns of these patterns.
    """

    def convolutions(self) -> Sequence[Any]:
        return (*self.stage(1, 16), framework.Pooling((2, 2), (2, 2)))


@mistake(hint=ORDER)
class PoolingMissing(LeNet):
    """The pooling after the first convolution is missing.

    The convolution has a stride of 2 instead, which skips pixels in place of taking their maxima.
    """

    def convolutions(self) -> Sequence[Any]:
        return (framework.Conv((2, 2), (1, 5, 5), 6), framework.ReLU(), *self.stage(6, 16))


@mistake(hint=ORDER)
class OneFullyConnected(LeNet):
    """One fully connected layer follows the convolutions.

    The hidden layers of 120 and 84 units are missing.
    """

    def dense(self, size: int) -> Sequence[Any]:
        return (framework.FullyConnected(size, 10),)


@mistake(hint="FullyConnected(84, 10): one output for each digit", families=("contract",))
class NineClasses(LeNet):
    """The last layer has nine outputs for ten digits.

    The count goes from 0 to 9, so there are ten classes.
    """

    def dense(self, size: int) -> Sequence[Any]:
        return (*tuple(super().dense(size))[:-1], framework.FullyConnected(84, 9))


@mistake(hint="net.loss_layer = Loss.CrossEntropyLoss()", families=("contract",))
class LossMissing(LeNet):
    """The network has no loss layer.

    The build function returns a network whose forward cannot compute a loss.
    """

    def loss(self) -> Any:
        return None


@mistake(hint=ADAM)
class LearningRateTooLarge(LeNet):
    """The learning rate is 5e-3.

    It is ten times what is asked for.
    """

    def optimizer(self) -> Any:
        optimizer = super().optimizer()
        optimizer.set_learning_rate(5e-3)
        return optimizer


@mistake(hint=ADAM)
class SgdForAdam(LeNet):
    """The optimizer is stochastic gradient descent.

    Its steps grow with the gradients, so the small learning rate that suits Adam hardly moves it.
    """

    def optimizer(self) -> Any:
        optimizer = framework.Sgd(5e-4)
        optimizer.add_regularizer(self.penalty())
        return optimizer


@mistake(hint=ADAM)
class MomentumForAdam(LeNet):
    """The optimizer is gradient descent with momentum.

    Adam, which is asked for, divides the step by the size of the gradients; momentum does not.
    """

    def optimizer(self) -> Any:
        optimizer = framework.SgdWithMomentum(5e-4, 0.9)
        optimizer.add_regularizer(self.penalty())
        return optimizer


@mistake(hint=PENALTY)
class PenaltyMissing(LeNet):
    """The optimizer has no regularizer.

    The penalty is made, perhaps, but never added to the optimizer.
    """

    def optimizer(self) -> Any:
        return framework.Adam(5e-4, 0.9, 0.999)


@mistake(hint=PENALTY)
class L1ForL2(LeNet):
    """The penalty is L1.

    It pulls small weights as hard as large ones, and makes them zero.
    """

    def penalty(self) -> Any:
        return framework.L1_Regularizer(4e-4)


@mistake(hint=PENALTY)
class PenaltyTooStrong(LeNet):
    """The weight of the penalty is 4e-2.

    It is a hundred times what is asked for.
    """

    def penalty(self) -> Any:
        return framework.L2_Regularizer(4e-2)
