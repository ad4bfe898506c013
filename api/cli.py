"""The command line. Imports what a command needs when the command runs: `--help` answers at once."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn, Protocol

from .commands import check, dispatch, explain, init, mistakes, report, train, watch
from .commands import list as list_
from .commands.check import EXIT_STATUS
from .exit_status import HARNESS_ERROR, INTERRUPTED, NO_READER, USAGE
from .interruption import insistent

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


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

# Packages, by the names of their modules, without which no command works.
_NEEDED = ("numpy", "scipy", "hypothesis", "rich", "jinja2", "fastjsonschema")
_TRACEBACK = "BACKPROOF_TRACEBACK"  # environment variable


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    try:
        try:
            return _run(argv)
        finally:
            for stream in (sys.stdout, sys.stderr):  # here, not when Python ends and has a status of its own for it
                if stream is not None and not stream.closed:
                    stream.flush()
    except BrokenPipeError:
        return _no_reader()
    except OSError as error:  # of the flush: what a command raises has been dealt with
        with suppress(OSError):
            print(f"backproof: the output cannot be written: {error.strerror}", file=sys.stderr)
        _no_reader()
        return USAGE
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # rich makes status 1 of it, which would be a verdict
            return _no_reader()
        raise


def _run(argv: Sequence[str] | None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter still gets the text
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if rest and (options.command != "check" or any(word.startswith("-") for word in rest)):
        parser.error(_unrecognised(parser, options.command, rest))
    if rest:
        options.names += rest  # argparse takes names in one piece only: before the options or after them
    if options.command is None:
        parser.print_help()
        return USAGE
    try:
        with insistent():
            return COMMANDS[options.command].run(options)
    except KeyboardInterrupt:
        incomplete = "; the run is incomplete: no verdict, and no footer in a results file"
        print(f"backproof: interrupted{incomplete if options.command == 'check' else ''}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _NEEDED:
            return _our_fault(error)
        return _lacking(error.name.partition(".")[0])
    except Exception as error:  # a mistake of ours must not look like a verdict
        return _our_fault(error)


def _no_reader() -> int:
    """The status of who writes to a pipe that nobody reads; what is still buffered goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, replaced or not there
            os.dup2(nowhere, stream.fileno())
    return NO_READER


def _unrecognised(parser: argparse.ArgumentParser, command: str | None, words: Sequence[str]) -> str:
    """What is said of arguments that a command does not have, with the options that are spelled most like them."""
    known = {option for each in _parsers(parser, command) for option in each._option_string_actions}
    meant: list[str] = []
    for word in words:
        name = word.partition("=")[0]
        near = get_close_matches(name, known, n=1) if name.startswith("--") else []
        meant += [f"did you mean {near[0]}?"] if near else []
    return "; ".join([f"unrecognized arguments: {' '.join(words)}", *meant])


def _parsers(parser: argparse.ArgumentParser, command: str | None) -> Iterator[argparse.ArgumentParser]:
    """The parser of the program, and that of the command."""
    yield parser
    below = next((each for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None)
    if below is not None and command in below.choices:
        yield below.choices[command]


def _lacking(package: str) -> int:
    """Say that a package which everything needs is not there: neither the subject's fault nor ours."""
    print(
        f"backproof: {package} cannot be imported in {sys.executable}, but should be: Backproof needs "
        f"{', '.join(_NEEDED)}; install it there: {sys.executable} -m pip install {package}",
        file=sys.stderr,
    )
    return USAGE


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


class _Parser(argparse.ArgumentParser):
    """A parser whose help, too, notices that nobody reads it."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        stream = file or sys.stderr
        if message and stream is not None:
            stream.write(message)


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
    parser: argparse.ArgumentParser = _Parser(
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
