"""What can go wrong behind the wall, each with a clear text."""

from __future__ import annotations

import re

from .values import printable

DETAIL_LENGTH = 8_000

# NumPy names that submissions of older courses use: version that removed them, what to write instead.
# Other names that are gone NumPy explains itself.
_REMOVED_FROM_NUMPY = {
    **{name: ("1.24", f"`{name}`") for name in ("bool", "int", "float", "complex", "object", "str")},
    "unicode": ("1.24", "`str`"),
    "product": ("2.0", "`np.prod`"),
    "cumproduct": ("2.0", "`np.cumprod`"),
    "msort": ("2.0", "`np.sort(x, axis=0)`"),
    "in1d": ("2.4", "`np.isin`"),
    "trapz": ("2.4", "`np.trapezoid`"),
}


class WallError(Exception):
    """Base of everything that the wall raises."""


class ProtocolError(WallError):
    """A frame is not valid; the text says what is wrong with it."""


class WorkerError(WallError):
    """The worker as a whole cannot be used."""


class LoadFailed(WorkerError):  # noqa: N818 - named in the design
    """The subject could not be loaded; the text is a sentence for the user."""


class WorkerDied(WorkerError):  # noqa: N818 - named in the design
    """The worker process ended; start a new one."""


class SubjectError(WallError):
    """The subject did not answer an operation with a value.

    Attributes:
        verdict: `errored`, `timeout` or `died`, as in the results.
        message: one sentence.
        detail: more lines, for example a traceback; may be empty.
    """

    verdict = "errored"

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class SubjectRaised(SubjectError):  # noqa: N818 - named in the design
    """The subject raised an exception.

    Attributes:
        type_name: class of the exception.
        text: its text, capped.
        where: the innermost frame of the submission, for example `Layers/Dropout.py:17 in forward`; may be empty.
    """

    def __init__(self, type_name: str, text: str, where: str = "", detail: str = "") -> None:
        self.type_name = printable(type_name)
        self.text = printable(text)
        self.where = printable(where)
        message = f"{self.type_name}: {self.text}" if self.text else self.type_name
        if self.where:
            message += f" ({self.where})"
        if hint := _removed_name_hint(self.text):
            message += f"; {hint}"
        super().__init__(message, printable(detail, DETAIL_LENGTH))


class SubjectTimeout(SubjectError):  # noqa: N818 - named in the design
    """The subject did not answer in time.

    Attributes:
        seconds: the time that all its calls since the latest `Session.limit` had together.
        operation: what it was asked to do, for example `forward`.
    """

    verdict = "timeout"

    def __init__(self, seconds: float, operation: str) -> None:
        self.seconds = seconds
        self.operation = operation
        super().__init__(
            f"{operation} did not answer within the check's {seconds:g} s; look for a loop that does not end"
        )


class SubjectDied(SubjectError):  # noqa: N818 - named in the design
    """The process in which the subject ran ended, or stopped speaking the protocol.

    Attributes:
        how: in words, for example `killed by SIGSEGV`, `exited with status 0`, `out of memory`.
    """

    verdict = "died"

    def __init__(self, how: str, operation: str) -> None:
        self.how = how
        super().__init__(f"the subject's process ended during {operation}: {how}")


def _removed_name_hint(text: str) -> str:
    """A sentence for a name that is gone from NumPy or SciPy; empty if the text is not about one."""
    if re.search(r"No module named 'scipy\.misc|module 'scipy' has no attribute 'misc'", text):
        return "SciPy removed scipy.misc; load images with another library"
    match = re.search(r"module 'numpy' has no attribute '(\w+)'", text)
    name = match[1] if match else ""
    if name not in _REMOVED_FROM_NUMPY:
        return ""
    version, instead = _REMOVED_FROM_NUMPY[name]
    return f"NumPy {version} removed np.{name}, write {instead}"
