"""What a notebook shows: a result as HTML, and an error as one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from .checks.results import Result


@dataclass(frozen=True, repr=False)
class Shown(Result):
    """A result; notebooks ask it for HTML. IPython need not be there."""

    @classmethod
    def of(cls, result: Result) -> Self:
        """The same result."""
        return cls(result.header, result.findings, result.footer)

    def _repr_html_(self) -> str:
        from .reports.notebook import render_notebook  # noqa: PLC0415 - only notebooks need it

        return render_notebook(self)


@contextmanager
def sentences(*kinds: type[Exception]) -> Iterator[None]:
    """Have IPython show an interruption, and exceptions of these kinds, as a sentence without a traceback."""
    try:
        yield
    except kinds as error:
        _say(error, f"backproof: {error}")
        raise
    except KeyboardInterrupt as error:
        _say(error, "backproof: interrupted, so there is no result; run the cell again")
        raise


def _say(error: BaseException, sentence: str) -> None:
    error._render_traceback_ = lambda: [sentence]  # type: ignore[attr-defined]  # IPython's protocol
