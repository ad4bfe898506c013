"""What can go wrong in the sandbox, each with a clear text."""

from __future__ import annotations

from .advice import advice_on
from .values import printable

DETAIL_LENGTH = 8_000


class WallError(Exception):
    """Base of everything that the sandbox raises."""


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
        advice: a sentence on what to do, if another version of NumPy or SciPy would not have raised; else empty.
    """

    def __init__(self, type_name: str, text: str, where: str = "", detail: str = "") -> None:
        self.type_name = printable(type_name)
        self.text = printable(text)
        self.where = printable(where)
        self.advice = advice_on(self.text)
        # What follows in the text is advice of NumPy's own.
        said = self.text.partition("\n")[0].rstrip(".") if self.advice else self.text
        message = f"{self.type_name}: {said}" if said else self.type_name
        if self.where:
            message += f" ({self.where})"
        super().__init__(message, printable(detail, DETAIL_LENGTH))

    @property
    def explained(self) -> str:
        """The message, with the advice."""
        return f"{self.message}; {self.advice}" if self.advice else self.message


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
