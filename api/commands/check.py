"""`backproof check`: check an implementation against the specs."""

from __future__ import annotations

import argparse

from .options import add_compat, add_effort

EXIT_STATUS = """\
exit status: 0 conformant, 1 nonconformant, 2 usage or bad configuration,
             3 the subject could not be loaded, 4 harness error
"""

_EXAMPLES = """\
examples:
  backproof check src_to_implement                  everything that is there
  backproof check src_to_implement Dropout          one layer
  backproof check src_to_implement TestDropout      what the course tests under that name
  backproof check src_to_implement 'gradient.*'     one kind of check
  backproof check builtin                           the built-in framework

"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="check an implementation against the specs",
        description="Check an implementation against the specs and say what is wrong and where.",
        epilog=_EXAMPLES + EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_what(parser)
    _add_reports(parser)
    _add_how(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="a line per layer as it is done")
    parser.add_argument("-q", "--quiet", action="store_true", help="print the last line only")


def run(options: argparse.Namespace) -> int:
    """Check the subject; the exit status follows from the verdict.

    The workers are launched first, then what judges them is read: both take about as long. The cores are shared by
    processes, so each computes with one thread: a second one makes small products no faster, and waits for its turn on
    a busy machine.
    """
    from ..sandbox.launch import Launched, usual_workers
    from ..threads import compute_with_one_thread

    compute_with_one_thread()
    with Launched(0 if options.direct else max(options.jobs, 0) or usual_workers()) as launched:
        from . import checking  # while the workers come up; NumPy looks at the environment when it is loaded

        return checking.run(options, launched)


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "subject",
        nargs="?",
        default="builtin",
        metavar="SUBJECT",
        help="a folder, a notebook (.ipynb), an adapter module (.py) or an import path; "
        "default: 'builtin', the built-in framework",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a layer (Dropout), a course's test (TestDropout), a check, an id or a glob; default: everything",
    )


def _add_reports(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", metavar="FILE", help="write the results as JSON lines; '-': to standard output")
    parser.add_argument("--html", metavar="FILE", help="write the report as one HTML page")
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML")


def _add_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="from which all data is drawn (default: 0)")
    add_effort(parser, "standard")
    parser.add_argument(
        "--level", choices=("core", "full", "strict"), default="full", help="how much is asked (default: full)"
    )
    parser.add_argument(
        "--dtype",
        choices=("float64", "float32"),
        default="float64",
        help="the type of all data (default: float64)",
    )
    add_compat(parser)
    parser.add_argument(
        "--require",
        metavar="WHAT",
        action="append",
        default=[],
        help="fail if this is missing: a layer, a stage, or 'complete'",
    )
    parser.add_argument("--waivers", metavar="FILE", default="", help="failures that are tolerated, as TOML")
    parser.add_argument(
        "--course", metavar="NAME", default="", help="the course, or NAME@EDITION; default: as detected"
    )
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes that judge (default: one per core, at most 2)"
    )
    parser.add_argument(
        "--timeout", type=float, default=10.0, metavar="S", help="seconds that one check may take (default: 10)"
    )
    parser.add_argument("--direct", action="store_true", help="run in this process, for a debugger; cannot gate")
