"""A whole run: conventions, plan, header, findings, footer. The verdict is made here and fails closed."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ...sandbox import SubjectError
from ...specs import Unsupported, all_specs
from ...specs.version import VERSION
from ..choices.conventions import PROBE_SECONDS, detect
from ..context import Context
from ..law import Level
from ..laws.gradient_judging import NO_DEFINITION, SELF_CONSISTENT, WRONG_FORWARD
from ..plan.drawing import draw_cases
from ..plan.plan import Plan, Planned, make_plan
from ..results import BUILT_IN, FAILING, Diagnosis, Finding, Footer, Header, Result, Verdict, count_verdicts
from ..settings import Settings
from .runner import Runner
from .source import Source
from .waivers import Waivers
from .workers import forked_workers

Sink = Callable[[Header | Finding | Footer], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is said of the subject, and what the run is held to, beside the settings by which it goes.

    Attributes:
        subject: how the user named it.
        fingerprint: hash of its files.
        filters: the names as the user gave them.
        compat: what the header says of restored names.
        notes: sentences for the header, beside the adapter's.
        required: specs that must be there; empty for none.
        waivers: the failures that are tolerated, and the day of the run.
    """

    subject: str = BUILT_IN
    fingerprint: str = ""
    filters: tuple[str, ...] = ()
    compat: str = ""
    notes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    waivers: Waivers = field(default_factory=Waivers)


class NothingOffered(Exception):  # noqa: N818 - a state of the subject, phrased for the user
    """The subject offers no component that Backproof knows."""


@dataclass
class Run:
    """One run, step by step: `prepare`, then `execute` or single outcomes, then `finish`."""

    source: Source
    settings: Settings
    options: Options
    plan: Plan
    header: Header
    runner: Runner
    started: float

    @classmethod
    def prepare(cls, source: Source, settings: Settings, options: Options) -> Run:
        """Detect the conventions, plan, write the header.

        Raises:
            NothingOffered: there is nothing to check.
            UnknownName: a filter selects nothing.
        """
        started = time.perf_counter()
        facts = source.facts
        offered = tuple(name for name in all_specs() if name in set(facts.get("offered", ())))
        if not facts.get("course"):
            offered = _answering(source, offered)  # a module may leave out what it has no counterpart of
        if not offered:
            raise NothingOffered(f"{options.subject} offers none of: {', '.join(all_specs())}")
        plan = make_plan(offered, settings, draw_cases(offered, settings.effort, settings.seed))
        settings = _learned(settings, source, plan.touched)
        header = Header(
            subject=options.subject,
            course=settings.course,
            seed=settings.seed,
            planned=len(plan.selected),
            subject_hash=options.fingerprint[:16],
            spec_hash=plan.fingerprint,
            versions=_versions(facts),
            sandbox=source.sandbox,
            protected=source.protected,
            conventions=settings.conventions,
            effort=settings.effort,
            level=settings.level.name.lower(),
            dtype=settings.dtype,
            compat=options.compat,
            filters=options.filters,
            offered=offered,
            missing=tuple(str(name) for name in facts.get("missing", ())),
            notes=(*options.notes, *(str(note) for note in facts.get("notes", ()))),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            today=options.waivers.today.isoformat(),
            waivers=options.waivers.path,
        )
        runner = Runner(plan, source, settings, _diagnose, shrinks=True)
        return cls(source, settings, options, plan, header, runner, started)

    def execute(self, sink: Sink) -> Result:
        """Run everything; `sink` gets header, findings in the plan's order, and footer."""
        findings: list[Finding] = []

        def report(finding: Finding) -> None:
            findings.append(self.options.waivers.apply(finding))
            sink(findings[-1])

        # Processes are forked before anything is shown: what shows progress has threads.
        with forked_workers(self.runner.group_runner, self.source.others()) as workers:
            sink(self.header)
            self.runner.run(self.settings.jobs - len(workers), report, workers)
        footer = self.finish(findings)
        sink(footer)
        return Result(self.header, tuple(findings), footer)

    def outcome(self, check_id: str) -> Finding:
        """The finding of one id, for a caller that runs them one by one; what it needs is run before."""
        return self.options.waivers.apply(self.runner.outcome(check_id))

    def result_of(self, findings: list[Finding]) -> Result:
        """The result over a part of the plan that another runner (pytest) has chosen and run."""
        findings = _shown_once(findings)
        chosen = {finding.id for finding in findings}
        plan = replace(self.plan, selected=tuple(item for item in self.plan.selected if item.id in chosen))
        header = replace(self.header, planned=len(plan.selected), spec_hash=plan.fingerprint)
        footer = replace(self, plan=plan, header=header).finish(findings)
        return Result(header, tuple(findings), footer)

    def finish(self, findings: list[Finding]) -> Footer:
        """The footer: the verdict over what was planned."""
        missing = list(self.header.missing)
        reasons = _reasons(self.plan, findings)
        if self.source.facts.get("course"):
            reasons += _refusals(self.header.offered, findings)
        absent = [name for name in self.options.required if name not in self.header.offered]
        failing = [f"{name} is required, but missing" for name in absent]
        for name in self.options.required:
            refused = [item for item in findings if item.layer == name and item.verdict is Verdict.UNSUPPORTED]
            if refused:
                failing.append(f"{name} is required, but {refused[0].id} is not offered: {refused[0].message}")
        counts = count_verdicts(findings)
        failing += [
            f"{name} is required, but none of its checks is selected; leave out the names"
            for name in self.options.required
            if name not in absent and all(finding.layer != name for finding in findings)
        ]
        answered = {finding.id for finding in findings}
        hidden = [item for item in findings if item.verdict is Verdict.BLOCKED and item.blocked_by not in answered]
        if hidden:
            failing.append(f"{hidden[0].id} cannot hold: {hidden[0].blocked_by}, which it needs, fails")
        failing += _unjudged(self.options.required, findings)
        failing += _self_consistent(self.options.required, findings)
        failing += self.options.waivers.complaints(
            [item.id for item in self.plan.everything.values() if item.level <= self.settings.level],
            {finding.id: finding.verdict for finding in findings},
        )
        bad = sum(counts.get(verdict.value, 0) for verdict in FAILING)
        if bad:
            failing.append(f"{bad} of {len(findings)} checks fail")
        verdict = "nonconformant" if failing else "ungradable" if reasons else "conformant"
        unsupported = any(finding.verdict is Verdict.UNSUPPORTED for finding in findings)
        return Footer(
            verdict=verdict,
            counts=counts,
            seconds=round(time.perf_counter() - self.started, 3),
            missing=tuple(dict.fromkeys([*missing, *absent])),
            complete=not missing and not absent and not unsupported,
            reasons=tuple(failing + reasons),
            deviations=_deviations(findings, self.header.course),
        )


