"""The catalogue of known wrong implementations, one file per component.

A mistake is a component of the reference framework with the few lines changed that people get wrong. It is used
twice: the checks must catch it, and a submission that behaves exactly like it is told so. Table of contents: what a
mistake is, the catalogue, the correct baseline.
"""

from .catalogue import all_mistakes, mistakes_of
from .mistake import Mistake
from .subjects import build as correct

__all__ = ["Mistake", "all_mistakes", "correct", "mistakes_of"]
