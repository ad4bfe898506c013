"""The initializers of the framework."""

from .base import Initializer, RandomInitializer
from .constant import Constant
from .he import He
from .normal import Normal
from .uniform_random import UniformRandom
from .xavier import Xavier

__all__ = [
    "Constant",
    "He",
    "Initializer",
    "Normal",
    "RandomInitializer",
    "UniformRandom",
    "Xavier",
]
