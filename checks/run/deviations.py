"""Deviations: a failing check is repeated as if the course demanded what is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial

from ...sandbox import RemoteSubject, SessionLike
from ...specs import Deviation, Spec
from ..results import Finding, Verdict


def accepted(finding: Finding, deviations: Sequence[Deviation], again: Callable[[Deviation], Finding]) -> Finding:
    """The finding; `accepted` if it fails exactly as one of the deviations demands.

    Args:
        finding: what the check came to.
        deviations: those of the subject's course and edition.
        again: runs the check again, with the results corrected for a deviation.
    """
    if finding.verdict is not Verdict.FAILED:
        return finding
    for deviation in deviations:
        explained = any(fnmatchcase(finding.id, glob) for glob in deviation.findings)
        if explained and again(deviation).verdict is Verdict.PASSED:
            reason = f"{deviation.sentence} ({deviation.source})"
            return replace(finding, verdict=Verdict.ACCEPTED, original=str(finding.verdict), reason=reason)
    return finding


@dataclass(frozen=True)
class CorrectedSession:
    """A session in which the deviation's component returns what is right, if it is wrong in just that way."""

    session: SessionLike
    deviation: Deviation

    @property
    def output(self) -> str:
        """What the subjects printed."""
        return self.session.output

    @property
    def alive(self) -> bool:
        """As in `SessionLike`."""
        return self.session.alive

    @property
    def prelude(self) -> str:
        """That of the session itself."""
        return self.session.prelude

    def build(self, spec: Spec, seed: int = 0, *, later: bool = False) -> RemoteSubject:
        """A subject whose results are corrected."""
        return self.session.build(spec, seed, later=later).seen_as(partial(self.deviation.corrected, spec))

    def fresh(self) -> CorrectedSession:
        """As in `SessionLike`."""
        return CorrectedSession(self.session.fresh(), self.deviation)

    def limit(self, seconds: float) -> None:
        """As in `SessionLike`."""
        self.session.limit(seconds)

    def run_snippet(self, text: str) -> str:
        """As in `SessionLike`."""
        return self.session.run_snippet(text)

    def close(self) -> None:
        """As in `SessionLike`."""
        self.session.close()