def _diagnose(planned: Planned, context: Context, finding: Finding) -> tuple[Diagnosis, ...]:
    """What a failure looks like; most runs do without the catalogue of mistakes."""
    from ..explain.diagnosis import diagnose  # noqa: PLC0415 - as said

    return diagnose(planned, context, finding)


def _unjudged(required: tuple[str, ...], findings: list[Finding]) -> list[str]:
    """Required components of which a waiver has left nothing to judge."""
    verdicts: dict[str, set[Verdict]] = {name: set() for name in required}
    for finding in findings:
        if finding.layer in verdicts:
            verdicts[finding.layer].add(finding.verdict)
    nothing = {Verdict.WAIVED, Verdict.BLOCKED, Verdict.UNDECIDED, Verdict.UNSUPPORTED}
    return [
        f"{name} is required, but nothing of it is judged: what is not waived waits for what is; delete that waiver"
        for name, seen in verdicts.items()
        if Verdict.WAIVED in seen and seen <= nothing
    ]


def _deviations(findings: list[Finding], course: str) -> tuple[str, ...]:
    """A sentence for every deviation of the course that findings were accepted for."""
    about: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.verdict is Verdict.ACCEPTED:
            about.setdefault((finding.layer, finding.reason), []).append(finding)
    return tuple(
        f"{layer}: conformant to the course {course}, but wrong by the mathematics: {reason} "
        f"[{', '.join(finding.id for finding in members)}]"
        for (layer, reason), members in about.items()
    )


def _shown_once(findings: list[Finding]) -> list[Finding]:
    """Processes that share the work each show the first failure of a check that they meet: the first of all is kept."""
    seen: set[tuple[str, str, str]] = set()
    result = []
    for finding in findings:
        kind = (finding.layer, finding.check, finding.quantity)
        result.append(replace(finding, smallest=None) if kind in seen else finding)
        if finding.smallest is not None:
            seen.add(kind)
    return result


