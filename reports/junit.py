"""JUnit XML: a test suite per layer, a test case per finding, as continuous integration systems read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as Xml

from ..checks.results import Finding, Result, Verdict
from .tracebacks import raised_line
from .wording import capped, next_step, printable, verdict_word

_ELEMENTS = {
    Verdict.FAILED: "failure",
    Verdict.ERRORED: "error",
    Verdict.TIMEOUT: "error",
    Verdict.DIED: "error",
    Verdict.HARNESS_ERROR: "error",
    Verdict.UNSUPPORTED: "skipped",
    Verdict.BLOCKED: "skipped",
    Verdict.UNDECIDED: "skipped",
    Verdict.WAIVED: "skipped",
    Verdict.ACCEPTED: "skipped",
}
_LONGEST = 4000


def render_junit(result: Result) -> str:
    """The result as JUnit XML.

    A run that is not conformant although no finding failed, for example because a required component is missing, gets a
    failing test case of its own: what reads the file must not take it for a success.
    """
    by_layer: dict[str, list[Finding]] = {}
    for finding in result.findings:
        by_layer.setdefault(finding.layer, []).append(finding)
    suites = [_suite(layer, findings, result.header.subject) for layer, findings in by_layer.items()]
    if not result.passed and not any(int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites):
        suites.append(_run_suite(result))
    root = Xml.Element("testsuites", {"name": printable(f"backproof {result.header.subject}".strip())})
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in suites)))
    root.set("time", f"{result.footer.seconds:.3f}")
    root.extend(suites)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(layer: str, findings: Sequence[Finding], subject: str) -> Xml.Element:
    suite = Xml.Element("testsuite", {"name": printable(layer), "tests": str(len(findings))})
    kinds = [_ELEMENTS.get(finding.verdict) for finding in findings]
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(kinds.count(kind)))
    suite.set("time", f"{sum(finding.seconds for finding in findings):.3f}")
    suite.extend(_case(finding, subject) for finding in findings)
    return suite


def _case(finding: Finding, subject: str) -> Xml.Element:
    name = finding.id.removeprefix(f"{finding.layer}/")
    case = Xml.Element(
        "testcase", {"classname": printable(f"{finding.layer}.{finding.family}"), "name": printable(name)}
    )
    case.set("time", f"{finding.seconds:.3f}")
    if kind := _ELEMENTS.get(finding.verdict):
        headline = (
            _excused(finding)
            or raised_line(finding, subject)
            or finding.message
            or _blocked(finding)
            or verdict_word(finding.verdict)
        )
        outcome = Xml.SubElement(case, kind, {"message": printable(headline)})
        if kind != "skipped":
            outcome.set("type", finding.verdict)
            outcome.text = printable("\n".join(_explanation(finding)))
    if finding.output.strip():
        Xml.SubElement(case, "system-out").text = printable(capped(finding.output, _LONGEST))
    return case


def _run_suite(result: Result) -> Xml.Element:
    suite = Xml.Element("testsuite", {"name": "run", "tests": "1", "failures": "1", "errors": "0", "skipped": "0"})
    case = Xml.SubElement(suite, "testcase", {"classname": "run", "name": "verdict", "time": "0.000"})
    footer = result.footer
    missing = f"missing: {', '.join(footer.missing)}" if footer.missing else ""
    text = " ".join(filter(None, (footer.verdict, *footer.reasons, missing)))
    Xml.SubElement(case, "failure", {"message": printable(text), "type": printable(footer.verdict)})
    return suite


def _excused(finding: Finding) -> str:
    """Why a failure does not count, and what it is."""
    if not finding.reason:
        return ""
    return f"{verdict_word(finding.verdict)}: {finding.reason}. {verdict_word(finding.original)}: {finding.message}"


def _blocked(finding: Finding) -> str:
    return f"blocked by {finding.blocked_by}" if finding.blocked_by else ""


def _explanation(finding: Finding) -> Iterable[str]:
    """Law, both sides, where, what it looks like, what to do next, the traceback: a line each."""
    yield f"law: {finding.law}"
    for label, text in (("expected", finding.expected), ("found", finding.found), ("where", finding.where)):
        if text:
            yield f"{label}: {text}"
    for diagnosis in finding.diagnosis:
        yield f"looks like: {diagnosis.text} [{diagnosis.mistake}]"
    if hint := next_step(finding):
        yield f"next: {hint}"
    traceback = finding.evidence.get("traceback")
    if isinstance(traceback, str):
        yield capped(traceback, _LONGEST, keep="tail")
