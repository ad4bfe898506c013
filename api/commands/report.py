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
    except CannotWrite as error:
        return _complain(str(error))
    except UnicodeDecodeError:
        return _complain(f"{options.results} is no results file; name a file that `check --results` wrote")
    except (ResultsError, RecursionError) as error:
        return _complain(f"{options.results} is damaged: {error}")
    except OSError as error:
        return _complain(f"{options.results}: {error.strerror}; name a file that `check --results` wrote")
    return CONFORMANT


def _complain(text: str) -> int:
    print(f"backproof: {text}", file=sys.stderr)
    return USAGE
