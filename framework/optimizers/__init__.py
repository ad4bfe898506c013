"""The optimizers of the framework."""

from .adam import Adam
from .base import Optimizer
from .momentum import SgdWithMomentum
from .sgd import Sgd

__all__ = ["Adam", "Optimizer", "Sgd", "SgdWithMomentum"]
