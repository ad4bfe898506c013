"""Collection and execution of conformance checks as pytest items.

Items share the command line's plan and runner. Under xdist every worker collects the same items and
runs its share, prerequisites included; findings travel in the reports, so that the controller alone
writes the results file.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from .adapters import SubjectNotFound
from .checking import opened
from .checks.plan.plan import Planned
from .checks.results import Finding, Footer, Header, Result, Verdict, from_line, to_line
from .checks.run.run import Run
from .commands.page import columns
from .files import CannotWrite, require_writable, write_reports
from .reports.terminal import render_text
from .reports.wording import verdict_word
from .request import Request, UsageError
from .sandbox import WorkerError

NAME = "backproof"
_CARRIED = "backproof_finding"  # attribute of a report; xdist sends a report's attributes to the controller
_SKIPPED = frozenset({Verdict.BLOCKED, Verdict.UNSUPPORTED, Verdict.UNDECIDED, Verdict.WAIVED, Verdict.ACCEPTED})


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
        self.run: Run | None = None
        self._context: AbstractContextManager[Run] | None = None
        self._results = config.getoption("--backproof-results")
        self._html = config.getoption("--backproof-html")
        given = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
        # Without arguments there are only the subject's items; an item's id may be given like any test's.
        self._chosen = [arg.partition(f"{NAME}::")[2] for arg in given if _is_own(arg)]
        config.args = [arg for arg in given if not _is_own(arg)]

    @property
    def is_xdist_worker(self) -> bool:
        """True in a process that xdist has started."""
        return hasattr(self.config, "workerinput")

    def pytest_sessionstart(self) -> None:
        """Open the subject; what cannot be opened ends the session with one sentence."""
        option = self.config.getoption
        try:
            request = Request.of(
                subject=option("--backproof"),
                seed=option("--backproof-seed"),
                effort=option("--backproof-effort"),
                level=option("--backproof-level"),
                dtype=option("--backproof-dtype"),
                compat=option("--backproof-compat"),
                course=option("--backproof-course"),
                waivers=option("--backproof-waivers") or "",
                jobs=1,  # items are run one after another
            )
            require_writable({"--backproof-results": self._results, "--backproof-html": self._html})
            context = opened(request)
            self.run = context.__enter__()
            self._context = context
        except (UsageError, SubjectNotFound, CannotWrite, WorkerError) as error:
            raise pytest.UsageError(f"--backproof: {error}") from error

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add one item per planned finding, before `-k` and `--lf` choose among them."""
        assert self.run is not None  # noqa: S101 - the session does not start without it
        planned = [item for item in self.run.plan.selected if self._takes(item.id)]
        if not planned:
            raise pytest.UsageError(f"--backproof: no item is called {NAME}::{self._chosen[0]}")
        collector = ConformanceCollector.from_parent(session, name=NAME, nodeid=NAME)
        collector.run, collector.planned = self.run, planned
        items.extend(session.genitems(collector))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report carry the finding; a skip names the reason and no line of this file."""
        report = yield
        if isinstance(item, ConformanceItem) and item.finding is not None and call.when == "call":
            attributes = vars(report)
            attributes[_CARRIED] = to_line(item.finding)
            if report.skipped:
                attributes["longrepr"] = (NAME, None, _reason(item.finding))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the finding that a report carries."""
        finding = from_line(str(vars(report)[_CARRIED])) if _CARRIED in vars(report) else None
        if isinstance(finding, Finding):
            self.findings[finding.id] = finding

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what was asked for, over the items that ran; items that were all skipped are no pass."""
        if self._context is not None:
            self._context.__exit__(None, None, None)
        if self.findings and not self.is_xdist_worker:
            result = self._result()
            if not result.passed and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
            try:
                self._write(result)
            except (CannotWrite, OSError) as error:
                pytest.exit(f"--backproof: {error}", returncode=pytest.ExitCode.USAGE_ERROR)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The verdict, and why it is not better."""
        if self.findings and not self.is_xdist_worker:
            result = self._result()
            line = render_text(result).rstrip().splitlines()[-1]
            terminalreporter.write_line(f"{NAME}: {line}")
            for sentence in (*result.footer.reasons, *(self.run.options.notes if self.run else ())):
                terminalreporter.write_line(f"{NAME}: {sentence}")

    def _takes(self, finding_id: str) -> bool:
        return not self._chosen or any(
            finding_id == chosen or finding_id.startswith(f"{chosen}/") for chosen in self._chosen
        )

    def _result(self) -> Result:
        """The result over the items that ran, in the plan's order; a selection by pytest is a smaller plan."""
        assert self.run is not None  # noqa: S101 - the session does not start without it
        ran = [self.findings[item.id] for item in self.run.plan.selected if item.id in self.findings]
        return self.run.result_of(ran)

    def _write(self, result: Result) -> None:
        write_reports(result, {"html": self._html})
        if self._results:
            records: list[Header | Finding | Footer] = [result.header, *result.findings, result.footer]
            Path(self._results).write_text("".join(f"{to_line(record)}\n" for record in records), encoding="utf-8")


class ConformanceCollector(pytest.Collector):
    """The planned checks of one subject, or those chosen."""

    run: Run
    planned: list[Planned]

    def collect(self) -> Iterator[ConformanceItem]:
        """One item per planned finding."""
        for planned in self.planned:
            yield ConformanceItem.from_parent(self, name=planned.id, planned=planned, conformance_run=self.run)


class ConformanceItem(pytest.Item):
    """One law on one case.

    Attributes:
        finding: what came of it; None before it ran.
    """

    def __init__(self, *, planned: Planned, conformance_run: Run, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.planned = planned
        self.conformance_run = conformance_run
        self.finding: Finding | None = None

    def runtest(self) -> None:
        """Run the check, and what it needs."""
        self.finding = self.conformance_run.outcome(self.planned.id)
        if self.finding.verdict in _SKIPPED:
            pytest.skip(_reason(self.finding))
        if self.finding.verdict is not Verdict.PASSED:
            raise Nonconformant(self.finding)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding, as the command line prints it."""
        if isinstance(excinfo.value, Nonconformant):
            return finding_text(excinfo.value.finding)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the item comes from and how it is called."""
        return self.path, None, f"{NAME}: {self.planned.id}"


def finding_text(finding: Finding) -> str:
    """A finding in a few lines; the first says what is wrong, because pytest's summary shows it alone."""
    rows = {"Law": finding.law, "Where": finding.where}
    if finding.diagnosis:
        rows["Looks like"] = f"{finding.diagnosis[0].text} [{finding.diagnosis[0].mistake}]"
    if finding.hint:
        rows["Next"] = finding.hint
    if finding.smallest is not None:
        rows |= {"Smallest": finding.smallest.where, "Its id": finding.smallest.id}
    lines = [finding.message, *columns(rows)]
    return "\n".join([*lines, str(finding.evidence["traceback"])] if "traceback" in finding.evidence else lines)


def _reason(finding: Finding) -> str:
    return f"{verdict_word(finding.verdict)}: {finding.reason or finding.message}"


def _is_own(argument: str) -> bool:
    """Tell whether an argument is an item's id, which pytest may print with a path before it."""
    path, separator, _ = argument.partition("::")
    return bool(separator) and Path(path).name == NAME
