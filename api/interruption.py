"""Ctrl-C that ends what runs wherever it strikes."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PAUSE = 0.05  # seconds; by then the finalizer or the callback has usually returned


@contextmanager
def insistent() -> Iterator[None]:
    """Interrupt again where Python drops a `KeyboardInterrupt`.

    What is raised in a finalizer (`__del__`) or in a callback of the garbage collector reaches nobody: Python reports
    it to `sys.unraisablehook` and goes on.
    """
    ordinary = sys.unraisablehook
    again: list[threading.Timer] = []

    def hook(dropped: sys.UnraisableHookArgs) -> None:
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            ordinary(dropped)
            return
        timer = threading.Timer(_PAUSE, _interrupt)  # not here: what a hook raises is dropped, too
        timer.daemon = True
        again[:] = [timer]
        timer.start()

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = ordinary
        for timer in again:
            timer.cancel()


def _interrupt() -> None:
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:  # the thread that may be waiting is woken up
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
