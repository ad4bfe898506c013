"""`backproof report`: render a results file again, in any format, without running anything."""

from __future__ import annotations

import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "report",
        help="render a results file again",
        description="Render a results file, without running anything: on the terminal, or into files.",
        epilog="exit status: 0 rendered, whatever the verdict; 2 the results are damaged or a file cannot be written",
    )
    parser.add_argument("results", metavar="RESULTS", help="a file that `backproof check --results` has written")
    parser.add_argument("--html", metavar="FILE", help="write one HTML page")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")


def run(options: argparse.Namespace) -> int:
    """Render; without a format, show the summary."""
    from .rendering import render_again

    return render_again(options)
