"""Seeing that a submission is complete, and packing it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..adapters import SubjectNotFound
from ..exit_status import CONFORMANT, NONCONFORMANT, NOT_LOADED, USAGE, complain
from ..files import CannotWrite, require_writable
from ..framework.atomic import write_atomically
from ..reports.wording import plural
from ..submission import Submission, archive, read_submission


def dispatch(options: argparse.Namespace) -> int:
    """Pack the submission, or say what it lacks."""
    output = Path(options.output)
    try:
        folder = _folder(options.input)
        require_writable({"--output": options.output})
        if output.exists() and not options.force:
            raise CannotWrite(f"{output} exists already; name another file with -o, or overwrite it with --force")
        submission = read_submission(folder, options.stage)
    except SubjectNotFound as error:
        return complain(error, NOT_LOADED)
    except (CannotWrite, LookupError) as error:
        return complain(error, USAGE)
    for note in submission.notes:
        print(f"note: {note}")
    if submission.missing:
        return _refuse(submission)
    try:
        content = archive(submission)
        write_atomically(output, lambda file: file.write(content))
    except OSError as error:
        return complain(f"{error.filename or output} cannot be read or written: {error.strerror}", USAGE)
    _tell(submission, output, len(content))
    return CONFORMANT


def _folder(named: str) -> Path:
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise SubjectNotFound(f"there is no folder {named} in {Path.cwd()}; name the folder that holds Layers")
    return folder


def _refuse(submission: Submission) -> int:
    print(f"The submission in {submission.root} is not complete. For {submission.stage} it lacks:", file=sys.stderr)
    for sentence in submission.missing:
        print(f"  {sentence}", file=sys.stderr)
    print("Nothing was written. Another exercise: --stage.", file=sys.stderr)
    return NONCONFORMANT


def _tell(submission: Submission, output: Path, size: int) -> None:
    print(f"{output}: {plural(len(submission.files), 'file')}, {size:,} bytes, complete for {submission.stage}")
    for name in submission.files:
        print(f"  {name}")
    print("It was packed, not checked: `backproof check` says whether it is right.")
