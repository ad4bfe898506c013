"""Generators that a submission makes without a seed follow NumPy's global seed, so that a run can be repeated."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np


class FollowedSeed:
    """Replaces `numpy.random.default_rng` while a submission is active; only the submission's own calls differ.

    Args:
        root: the submission's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._original = np.random.default_rng

    def install(self) -> None:
        """Replace the function."""
        self._original = np.random.default_rng
        vars(np.random)["default_rng"] = self._default_rng

    def remove(self) -> None:
        """Put the function back."""
        vars(np.random)["default_rng"] = self._original

    def _default_rng(self, seed: Any = None) -> np.random.Generator:
        caller = sys._getframe(1).f_globals.get("__file__") or ""
        if seed is None and Path(caller).is_relative_to(self._root):
            seed = np.random.randint(2**32, size=4, dtype=np.uint32)  # noqa: NPY002 - the state that is seeded
        return self._original(seed)
