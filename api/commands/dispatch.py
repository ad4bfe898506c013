"""`backproof dispatch`: see that a submission is complete, and pack it."""

from __future__ import annotations

import argparse

_EPILOG = """\
The archive holds the Python files below the folder in which the imports start, under their names there. Links,
hidden files, virtual environments, caches, and files whose names speak of secrets stay out. The same files give the
same bytes.

exit status: 0 written; 1 something is missing, nothing is written; 2 usage, or the archive cannot be written;
             3 there is no submission

examples:
  backproof dispatch -i src -o submission.zip
  backproof dispatch -i src -o submission.zip --stage stage3
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "dispatch",
        help="see that a submission is complete, and pack it",
        description="See that a submission of the FAU exercises is complete, and pack it for the upload.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-i", "--input", default=".", metavar="FOLDER", help="the submission (default: this folder)")
    parser.add_argument(
        "-o", "--output", default="submission.zip", metavar="FILE", help="the archive (default: submission.zip)"
    )
    parser.add_argument(
        "--stage",
        metavar="STAGE",
        default="",
        help="stage1, stage2 or stage3 (default: the last one that the submission has begun)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite FILE")


def run(options: argparse.Namespace) -> int:
    """Pack the submission, or say what it lacks."""
    from .dispatching import dispatch

    return dispatch(options)
