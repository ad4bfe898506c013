"""The small words that specs, adapters and checks share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Shape = tuple[int, ...]


class Phase(StrEnum):
    """What the network is doing; some layers behave differently in the two."""

    TRAIN = "train"
    TEST = "test"


class Kind(StrEnum):
    """Which class of subjects an implementation of a spec belongs to: which operations it has."""

    LAYER = "layer"
    LOSS = "loss"
    OPTIMIZER = "optimizer"
    REGULARIZER = "regularizer"
    INITIALIZER = "initializer"
    NETWORK = "network"
    PERCEPTRON = "perceptron"  # a network of fully connected layers that is trained by epochs
    MODEL = "model"  # a function that builds a certain network
    CHECKPOINT = "checkpoint"  # a network that can be saved
    TRAINER = "trainer"  # a training loop around a network that it is given
    EVALUATOR = "evaluator"  # what loads a trained network, tests it and predicts with it


class Trait(StrEnum):
    """A property by which laws choose the specs that they hold for."""

    AFFINE = "affine"  # f(t x + (1-t) y) = t f(x) + (1-t) f(y)
    BATCH_INDEPENDENT = "batch independent"  # one sample's output does not depend on the other samples
    BATCH_STATISTICS = "batch statistics"  # in the train phase the batch is normalised by its own statistics
    CATEGORICAL = "categorical"  # the targets of a loss are one-hot rows
    DIFFERENTIABLE = "differentiable"  # almost everywhere
    ELEMENTWISE = "elementwise"  # output entry i depends on input entry i alone
    HOMOGENEOUS = "positively homogeneous"  # f(c x) = c f(x) for c > 0
    NORMALISES = "normalises"  # divides by a spread of its input: without spread, an epsilon decides the output
    OF_DIFFERENCE = "of the difference"  # a loss of (prediction - target) that is 0 at 0 and does not mind the sign
    OF_PROBABILITIES = "of probabilities"  # the predictions of a loss are probabilities; of others, any numbers
    POINT_SYMMETRIC = "point symmetric"  # f(x) + f(-x) = 2 f(0)
    RANDOM_MASK = "random mask"  # in the train phase: input times a random mask, drawn afresh; see `keep_probability`
    PHASE_DEPENDENT = "phase dependent"  # train and test differ
    RECURRENT = "recurrent"  # the batch axis is time: an output depends on the inputs up to its step, through a state
    RESTS = (
        "rests without gradient"  # a weight whose gradients were all 0 stays, though the update divides by their size
    )
    SHIFT_INVARIANT = "shift invariant"  # f(x + c) = f(x), with a number c of its own for each sample
    SELECTS = "selects"  # every output entry is the maximum of some input entries of its sample and channel
    TRANSLATION_EQUIVARIANT = "translation equivariant"  # windows slide: a shifted input gives a shifted output


@dataclass(frozen=True, kw_only=True)
class Window:
    """How the windows of a layer slide along one axis, in entries: their size and the distance of two of them."""

    size: int
    stride: int


@dataclass(frozen=True, kw_only=True)
class PointMass:
    """The distribution of what is always the same value."""

    value: float


@dataclass(frozen=True, kw_only=True)
class Uniform:
    """The uniform distribution on [low, high)."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Gaussian:
    """The normal distribution of mean 0 with this standard deviation."""

    deviation: float


Distribution = PointMass | Uniform | Gaussian
"""What an initializer draws every entry from."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One trainable array of a layer, in the layout of the spec.

    Attributes:
        shape: the array's shape.
        fan_in: number of inputs that one output sums over; None if initializers do not apply.
        fan_out: number of outputs that one input reaches; None if initializers do not apply.
        initial: the value that every entry must start from, if the layer fixes it.
        size: size of the entries that laws draw: small where a product feeds an activation that saturates.
    """

    shape: Shape
    fan_in: int | None = None
    fan_out: int | None = None
    initial: float | None = None
    size: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Convention:
    """A choice on which correct implementations differ: never a failure, always reported.

    Attributes:
        name: how reports and adapters call it.
        options: what an implementation may choose.
        about: one sentence for a person.
        source: where the freedom comes from.
    """

    name: str
    options: tuple[str, ...]
    about: str
    source: str = ""
