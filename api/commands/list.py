"""`backproof list`: every spec with its mathematics and the number of checks, or every law."""

from __future__ import annotations

import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("list", help="show every spec, or every law")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these specs")
    parser.add_argument("--laws", action="store_true", help="show the laws that the checks hold a subject to")


def run(options: argparse.Namespace) -> int:
    """Print the specs named, or all, or the laws."""
    from .listing import show

    return show(options)
