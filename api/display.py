"""A result that shows itself in a notebook."""

from __future__ import annotations

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
