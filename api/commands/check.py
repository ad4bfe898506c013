"""`backproof check`: launches the workers, then reads what judges them; both take about as long."""

from __future__ import annotations

import argparse

from ..wall import Launched
from ..wall.launch import usual_lanes


def run(options: argparse.Namespace) -> int:
    """Check the subject; the exit status follows from the verdict."""
    with Launched(0 if options.direct else max(options.jobs, 0) or usual_lanes()) as launched:
        from . import checking  # noqa: PLC0415 - while the workers come up

        return checking.run(options, launched)
