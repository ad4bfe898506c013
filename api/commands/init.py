"""`backproof init`: write an adapter for an unknown framework, and say what is still missing."""

from __future__ import annotations

import argparse

_EPILOG = """\
The adapter is written beside the framework, as backproof_adapter.py; a file of that name is never overwritten.
Classes are found by reading the files. What runs the framework is the smoke check, in the sandbox.

exit status: 0 written, and every component found answers; 1 written, but something is still missing;
             2 the file is there already or cannot be written; 3 no component was found

examples:
  backproof init mylib            a folder or a package
  backproof init layers.py        one file
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init",
        help="write an adapter for a framework of your own",
        description="Look at a framework's classes, write an adapter module for it, and say what is still missing.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "framework", nargs="?", default=".", metavar="FOLDER|FILE", help="where its classes are (default: this folder)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the adapter, try it, and say how it went."""
    from ..scaffold.writing import write_adapter

    return write_adapter(options)
