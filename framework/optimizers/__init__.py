"""The optimizers of the framework."""

from .adagrad import AdaGrad
from .adam import Adam
from .base import Optimizer
from .momentum import SgdWithMomentum
from .sgd import Sgd

__all__ = [
    "AdaGrad",
    "Adam",
    "Optimizer",
    "Sgd",
    "SgdWithMomentum",
]