def _reasons(plan: Plan, findings: list[Finding]) -> list[str]:
    """Why the run cannot be graded; empty if it can."""
    reasons = []
    answered = {finding.id for finding in findings}
    lost = [planned.id for planned in plan.selected if planned.id not in answered]
    if lost or len(findings) != len(plan.selected):
        reasons.append(f"{len(lost)} planned findings are missing, for example {lost[0] if lost else 'a doubled one'}")
    broken = [finding for finding in findings if finding.verdict is Verdict.HARNESS_ERROR]
    if broken:
        reasons.append(f"{len(broken)} checks failed themselves, for example {broken[0].id}; please report this")
    if not plan.selected:
        reasons.append("no check was planned")
    return reasons + _undecided(findings)


def _undecided(findings: list[Finding]) -> list[str]:
    """Families, and laws that training needs, of which nothing could be decided in any case of a component."""
    families: dict[tuple[str, str], set[Verdict]] = {}
    laws: dict[tuple[str, str, str], set[Verdict]] = {}
    for finding in findings:
        families.setdefault((finding.layer, finding.family), set()).add(finding.verdict)
        if finding.level == Level.CORE.name.lower():
            law = "/".join(filter(None, (finding.check, finding.quantity)))
            laws.setdefault((finding.layer, finding.family, law), set()).add(finding.verdict)

    def is_open(seen: set[Verdict]) -> bool:
        return Verdict.UNDECIDED in seen and seen <= {Verdict.UNDECIDED, Verdict.UNSUPPORTED, Verdict.BLOCKED}

    missing = {key for key, seen in families.items() if is_open(seen)}
    return [
        f"nothing could be decided about {layer} in the family {family}"
        for layer, family in families
        if (layer, family) in missing
    ] + [
        f"nothing could be decided about {layer} in {law}"
        for (layer, family, law), seen in laws.items()
        if is_open(seen) and (layer, family) not in missing
    ]


def _self_consistent(required: tuple[str, ...], findings: list[Finding]) -> list[str]:
    """Passes that say no more than that forward and backward belong together, where that is not enough.

    Forward that differs from its definition must fail somewhere. If it does not, it is right where its values are
    looked at and another one where it is differentiated. What has no definition is not relied on if it is required.
    """
    bad = {finding.layer for finding in findings if finding.verdict not in {Verdict.PASSED, Verdict.UNSUPPORTED}}
    reasons = []
    for finding in findings:
        why = finding.evidence.get(SELF_CONSISTENT) if finding.verdict is Verdict.PASSED else None
        if why == WRONG_FORWARD and finding.layer not in bad:
            reasons.append(f"forward of {finding.layer} differs from its definition in {finding.id}, but nowhere else")
        elif why == NO_DEFINITION and finding.layer in required and finding.level == Level.CORE.name.lower():
            reasons.append(f"{finding.layer} is required, but {finding.id} is {SELF_CONSISTENT}: {why}")
    return reasons


def _refusals(offered: tuple[str, ...], findings: list[Finding]) -> list[str]:
    """Components whose files are there, but that answer no check: the files decide what is offered, not the code."""
    verdicts: dict[str, set[Verdict]] = {name: set() for name in offered}
    for finding in findings:
        verdicts.setdefault(finding.layer, set()).add(finding.verdict)
    return [
        f"{name} is there, but answers no check" for name, seen in verdicts.items() if seen == {Verdict.UNSUPPORTED}
    ]


def _answering(source: Source, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The specs of which the adapter builds at least one case, or fails to in another way than by leaving it out."""
    session = source.session()
    left_out = set()
    for name in offered:
        if not session.alive:
            session.close()
            session = source.session()
        session.limit(PROBE_SECONDS)
        try:
            session.build(all_specs()[name].plainest().spec)
        except Unsupported:
            left_out.add(name)
        except SubjectError:
            continue
    session.close()
    return tuple(name for name in offered if name not in left_out)


def _learned(settings: Settings, source: Source, names: frozenset[str]) -> Settings:
    """The settings with what the subject says and shows; what its adapter declares is believed."""
    facts = source.facts
    detected = detect(source, names, settings.seconds, dtype=settings.dtype, apart=source.protected)
    declared = {str(name): str(value) for name, value in facts.get("conventions", {}).items()}
    edition = settings.edition or str(facts.get("edition", ""))
    return replace(
        settings,
        course=settings.course or str(facts.get("course", "")),
        edition=edition,
        deviations=tuple(item for item in settings.deviations if not item.editions or edition in item.editions),
        conventions={**detected, **declared},
    )


def _versions(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "backproof": VERSION,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "numpy": np.__version__,
        "platform": f"{platform.system()} {platform.machine()}",
        "adapter": str(facts.get("adapter", "")),
        **{name: str(facts[name]) for name in ("edition", "stage") if facts.get(name)},
    }
