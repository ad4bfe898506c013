"""Checking again what a saved file affects, until Ctrl-C."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from ..adapters import SubjectNotFound, resolve
from ..adapters.source import read_source
from ..checking import opened
from ..checks.results import Finding, Footer, Header, Verdict
from ..compat import note
from ..exit_status import INTERRUPTED, NOT_LOADED, USAGE, complain
from ..reports.progress import LiveProgress
from ..reports.terminal import brief
from ..reports.wording import plural
from ..request import BUILTIN, Request, UsageError
from ..sandbox import WorkerError
from ..specs import find_spec
from .affected import Snapshot, affected, differences, files_of, snapshot

POLL_SECONDS = 0.1
SETTLE_SECONDS = 0.05  # some editors remove a file and write it again
GLANCE_SECONDS = 0.2  # between two looks at the files while checks run
SHARE = 0.1  # of the time may go into looking at the files


def watch(options: argparse.Namespace) -> int:
    """Watch until Ctrl-C."""
    try:
        names = tuple(find_spec(name).name() for name in options.names)
        if options.subject == BUILTIN:
            raise UsageError(f"{BUILTIN} has no files that change; name a folder or a file")
        request = Request.of(
            subject=options.subject,
            names=names,
            effort=options.effort,
            course=options.course,
            seconds=options.timeout,
            compat=options.compat,
        )
        watched = Watch(request)
    except (UsageError, LookupError) as error:
        return complain(error, USAGE)
    except SubjectNotFound as error:
        return complain(error, NOT_LOADED)
    try:
        watched.begin(check=not options.no_start)
        while True:
            if not watched.look():
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return INTERRUPTED


class Superseded(Exception):  # noqa: N818 - no error: what is checked is no longer what is there
    """A file was saved while the checks ran."""


@dataclass
class Watch:
    """A subject that is looked at again and again.

    Args:
        request: what is asked for of the components that are looked at; its names are these, none for all.

    Raises:
        SubjectNotFound: there is no such subject.
    """

    request: Request
    console: Console = field(default_factory=Console)

    def __post_init__(self) -> None:
        self.subject, self.names = self.request.subject, self.request.settings.names
        self._folders, self._made = files_of(resolve(self.subject, self.request.settings.course))
        self._files: Snapshot = snapshot(self._folders)
        self._todo: dict[str, None] = {}
        self._failing: dict[str, None] = {}
        self._everything = False
        self._glanced = 0.0

    def begin(self, *, check: bool) -> None:
        """Say what is watched, and check all of it if that is wanted."""
        self._say(f"watching {plural(len(self._files), 'file')} in {self.subject}; Ctrl-C ends it")
        if self.request.compat:
            self._say(note([]))
        if check:
            self._everything = not self._made
            self._todo = dict.fromkeys(self.names or self._made)
            self._check(self._todo)

    def look(self) -> bool:
        """Deal with what has changed since the last look; tell whether anything has."""
        changed = self._changed()
        if changed:
            self._take_up(changed)
        return bool(changed)

    def _take_up(self, changed: tuple[Path, ...]) -> None:
        before = self._made
        try:
            self._folders, self._made = files_of(resolve(self.subject, self.request.settings.course))
        except (SubjectNotFound, OSError) as error:
            self._say(f"{self._named(changed)}: {error}; waiting for the next save")
            return
        found = [affected(changed, made) for made in (before, self._made)]  # a file that is gone was part of the old
        first = dict.fromkeys(name for each in found for name in each.directly)
        then = dict.fromkeys(name for each in found for name in each.besides if name not in first)
        chosen = [name for name in (*first, *then) if name in self._made and name in (self.names or self._made)]
        self._failing = {name: None for name in self._failing if name in self._made or not self._made}
        self._todo = {name: None for name in self._todo if name in self._made}
        if not self._made:
            self._everything = True
        elif not chosen and not self._todo:
            self._say(f"{self._named(changed)}: no component that is watched uses it")
            return
        self._say(f"{self._named(changed)}: checking {', '.join(chosen) or 'again'}")
        self._todo |= dict.fromkeys(chosen)
        self._check(first)

    def _changed(self) -> tuple[Path, ...]:
        """The files that have changed since the last look; waits until they settle."""
        started = time.monotonic()
        now = snapshot(self._folders)
        if now == self._files:
            time.sleep((time.monotonic() - started) / SHARE)
            return ()
        while True:
            time.sleep(SETTLE_SECONDS)
            later = snapshot(self._folders)
            if later == now:
                break
            now = later
        before, self._files = self._files, now
        return differences(before, now)

    def _check(self, first: Iterable[str]) -> None:
        """Check what is to be done, these first; a save meanwhile leaves the rest for later."""
        broken = {path: source.error for path in self._files if (source := read_source(path)).error}
        for path, error in broken.items():
            self._say(f"{self._short(path)} cannot be parsed, {error}; waiting for the next save")
        ready = [name for name in self._todo if not self._made.get(name, frozenset()) & set(broken)]
        urgent = set(first)
        try:
            if self._everything and not broken:
                self._run(self.names)
                self._everything = False
            for wanted in (True, False):
                if names := tuple(name for name in ready if (name in urgent) is wanted):
                    self._run(names)
                    self._todo = {name: None for name in self._todo if name not in names}
        except Superseded:
            return
        self._conclude()

    def _run(self, names: tuple[str, ...]) -> None:
        try:
            request = replace(self.request, settings=replace(self.request.settings, names=names))
            with opened(request) as prepared, LiveProgress(self.console, verbose=True) as progress:

                def sink(record: Header | Finding | Footer) -> None:
                    self._glance()
                    progress.record(record)

                result = prepared.execute(sink)
        except (UsageError, SubjectNotFound, WorkerError) as error:
            self._failing |= dict.fromkeys(names or (self.subject,))
            self._say(str(error))
            return
        seen = dict.fromkeys(finding.layer for finding in result.findings)
        wrong = {finding.layer for finding in result.findings if finding.failing or _ours(finding)}
        kept = [name for name in self._failing if name not in seen and name != self.subject]
        self._failing = dict.fromkeys([*kept, *(layer for layer in seen if layer in wrong)])
        if not result.passed:
            brief(result, self.console)

    def _glance(self) -> None:
        """Stop the run at hand if a file was saved meanwhile."""
        if time.monotonic() - self._glanced < GLANCE_SECONDS:
            return
        if snapshot(self._folders) != self._files:
            raise Superseded
        self._glanced = time.monotonic()

    def _conclude(self) -> None:
        waiting = f"; waiting: {', '.join(self._todo)}" if self._todo else ""
        state = f"to fix: {', '.join(self._failing)}" if self._failing else "nothing that was checked fails"
        self._say(state + waiting)

    def _named(self, changed: tuple[Path, ...]) -> str:
        shown = [self._short(path) + ("" if path in self._files else " (gone)") for path in changed[:3]]
        return ", ".join(shown) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")

    def _short(self, path: Path) -> str:
        folder = next(
            (folder for folder in self._folders if path.is_relative_to(folder) and path != folder), path.parent
        )
        return path.relative_to(folder).as_posix()

    def _say(self, text: str) -> None:
        line = f"{time.strftime('%H:%M:%S')}  {text}"
        self.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)


def _ours(finding: Finding) -> bool:
    return finding.verdict is Verdict.HARNESS_ERROR
