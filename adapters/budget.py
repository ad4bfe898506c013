"""A budget for calls of a submission's own functions: a definition is made at once, a training run is not."""

from __future__ import annotations

import sys
import time
from types import FrameType, TracebackType
from typing import Any, Self

_LINES = 100_000  # a table of some 10,000 entries fits, at a few lines each; a training run over a data set does not
_SECONDS = 2.0  # for calls whose lines take long
_TOGETHER = 2 * _SECONDS  # a session that loads the file has 10 for its first check


class OverBudget(BaseException):
    """A call has been ended; no `except Exception` of the submission keeps it from ending."""


class Budget:
    """Ends what is executed in its context once that has used up its lines of Python, its time, or the time of all."""

    def __init__(self) -> None:
        self._lines = 0
        self._left = _TOGETHER
        self._began = 0.0
        self._outer: Any = None

    def __enter__(self) -> Self:
        self._lines, self._began = _LINES, time.monotonic()
        self._outer = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        sys.settrace(self._outer)
        self._left -= time.monotonic() - self._began

    def _trace(self, frame: FrameType, event: str, argument: object) -> Any:
        del argument
        if frame.f_code.co_filename == __file__:  # the end of the budget itself must come to its end
            return None
        if event == "line":
            self._lines -= 1
            if self._lines < 0 or time.monotonic() - self._began > min(_SECONDS, self._left):
                raise OverBudget(
                    f"it executes more than {_LINES} lines or takes longer than {_SECONDS:g} s, as training does and a "
                    "definition does not"
                )
        return self._trace
