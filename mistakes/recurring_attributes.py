"""Mistakes that recur in the value of an attribute."""

from __future__ import annotations

from ..framework import (
    AdaGrad,
    BatchNormalization,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    FullyConnected,
    ReLU,
    Sigmoid,
    SoftMax,
    SoftmaxOutput,
    TanH,
)
from .registry import Declare, On

recurring = Declare(families=("contract",))


@recurring.on(
    On(
        Dropout,
        hint="self.testing_phase = False in the base class's __init__, and super().__init__() in the layer's",
        title="a new layer is in the test phase",
        explanation="Nothing is dropped until somebody sets the phase, which a plain training loop never does.",
        families=("phase",),
        cases=("keep-0.25", "keep-0.8-image"),
    ),
    On(Sigmoid),
    On(SoftMax, cases=("9-by-4",)),
    On(TanH),
    hint="class BaseLayer: def __init__(self): self.testing_phase = False; self.trainable = False",
    cases=("vector",),
)
class StartsInTestPhase:
    """A new layer is in the testing phase.

    The base class sets the member testing_phase to True. Layers whose phases differ, such as dropout, then do nothing
    until the network sets the phase.
    """

    testing_phase = True


@recurring.on(
    On(BatchNormalization, cases=("vector",)),
    On(FullyConnected, cases=("4-to-3",)),
    hint="super().__init__() first, then self.trainable = True",
)
class SaysNotTrainable:
    """The layer says that it is not trainable.

    The network then gives it neither initial weights nor an optimizer, and nothing is learned. Often
    super().__init__() is called last and resets the member.
    """

    trainable = False


@recurring.on(
    On(Flatten, cases=("image",)), On(ReLU, cases=("vector",)), hint="self.trainable = False, as the base class sets it"
)
class SaysTrainable:
    """The layer says that it is trainable.

    It has no parameters. A network that asks a trainable layer for its weights, for example for the regularization
    loss, finds none.
    """

    trainable = True


@recurring.on(
    On(
        BatchNormalization,
        hint="np.sqrt(variance + np.finfo(float).eps)",
        title="a constant channel becomes NaN",
        explanation=(
            "Without an epsilon a channel that has the same value in the whole batch, such as the output of a "
            "dead unit, is 0 / 0."
        ),
    ),
    On(
        CrossEntropyLoss,
        hint="np.log(prediction + np.finfo(float).eps)",
        title="a probability of 0 makes the loss infinite or NaN",
        explanation="log(0) is -inf, and 0 * -inf, which occurs wherever the label is 0, is NaN.",
    ),
    On(
        SoftmaxOutput,
        hint="-np.sum(Y * np.log(softmax(x) + 1e-10)) / len(Y)",
        title="a probability of 0 makes the loss infinite",
        explanation=(
            "The exponential of a score far below the largest one underflows, and without an epsilon log(0) is taken."
        ),
    ),
    On(
        AdaGrad,
        hint="weights - learning_rate * gradient / (np.sqrt(self.s) + eps)",
        title="a gradient that is 0 makes the weight NaN",
        explanation="Without an epsilon the first step of such a weight is 0 over 0.",
        families=("optimizer",),
    ),
    families=("value",),
)
class EpsilonMissing:
    """Nothing keeps a divisor or a probability away from 0."""

    epsilon = 0.0


@recurring.on(
    On(
        BatchNormalization,
        hint="epsilon = np.finfo(float).eps, smaller than 1e-10",
        explanation=(
            "With 1e-3 under the root the output's variance is visibly below 1. The epsilon is there against a "
            "division by 0 and for nothing else."
        ),
    ),
    On(
        CrossEntropyLoss,
        hint="np.log(prediction + np.finfo(float).eps)",
        explanation="With 1e-3 inside the logarithm a certain and right prediction has a negative loss.",
    ),
    On(
        SoftmaxOutput,
        hint="-np.sum(Y * np.log(softmax(x) + 1e-10)) / len(Y)",
        explanation=(
            "With 1e-3 inside the logarithm the loss of ordinary predictions changes, and backward does not "
            "belong to it."
        ),
    ),
    On(
        AdaGrad,
        hint="weights - learning_rate * gradient / (np.sqrt(self.s) + eps)",
        explanation="With 1e-3 beside the root the steps are too small, most of all where gradients are.",
        families=("optimizer",),
    ),
    families=("value",),
)
class EpsilonLarge:
    """The epsilon is so large that it shows."""

    epsilon = 1e-3
