"""`backproof report`: render a results file again, in any format, without running anything."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from ..checks.results import ResultsError, read_results
from ..cli import CONFORMANT, USAGE
from ..reports.terminal import summary
from .files import CannotWrite, require_writable, write_reports


def run(options: argparse.Namespace) -> int:
    """Render; without a format, show the summary."""
    try:
        require_writable({"--html": options.html, "--junit": options.junit})
        with Path(options.results).open(encoding="utf-8") as file:
            result = read_results(file)
        if options.html is None and options.junit is None:
            summary(result, Console())
        write_reports(result, {"html": options.html, "junit": options.junit})
    except (ResultsError, CannotWrite, UnicodeDecodeError) as error:
        print(f"backproof: {options.results}: {error}", file=sys.stderr)
        return USAGE
    except OSError as error:
        print(
            f"backproof: {options.results}: {error.strerror}; name a file that `check --results` wrote", file=sys.stderr
        )
        return USAGE
    return CONFORMANT
