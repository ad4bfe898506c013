"""The Freiburg exercise: a multilayer perceptron in one notebook or module.

Table of contents: `course` the facts, `calls` the ways in which submissions differ, `components` layers and outputs as
subjects, `perceptron` the network, `adapter` puts it together.
"""

from .adapter import FreiburgAdapter as adapter  # noqa: N813 - what `file_courses` asks every course's package for
from .adapter import recognises

__all__ = ["adapter", "recognises"]
