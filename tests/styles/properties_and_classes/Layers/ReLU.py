__all__ = ["ReLU"]

from .Activations import ReLU
