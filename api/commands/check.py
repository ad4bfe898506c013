"""`backproof check`: launches the workers, then reads what judges them; both take about as long."""

from __future__ import annotations

import argparse

from ..sandbox.launch import Launched, usual_lanes
from ..threads import compute_with_one_thread


def run(options: argparse.Namespace) -> int:
    """Check the subject; the exit status follows from the verdict.

    The cores are shared by processes, so each computes with one thread: a second one makes small products no faster,
    and waits for its turn on a busy machine.
    """
    compute_with_one_thread()
    with Launched(0 if options.direct else max(options.jobs, 0) or usual_lanes()) as launched:
        from . import checking  # noqa: PLC0415 - while the workers come up; NumPy looks at the environment when loaded

        return checking.run(options, launched)
