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
from .dispatch import forward, loss, loss_gradient, loss_text
from .losses import gradient_scale
from .optimizers import trajectory
from .perceptron import perceptron_loss, prediction, scores
from .recurrent import through_sigmoid
from .regularizers import penalty, penalty_gradient

__all__ = [
    "forward",
    "gradient_scale",
    "loss",
    "loss_gradient",
    "loss_text",
    "penalty",
    "penalty_gradient",
    "perceptron_loss",
    "prediction",
    "scores",
    "softmax",
    "through_sigmoid",
    "trajectory",
]
