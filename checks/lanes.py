"""Lanes: where groups of checks run side by side: a group runner, or one in a process of our own.

Processes share the work because checks compute as much as the subjects do, and threads would take turns.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import warnings
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from types import FrameType
from typing import NoReturn, Protocol

from ..wall.confine import end_with_parent
from .group_runner import GroupRunner, SessionSource
from .plan import Planned
from .results import Finding

_LEAVE_SECONDS, _END_SECONDS = 0.5, 5.0
_GONE = (EOFError, OSError)


class Lane(Protocol):
    """Judges one group of checks after another."""

    def findings(self, group: Sequence[Planned], done: MutableMapping[str, Finding]) -> Iterator[Finding]:
        """As `GroupRunner.findings`."""


class Closable(SessionSource, Protocol):
    """A source that ends."""

    def close(self) -> None:
        """End it and everything in it."""


class ForkedLane:
    """A group runner in a process of its own, forked from this one and with a worker of its own.

    If the process is gone, the group runner of this process does the rest.
    """

    def __init__(self, group_runner: GroupRunner, source: Closable, others: Sequence[ForkedLane]) -> None:
        self._group_runner = group_runner
        self._source = source
        self._connection, theirs = multiprocessing.Pipe()
        ours = [self._connection, *(other._connection for other in others)]
        arguments = (replace(group_runner, source=source), source, theirs, ours)
        self._process = multiprocessing.get_context("fork").Process(target=_serve, args=arguments, daemon=True)
        with warnings.catch_warnings():
            # Python warns of threads that hold locks while a process is forked; this one waits for none of them.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        theirs.close()

    def findings(self, group: Sequence[Planned], done: MutableMapping[str, Finding]) -> Iterator[Finding]:
        """As `GroupRunner.findings`."""
        needs = {need for planned in group for need in planned.needs}
        known = {need: done[need] for need in needs if need in done}
        rest = list(group)
        try:
            self._connection.send(([planned.id for planned in group], known))
            while rest:
                finding: Finding = self._connection.recv()
                done[finding.id] = finding
                del rest[0]
                yield finding
        except _GONE:
            yield from self._group_runner.findings(rest, done)

    def close(self) -> None:
        """End the process and its worker."""
        with contextlib.suppress(OSError):
            self._connection.close()
        self._process.join(_LEAVE_SECONDS)
        self._process.terminate()  # it is in the middle of a check
        self._process.join(_END_SECONDS)
        self._process.kill()
        self._process.join()
        self._source.close()


@contextmanager
def forked_lanes(group_runner: GroupRunner, sources: Sequence[Closable]) -> Iterator[Sequence[Lane]]:
    """A lane for every source, in a process of its own."""
    lanes: list[ForkedLane] = []
    try:
        for source in sources:
            lanes.append(ForkedLane(group_runner, source, lanes))
        yield [*lanes]
    finally:
        for lane in lanes:
            lane.close()


def _serve(group_runner: GroupRunner, source: Closable, connection: Connection, others: Sequence[Connection]) -> None:
    """Judge what is asked for, until the other process closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of a terminal: the first one decides
    signal.signal(signal.SIGTERM, _leave)
    end_with_parent(True)
    for other in others:
        other.close()  # else it would stay open when the other process has ended
    try:
        while True:
            ids, done = connection.recv()
            for finding in group_runner.findings([group_runner.plan.everything[each] for each in ids], done):
                connection.send(finding)
    except _GONE:
        return
    finally:
        source.close()


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise SystemExit(0)
