"""Rendering a results file again, in any format, without running anything."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from ..checks.results import Result, ResultsError, count_verdicts, read_results
from ..exit_status import CONFORMANT, USAGE, complain
from ..files import CannotWrite, require_writable, write_reports
from ..reports.terminal import summary


def render_again(options: argparse.Namespace) -> int:
    """Render; without a format, show the summary."""
    try:
        require_writable({"--html": options.html, "--junit": options.junit})
        result = _read(options.results)
        if options.html is None and options.junit is None:
            summary(result, Console())
        write_reports(result, {"html": options.html, "junit": options.junit})
    except CannotWrite as error:
        return complain(str(error), USAGE)
    except UnicodeDecodeError:
        return complain(f"{options.results} is no results file; name a file that `check --results` wrote", USAGE)
    except ResultsError as error:
        return complain(f"{options.results} is damaged: {error}", USAGE)
    except OSError as error:
        return complain(f"{options.results}: {error.strerror}; name a file that `check --results` wrote", USAGE)
    return CONFORMANT


def _read(path: str) -> Result:
    """The results in the file, if its footer follows from its findings.

    Raises:
        ResultsError: the file is damaged.
        OSError, UnicodeDecodeError: the file cannot be read.
    """
    with Path(path).open(encoding="utf-8") as file:
        result = read_results(file)
    footer, counts = result.footer, count_verdicts(result.findings)
    if len({finding.id for finding in result.findings}) != len(result.findings):
        raise ResultsError("two findings have the same id; run `backproof check` again")
    if footer.counts != counts:
        raise ResultsError(f"counts={dict(footer.counts)} in the footer, but should be {counts}; run again")
    if result.passed and (footer.reasons or any(finding.failing for finding in result.findings)):
        raise ResultsError("verdict='conformant' does not follow from the findings; run `backproof check` again")
    return result
