"""Ctrl-C that ends what runs wherever it strikes."""

from __future__ import annotations

import _thread
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PAUSE = 0.05  # seconds; by then the finalizer or the callback has usually returned


@contextmanager
def insistent() -> Iterator[None]:
    """Interrupt again where Python drops a `KeyboardInterrupt`.

    What is raised in a finalizer (`__del__`) or in a callback of the garbage collector reaches nobody: Python reports
    it to `sys.unraisablehook` and goes on.
    """
    ordinary, going_on, thread = sys.unraisablehook, [True], _thread.get_ident()

    def hook(dropped: sys.UnraisableHookArgs) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            _thread.start_new_thread(again, ())  # not here: what a hook raises is dropped, too
        else:
            ordinary(dropped)

    def again() -> None:
        time.sleep(_PAUSE)
        if going_on:
            _interrupt(thread)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        going_on.clear()
        sys.unraisablehook = ordinary


def _interrupt(thread: int) -> None:
    import signal  # noqa: PLC0415 - hardly ever needed

    if sys.platform == "win32":
        _thread.interrupt_main()
    else:  # the thread that may be waiting is woken up
        signal.pthread_kill(thread, signal.SIGINT)
