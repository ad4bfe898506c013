__all__ = ["TanH"]

from .Activations import TanH
