"""`backproof watch`: check again what a saved file affects, until Ctrl-C."""

from __future__ import annotations

import argparse

from .options import add_compat, add_effort

_EPILOG = """\
A saved file leads to the components that import it; these are checked first, then what is made of them. Ctrl-C ends it.

exit status: 130 ended with Ctrl-C, 2 usage, 3 the subject cannot be found

examples:
  backproof watch src                    everything, whenever it changes
  backproof watch src Dropout ReLU       these only
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "watch",
        help="check again whenever a file is saved",
        description="Check a subject, and check again what a file affects whenever it is saved.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("subject", nargs="?", default=".", metavar="SUBJECT", help="as for `check` (default: here)")
    parser.add_argument("names", nargs="*", metavar="NAME", help="components (Dropout) to look at; default: all")
    add_effort(parser, "quick")
    parser.add_argument("--course", metavar="NAME", default="", help="the course; default: as detected")
    parser.add_argument("--timeout", type=float, default=10.0, metavar="S", help="seconds for one check (default: 10)")
    add_compat(parser)
    parser.add_argument("--no-start", action="store_true", help="do not check everything at the start")


def run(options: argparse.Namespace) -> int:
    """Watch until Ctrl-C."""
    from .watching import watch

    return watch(options)
