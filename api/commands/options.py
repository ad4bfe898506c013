"""Options that several commands have."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_effort(parser: argparse.ArgumentParser, default: str) -> None:
    """Add `--effort`."""
    parser.add_argument(
        "--effort",
        choices=("quick", "standard", "thorough"),
        default=default,
        help=f"how many cases are looked at; quick is for the loop of editing and running (default: {default})",
    )


def add_compat(parser: argparse.ArgumentParser) -> None:
    """Add `--compat`."""
    parser.add_argument(
        "--compat", choices=("numpy",), default="", help="numpy: give the subject the names that NumPy has removed"
    )


def integer(least: int) -> Callable[[str], int]:
    """A reader of integers that are not less than `least`, for `type=`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r}, but should be an integer of at least {least}")
        return number

    return read
