"""`backproof mistakes`: the catalogue of known mistakes, and how many of them the checks catch."""

from __future__ import annotations

import argparse

from .options import integer


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "mistakes",
        help="show the known mistakes, or how many the checks catch",
        description="Show the catalogue of known mistakes, or run the checks on them and show how many are caught.",
        epilog="exit status: 0; 1 with --score if a mistake is missed; 2 a name is not known",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a spec (Dropout) or a mistake's id; default: all")
    parser.add_argument("--score", action="store_true", help="run the checks on every mistake")
    parser.add_argument(
        "--effort",
        choices=("quick", "standard"),
        default="standard",
        help="which cases --score visits, all of them named ones (default: standard)",
    )
    parser.add_argument("--jobs", type=integer(1), default=0, metavar="N", help="processes (default: one per core)")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")


def run(options: argparse.Namespace) -> int:
    """Print the mistakes named, or their score; the status tells whether one is missed."""
    from .cataloguing import show

    return show(options)
