"""Definitions: what forward must return, naively, with a bound of the rounding error that is allowed.

Independent of the room `framework`: loops and textbook formulas, no shared code.
"""

from . import (  # noqa: F401 - importing registers the definitions
    affine,
    convolution,
    losses,
    normalisation,
    pooling,
    recurrent,
    reshaping,
)
from .activations import softmax
from .composition import is_composed, network_estimate, network_loss, network_prediction, perceptron_loss_value
from .dispatch import forward, is_defined, loss, loss_gradient, loss_text
from .losses import gradient_scale, left_out
from .normalisation import EPSILON, LARGEST_EPSILON, Normalised
from .optimizers import trajectory
from .perceptron import perceptron_loss, prediction, scores
from .recurrent import through_sigmoid
from .regularizers import penalty, penalty_gradient
from .vectorised import value, walk

__all__ = [
    "EPSILON",
    "LARGEST_EPSILON",
    "Normalised",
    "forward",
    "gradient_scale",
    "is_composed",
    "is_defined",
    "left_out",
    "loss",
    "loss_gradient",
    "loss_text",
    "network_estimate",
    "network_loss",
    "network_prediction",
    "penalty",
    "penalty_gradient",
    "perceptron_loss",
    "perceptron_loss_value",
    "prediction",
    "scores",
    "softmax",
    "through_sigmoid",
    "trajectory",
    "value",
    "walk",
]
