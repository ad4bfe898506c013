"""The losses of the framework."""

from .cross_entropy import CrossEntropyLoss

__all__ = ["CrossEntropyLoss"]
