"""Base classes for adapters of networks that are trained by epochs, and of training loops; see `base`."""

from __future__ import annotations

from .base import EvaluatorAdapter, PerceptronAdapter, TrainerAdapter

__all__ = ["EvaluatorAdapter", "PerceptronAdapter", "TrainerAdapter"]
