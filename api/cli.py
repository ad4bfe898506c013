"""The command line. Imports what a command needs when the command runs: `--help` answers at once."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol

from .commands import check, dispatch, explain, init, mistakes, report, train, watch
from .commands import list as list_
from .commands.check import EXIT_STATUS
from .exit_status import HARNESS_ERROR, INTERRUPTED, NO_READER, USAGE


class Command(Protocol):
    """A module of the package `commands`."""

    def add(self, commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        """Declare the command's options."""

    def run(self, options: argparse.Namespace) -> int:
        """Carry the command out; returns the exit status."""


COMMANDS: dict[str, Command] = {
    "check": check,
    "report": report,
    "list": list_,
    "explain": explain,
    "dispatch": dispatch,
    "init": init,
    "mistakes": mistakes,
    "train": train,
    "watch": watch,
}
"""By name, in the order of `--help`."""

_TRACEBACK = "BACKPROOF_TRACEBACK"  # environment variable


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter still gets the text
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if rest and (options.command != "check" or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.names += rest  # argparse takes names in one piece only: before the options or after them
    if options.command is None:
        parser.print_help()
        return USAGE
    try:
        return COMMANDS[options.command].run(options)
    except KeyboardInterrupt:
        incomplete = "; the run is incomplete: no verdict, and no footer in a results file"
        print(f"backproof: interrupted{incomplete if options.command == 'check' else ''}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it ends
        return NO_READER
    except Exception as error:  # a mistake of ours must not look like a verdict
        return _our_fault(error)


def _our_fault(error: Exception) -> int:
    """Say in one sentence what happened; the traceback on request."""
    import traceback  # noqa: PLC0415 - needed in the worst case only

    if os.environ.get(_TRACEBACK):
        traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    print(
        f"backproof: harness error: {type(error).__name__}: {error} ({place.filename}:{place.lineno}). "
        f"This says nothing about the subject. Please report it with the traceback, which {_TRACEBACK}=1 shows",
        file=sys.stderr,
    )
    return HARNESS_ERROR


class _ShowVersion(argparse.Action):
    """Reads the version only if somebody asks: the library that does takes as long as half of the start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - as said

        try:
            said = version("backproof")
        except PackageNotFoundError:
            said = "of a checkout that is not installed"
        print(f"backproof {said}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backproof",
        description="Proves that a hand-written backward pass is right, or shows exactly where and why it is not.",
        epilog=EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for command in COMMANDS.values():
        command.add(commands)
    return parser
