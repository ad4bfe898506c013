"""The regularizers of the framework."""

from .base import Regularizer
from .l1 import L1_Regularizer
from .l2 import L2_Regularizer

__all__ = ["L1_Regularizer", "L2_Regularizer", "Regularizer"]
