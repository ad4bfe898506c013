"""`backproof train`: sets the number of threads, then trains."""

from __future__ import annotations

import argparse

from ..threads import compute_with_one_thread


def run(options: argparse.Namespace) -> int:
    """Train with one thread, unless the environment says how many; the exit status says how it ended.

    The products of matrices in these networks are small. A second thread makes none of them faster, and on a busy
    machine waiting for it makes all of them several times slower.
    """
    compute_with_one_thread()
    from .training import train  # noqa: PLC0415 - NumPy looks at the environment when it is loaded

    return train(options)
