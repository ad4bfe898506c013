"""The command line. Imports what a command needs when the command runs: `--help` answers at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

CONFORMANT, NONCONFORMANT, USAGE, NOT_LOADED, HARNESS_ERROR = range(5)

_EPILOG = """\
exit status: 0 conformant, 1 nonconformant, 2 usage or bad configuration,
             3 the subject could not be loaded, 4 harness error
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.command is None:
        parser.print_help()
        return USAGE
    module = import_module(f".commands.{options.command}", __package__)
    run: Callable[[argparse.Namespace], int] = module.run
    try:
        return run(options)
    except KeyboardInterrupt:
        print("interrupted; a results file written so far has no footer and counts as incomplete", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return CONFORMANT  # the reader of a pipe has seen enough


def _version() -> str:
    try:
        return version("backproof")
    except PackageNotFoundError:
        return "of a checkout that is not installed"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backproof",
        description="Proves that a hand-written backward pass is right, or shows exactly where and why it is not.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"backproof {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_check(commands)
    _add_report(commands)
    listing = commands.add_parser("list", help="show every spec and its checks")
    listing.add_argument("names", nargs="*", metavar="NAME", help="only these specs")
    explain = commands.add_parser("explain", help="show one spec or check in full")
    explain.add_argument("name", metavar="NAME", help="a spec (Dropout) or a check (gradient.input)")
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "check",
        help="check an implementation against the specs",
        description="Check an implementation against the specs and say what is wrong and where.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "subject",
        nargs="?",
        metavar="SUBJECT",
        help="a folder, an adapter module (.py) or an import path; default: the built-in framework",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a layer (Dropout), a course's test (TestDropout), a check, an id or a glob; default: everything",
    )
    parser.add_argument("--results", metavar="FILE", help="write the results as JSON lines ('-': standard output)")
    parser.add_argument("--html", metavar="FILE", help="write the report as one HTML page")
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML")
    parser.add_argument("--seed", type=int, default=0, help="from which all data is drawn (default: 0)")
    parser.add_argument(
        "--level", choices=("core", "full", "strict"), default="full", help="how much is asked (default: full)"
    )
    parser.add_argument(
        "--require",
        metavar="WHAT",
        action="append",
        default=[],
        help="fail if this is missing: a layer, a stage, or 'complete'",
    )
    parser.add_argument("--course", metavar="NAME", default="", help="the course, if the folder's layout does not tell")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="threads (default: one per core, at most 2)")
    parser.add_argument(
        "--timeout", type=float, default=10.0, metavar="S", help="seconds that one check may take (default: 10)"
    )
    parser.add_argument("--direct", action="store_true", help="run in this process, for a debugger; cannot gate")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line per layer as it is done")
    parser.add_argument("-q", "--quiet", action="store_true", help="print the last line only")


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("report", help="render a results file again")
    parser.add_argument("results", metavar="RESULTS", help="a file that `backproof check --results` has written")
    parser.add_argument("--html", metavar="FILE", help="write one HTML page")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
