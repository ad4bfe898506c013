"""`backproof check`: run the checks, show what is wrong, write the reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console

from ..adapters import SubjectNotFound
from ..checking import Request, UsageError, opened
from ..checks.plan import UnknownName
from ..checks.results import Finding, Footer, Header, Result, to_line
from ..cli import CONFORMANT, HARNESS_ERROR, NONCONFORMANT, NOT_LOADED, USAGE
from ..reports.progress import LiveProgress
from ..reports.terminal import render_text, summary
from ..wall import WorkerError
from .files import CannotWrite, require_writable, write_reports

Record = Header | Finding | Footer


def run(options: argparse.Namespace) -> int:
    """Check the subject; the exit status follows from the verdict."""
    try:
        require_writable({"--results": options.results, "--html": options.html, "--junit": options.junit})
        result = _execute(options)
        _show(result, options)
        write_reports(result, {"html": options.html, "junit": options.junit})
    except (UsageError, UnknownName, CannotWrite) as error:
        return _complain(error, USAGE)
    except (SubjectNotFound, WorkerError) as error:
        return _complain(error, NOT_LOADED)
    return {"conformant": CONFORMANT, "nonconformant": NONCONFORMANT}.get(result.footer.verdict, HARNESS_ERROR)


def _execute(options: argparse.Namespace) -> Result:
    request = Request(
        subject=options.subject,
        names=tuple(options.names),
        course=options.course,
        seed=options.seed,
        level=options.level,
        required=tuple(options.require),
        jobs=options.jobs,
        seconds=options.timeout,
        direct=options.direct,
    )
    console = Console(stderr=options.results == "-")
    with opened(request) as prepared, _results_file(options.results) as write:
        progress = LiveProgress(console, verbose=options.verbose)

        def sink(record: Record) -> None:
            write(record)
            if isinstance(record, Header):
                progress.start(record)
            elif isinstance(record, Finding):
                progress.finding(record)
            else:
                progress.finish(record)

        with progress:
            return prepared.execute(sink)


@contextmanager
def _results_file(path: str | None) -> Iterator[Callable[[Record], None]]:
    """Writes each record as one line, at once: what is known survives an interruption."""
    if path is None:
        yield _ignore
    elif path == "-":
        yield _writer(sys.stdout)
    else:
        with Path(path).open("w", encoding="utf-8") as file:
            yield _writer(file)


def _ignore(record: Record) -> None:
    del record


def _writer(file: TextIO) -> Callable[[Record], None]:
    def write(record: Record) -> None:
        file.write(to_line(record) + "\n")
        file.flush()

    return write


def _show(result: Result, options: argparse.Namespace) -> None:
    console = Console(stderr=options.results == "-")
    if options.quiet:
        console.print(render_text(result).splitlines()[-1], markup=False, highlight=False)
    else:
        summary(result, console)


def _complain(error: Exception, status: int) -> int:
    print(f"backproof: {error}", file=sys.stderr)
    return status
