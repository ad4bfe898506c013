"""Wrong gradients, each beside the correct one that it was made from.

A subject is a function and its vector-Jacobian product, with everything fixed but one block, so that every gradient
checker can look at it. That is why this is no second catalogue: the mistakes of `backproof.mistakes` are layers, losses
and optimizers with parameters, phases and a memory, of which the other checkers know nothing, and what the framework
checks and copies would be measured in place of the checker. A mistake in a component belongs there, not here.

- `subject`: what a subject is; the registry; how far a bug changes the gradient.
- `affine`, `convolution`, `pooling`, `activations`, `batch_normalisation`, `softmax`, `cross_entropy`, `dropout`,
  `rnn`, `lstm`, `penalties`, `network`: layers, losses, regularizers, a deep network.
- `numeric`: small errors in blocks of 24 to 100,000 entries.
- `contract`: right formulas with side effects.
- `kinked`, `cancelling`: small functions in one table (`family`), each with its wrong siblings.
"""

from . import (
    activations,
    affine,
    batch_normalisation,
    cancelling,
    contract,
    convolution,
    cross_entropy,
    dropout,
    kinked,
    lstm,
    network,
    numeric,
    penalties,
    pooling,
    rnn,
    softmax,
)
from .subject import BUGS, RIGHT, Bug, Right, Subject, gradient_change

__all__ = [
    "BUGS",
    "RIGHT",
    "Bug",
    "Right",
    "Subject",
    "activations",
    "affine",
    "batch_normalisation",
    "cancelling",
    "contract",
    "convolution",
    "cross_entropy",
    "dropout",
    "gradient_change",
    "kinked",
    "lstm",
    "network",
    "numeric",
    "penalties",
    "pooling",
    "rnn",
    "softmax",
]
