"""What `backproof check` does: run the checks, show what is wrong, write the reports."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from rich.console import Console

from ..adapters import SubjectNotFound
from ..checking import opened
from ..checks.results import Finding, Footer, Header, Result, to_line
from ..exit_status import CONFORMANT, HARNESS_ERROR, NONCONFORMANT, NOT_LOADED, USAGE, complain
from ..files import STANDARD_OUTPUT, CannotWrite, require_writable, standard_output, write_reports
from ..reports.progress import LiveProgress
from ..reports.terminal import render_text, summary
from ..request import Request, UsageError
from ..sandbox import Launched, WorkerError

Record = Header | Finding | Footer


def run(options: argparse.Namespace, launched: Launched) -> int:
    """Check the subject; the exit status follows from the verdict."""
    files = {"--results": options.results, "--html": options.html, "--junit": options.junit}
    # What a program reads is on standard output alone; the person reads the rest on standard error.
    console = Console(stderr=STANDARD_OUTPUT in files.values())
    try:
        require_writable(files)
        if options.direct and STANDARD_OUTPUT in files.values():
            raise UsageError("with --direct the subject prints to standard output as well; name a file instead of '-'")
        result = _execute(options, console, launched)
        _show(result, console, quiet=options.quiet)
        write_reports(result, {"html": options.html, "junit": options.junit})
    except (UsageError, CannotWrite) as error:
        return complain(error, USAGE)
    except (SubjectNotFound, WorkerError) as error:
        return complain(error, NOT_LOADED)
    return {"conformant": CONFORMANT, "nonconformant": NONCONFORMANT}.get(result.footer.verdict, HARNESS_ERROR)


def _execute(options: argparse.Namespace, console: Console, launched: Launched) -> Result:
    request = Request.of(
        subject=options.subject,
        names=tuple(options.names),
        course=options.course,
        seed=options.seed,
        effort=options.effort,
        level=options.level,
        required=tuple(options.require),
        jobs=options.jobs,
        seconds=options.timeout,
        direct=options.direct,
        dtype=options.dtype,
        compat=options.compat,
        waivers=options.waivers,
    )
    with opened(request, launched=launched) as prepared, _results_file(options.results) as write:
        progress = LiveProgress(console, verbose=options.verbose)

        def sink(record: Record) -> None:
            write(record)
            progress.record(record)

        with progress:
            return prepared.execute(sink)


@contextmanager
def _results_file(path: str | None) -> Iterator[Callable[[Record], None]]:
    """Writes each record as one line, at once: what is known survives an interruption."""
    if path is None:
        yield _ignore
    elif path == STANDARD_OUTPUT:
        yield _writer(standard_output(), path)
    else:
        try:
            file = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 - what it raises is ours, what follows is not
        except OSError as error:
            raise _cannot_write(path, error) from error
        try:
            yield _writer(file, path)
        finally:
            with suppress(OSError):  # every line has been flushed, or has raised
                file.close()


def _ignore(record: Record) -> None:
    del record


def _writer(file: TextIO, path: str) -> Callable[[Record], None]:
    def write(record: Record) -> None:
        try:
            file.write(to_line(record) + "\n")
            file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _cannot_write(path, error) from error

    return write


def _cannot_write(path: str, error: OSError) -> CannotWrite:
    return CannotWrite(f"--results {path} cannot be written: {error.strerror}; name another file")


def _show(result: Result, console: Console, *, quiet: bool) -> None:
    if quiet:
        line = render_text(result).splitlines()[-1]
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    else:
        summary(result, console)
