"""Collection and execution of conformance checks as pytest items.

Items share the command line's plan and runner. Under xdist every worker collects the same items and
runs its share, prerequisites included; findings travel in the reports, so that the controller alone
writes the results file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from .adapters import SubjectNotFound
from .checking import Request, UsageError, opened
from .checks.plan import Planned
from .checks.results import Finding, Result, Verdict, from_line, to_line
from .checks.run import Run
from .commands.files import CannotWrite, require_writable, write_reports
from .reports.terminal import render_text
from .wall import WorkerError

PROPERTY = "backproof-finding"
_SKIPPED = frozenset({Verdict.BLOCKED, Verdict.UNSUPPORTED, Verdict.UNDECIDED, Verdict.WAIVED})


class Nonconformant(Exception):  # noqa: N818 - what pytest shows as the item's failure
    """A law is broken; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class ConformancePlugin:
    """Opens the subject, adds the items, writes the results."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.findings: dict[str, Finding] = {}
        self._context: AbstractContextManager[Run] | None = None
        self.run: Run | None = None
        option = config.getoption
        self._results, self._html = option("--backproof-results"), option("--backproof-html")
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args = []  # only the subject's items, unless paths are given as well

    @property
    def is_xdist_worker(self) -> bool:
        """True in a process that xdist has started."""
        return hasattr(self.config, "workerinput")

    def pytest_sessionstart(self) -> None:
        """Open the subject; what cannot be opened ends the session with one sentence."""
        option = self.config.getoption
        subject = option("--backproof")
        request = Request(
            subject=None if subject == "builtin" else subject,
            seed=option("--backproof-seed"),
            level=option("--backproof-level"),
        )
        try:
            require_writable({"--backproof-results": self._results, "--backproof-html": self._html})
            context = opened(request)
            self.run = context.__enter__()
            self._context = context
        except (UsageError, SubjectNotFound, CannotWrite) as error:
            raise pytest.UsageError(f"--backproof: {error}") from error
        except WorkerError as error:
            raise pytest.UsageError(f"--backproof {subject}: {error}") from error

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add one item per planned finding, before `-k` and `--lf` choose among them."""
        assert self.run is not None  # noqa: S101 - the session does not start without it
        collector = ConformanceCollector.from_parent(session, name="backproof", nodeid="backproof")
        collector.run = self.run
        items.extend(collector.collect())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the finding that a report carries."""
        for name, value in report.user_properties:
            if name == PROPERTY:
                finding = from_line(str(value))
                if isinstance(finding, Finding):
                    self.findings[finding.id] = finding

    def pytest_sessionfinish(self) -> None:
        """Write what was asked for, over the items that ran."""
        if self.run is None:
            return
        if not self.is_xdist_worker and self.findings and (self._results or self._html):
            result = self._result()
            write_reports(result, {"html": self._html})
            if self._results:
                lines = [to_line(record) for record in (result.header, *result.findings, result.footer)]
                Path(self._results).write_text("\n".join(lines) + "\n", encoding="utf-8")
        if self._context is not None:
            self._context.__exit__(None, None, None)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """One line with the verdict."""
        if self.findings and not self.is_xdist_worker:
            line = render_text(self._result()).rstrip().splitlines()[-1]
            terminalreporter.write_line(f"backproof: {line}")

    def _result(self) -> Result:
        """The result over the items that ran; a selection by pytest is a smaller plan."""
        assert self.run is not None  # noqa: S101 - the session does not start without it
        return self.run.result_of(list(self.findings.values()))


class ConformanceCollector(pytest.Collector):
    """All planned checks of one subject."""

    run: Run

    def collect(self) -> Iterator[ConformanceItem]:
        """One item per planned finding."""
        for planned in self.run.plan.selected:
            yield ConformanceItem.from_parent(self, name=planned.id, planned=planned, conformance_run=self.run)


class ConformanceItem(pytest.Item):
    """One law on one case."""

    def __init__(self, *, planned: Planned, conformance_run: Run, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.planned = planned
        self.conformance_run = conformance_run

    def runtest(self) -> None:
        """Run the check, and what it needs."""
        finding = self.conformance_run.runner.outcome(self.planned.id)
        self.user_properties.append((PROPERTY, to_line(finding)))
        if finding.verdict in _SKIPPED:
            pytest.skip(f"{finding.verdict}: {finding.message}")
        if finding.verdict is not Verdict.PASSED:
            raise Nonconformant(finding)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding, as the command line prints it."""
        if isinstance(excinfo.value, Nonconformant):
            return finding_text(excinfo.value.finding)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the item comes from and how it is called."""
        return self.path, None, f"backproof: {self.planned.id}"


def finding_text(finding: Finding) -> str:
    """A finding in a few lines."""
    lines = [
        f"law:      {finding.law}",
        f"found:    {finding.message}",
        f"where:    {finding.where}",
        *(f"looks like: {item.text}" for item in finding.diagnosis[:1]),
        *([f"next:     {finding.hint}"] if finding.hint else []),
        *([finding.evidence["traceback"]] if "traceback" in finding.evidence else []),
    ]
    return "\n".join(lines)
