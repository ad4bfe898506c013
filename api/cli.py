"""The command line. Imports what a command needs when the command runs: `--help` answers at once."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from .dispatch_options import add_dispatch
from .init_options import add_init
from .mistakes_options import add_mistakes
from .train_options import add_train
from .watch_options import add_watch

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

CONFORMANT, NONCONFORMANT, USAGE, NOT_LOADED, HARNESS_ERROR = range(5)
INTERRUPTED, NO_READER = 130, 141  # as shells report SIGINT and SIGPIPE; neither is a pass

# Module: the package with it, without which no command works.
_NEEDED = {"numpy": "numpy", "scipy": "scipy", "hypothesis": "hypothesis", "rich": "rich", "jinja2": "jinja2"}
_TRACEBACK = "BACKPROOF_TRACEBACK"  # environment variable

_EPILOG = """\
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
        module = import_module(f".commands.{options.command}", __package__)
        run: Callable[[argparse.Namespace], int] = module.run
        return run(options)
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
        f"{', '.join(_NEEDED.values())}; install it there: {sys.executable} -m pip install {_NEEDED[package]}",
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
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_check(commands)
    _add_report(commands)
    listing = commands.add_parser("list", help="show every spec, or every law")
    listing.add_argument("names", nargs="*", metavar="NAME", help="only these specs")
    listing.add_argument("--laws", action="store_true", help="show the laws that the checks hold a subject to")
    explain = commands.add_parser("explain", help="show one spec or check in full")
    explain.add_argument("name", metavar="NAME", help="a spec (Dropout) or a check (gradient.input)")
    add_dispatch(commands)
    add_init(commands)
    add_mistakes(commands)
    add_train(commands)
    add_watch(commands)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "check",
        help="check an implementation against the specs",
        description="Check an implementation against the specs and say what is wrong and where.",
        epilog=_EXAMPLES + _EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
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
    parser.add_argument("--results", metavar="FILE", help="write the results as JSON lines; '-': to standard output")
    parser.add_argument("--html", metavar="FILE", help="write the report as one HTML page")
    parser.add_argument("--junit", metavar="FILE", help="write the report as JUnit XML")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="from which all data is drawn (default: 0)")
    parser.add_argument(
        "--effort",
        choices=("quick", "standard", "thorough"),
        default="standard",
        help="how many cases are looked at; quick is for the loop of editing and running (default: standard)",
    )
    parser.add_argument(
        "--level", choices=("core", "full", "strict"), default="full", help="how much is asked (default: full)"
    )
    parser.add_argument(
        "--dtype",
        choices=("float64", "float32"),
        default="float64",
        help="the type of all data (default: float64)",
    )
    parser.add_argument(
        "--compat", choices=("numpy",), default="", help="numpy: give the subject the names that NumPy has removed"
    )
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
    parser.add_argument("-v", "--verbose", action="store_true", help="a line per layer as it is done")
    parser.add_argument("-q", "--quiet", action="store_true", help="print the last line only")


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "report",
        help="render a results file again",
        description="Render a results file, without running anything: on the terminal, or into files.",
        epilog="exit status: 0 rendered, whatever the verdict; 2 the results are damaged or a file cannot be written",
    )
    parser.add_argument("results", metavar="RESULTS", help="a file that `backproof check --results` has written")
    parser.add_argument("--html", metavar="FILE", help="write one HTML page")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
