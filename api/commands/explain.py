"""`backproof explain`: one spec, check, planned finding or known mistake, for a person."""

from __future__ import annotations

import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("explain", help="show one spec or check in full")
    parser.add_argument("name", metavar="NAME", help="a spec (Dropout) or a check (gradient.input)")


def run(options: argparse.Namespace) -> int:
    """Print what is known under the name."""
    from .explaining import explain

    return explain(options)
