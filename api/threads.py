"""How many threads NumPy's libraries compute with."""

from __future__ import annotations

import os

from .sandbox.launch import THREADS


def compute_with_one_thread() -> None:
    """Unless the environment says how many; to be called before NumPy is loaded, which then looks there."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
