__all__ = ["Sigmoid"]

from .Activations import Sigmoid
