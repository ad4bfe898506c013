"""What a person sees while the checks run."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ..checks.results import Finding, Footer, Header, count_verdicts
from .terminal_text import NARROW, Writer
from .wording import MARKS, TONES, counts_text, duration_text, gravest, plural


class LiveProgress:
    """A live line on a terminal; elsewhere nothing, or a plain line per layer if `verbose`.

    Use it as a context manager, so that the terminal is left in order when the run is interrupted.

    Args:
        console: where to write; standard error by default, so that standard output holds the summary alone.
        verbose: print a line for every layer when the next one begins.
    """

    def __init__(self, console: Console | None = None, *, verbose: bool = False) -> None:
        self._console = console or Console(stderr=True)
        self._writer = Writer(self._console)
        self._verbose = verbose
        self._live: Live | None = None
        self._line = _Line(self._writer)
        self._layer: list[Finding] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def record(self, record: Header | Finding | Footer) -> None:
        """Show what a run reports, in its order."""
        if isinstance(record, Header):
            self.start(record)
        elif isinstance(record, Finding):
            self.finding(record)
        else:
            self.finish(record)

    def start(self, header: Header) -> None:
        """The run begins."""
        self._line.planned = header.planned
        if self._console.is_terminal:
            self._live = Live(self._line, console=self._console, transient=True, refresh_per_second=10)
            self._live.start()

    def finding(self, finding: Finding) -> None:
        """A check has ended."""
        if self._layer and self._layer[0].layer != finding.layer:
            self._end_layer()
        self._layer.append(finding)
        self._line.count(finding)

    def finish(self, footer: Footer) -> None:
        """The run has ended; `footer` is written by whoever prints the summary."""
        del footer
        self._end_layer()
        self.close()

    def close(self) -> None:
        """Remove the live line, if there is one."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _end_layer(self) -> None:
        if self._verbose and self._layer:
            verdict = gravest(finding.verdict for finding in self._layer)
            line = self._writer.text(f"{MARKS[verdict]} {self._layer[0].layer}", tone=TONES[verdict])
            seconds = duration_text(sum(finding.seconds for finding in self._layer))
            line.append_text(self._writer.text(f": {counts_text(count_verdicts(self._layer))} ({seconds})"))
            self._writer.print(line)
        self._layer = []


class _Line:
    """The live line: how far, which layer, how many failures so far."""

    def __init__(self, writer: Writer) -> None:
        self.planned = 0
        self._writer = writer
        self._layer = "starting"
        self._done = 0
        self._failing = 0
        self._spinner = Spinner("dots" if writer.plain("⠋") == "⠋" else "line")

    def count(self, finding: Finding) -> None:
        """Take note of a finding."""
        self._layer = finding.layer
        self._done += 1
        self._failing += finding.failing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True)
        cells: list[Spinner | ProgressBar | Text] = [self._spinner]
        if options.max_width >= NARROW:
            grid.add_column(no_wrap=True)
            cells.append(ProgressBar(total=max(self.planned, 1), completed=self._done, width=options.max_width // 4))
        grid.add_column(no_wrap=True, justify="right")
        grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_column(no_wrap=True)
        cells += [self._writer.text(f"{self._done}/{self.planned}"), self._writer.text(self._layer), self._failures()]
        grid.add_row(*cells)
        yield grid

    def _failures(self) -> Text:
        if not self._failing:
            return Text()
        narrow = f"✗ {self._failing}"
        return self._writer.text(narrow if self._writer.narrow else plural(self._failing, "failure"), tone="bad")
