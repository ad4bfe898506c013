"""The exit statuses of the command line, and how a command says why it ends with another one than a verdict's."""

from __future__ import annotations

import sys

CONFORMANT, NONCONFORMANT, USAGE, NOT_LOADED, HARNESS_ERROR = range(5)
INTERRUPTED, NO_READER = 130, 141  # as shells report SIGINT and SIGPIPE; neither is a pass


def complain(problem: object, status: int) -> int:
    """Say on standard error what prevents the command; returns the status."""
    print(f"backproof: {problem}", file=sys.stderr)
    return status
