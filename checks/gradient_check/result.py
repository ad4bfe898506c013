"""What a gradient check says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..results import Verdict


@dataclass(frozen=True, kw_only=True)
class GradientFinding:
    """One law about the pair of functions, or about the gradient of one block.

    Attributes:
        law: `gradient`, or what must hold before: `contract.repeatable`, `contract.gradients`, `contract.linear` ...
        verdict: passed, failed, undecided or errored.
        block: the block's name; empty if the law is about no single block.
        message: one sentence: what was found, where, what it looks like; empty if passed.
        expected, found: the two sides, short, for a person.
        hint: what to do next.
        measured: the largest disagreement, in units of the directional derivative, or of one entry once it is located.
        tolerance: its bound, in the same units; it is derived, never chosen.
        scale: size of the directional derivative, to read `measured` and `tolerance` against; 0 if not compared.
        directions: along how many random directions the gradient was compared.
        masked: share of the outputs at which forward is not smooth, and which were left out.
        evaluations: calls of forward for this finding.
        evidence: small values that show a failure: worst entries, ratio, pattern, heat map. `noise` is
            that of forward beside rounding, if it had to be allowed for.
    """

    law: str
    verdict: Verdict
    block: str = ""
    message: str = ""
    expected: str = ""
    found: str = ""
    hint: str = ""
    measured: float | None = None
    tolerance: float | None = None
    scale: float = 0.0
    directions: int = 0
    masked: float = 0.0
    evaluations: int = 0
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class GradientResult:
    """The outcome of `check_gradient`; true if the gradient passed, and only then.

    Attributes:
        name: what was checked, for a person.
        findings: the broken laws of the contract, then one finding for each block.
        seed: from which directions and incoming gradients were drawn.
        precision: float64 or float32: in which the result is judged.
        evaluations: calls of forward.
        backwards: calls of backward.
    """

    name: str
    findings: tuple[GradientFinding, ...]
    seed: int
    precision: str
    evaluations: int
    backwards: int

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all findings: errored, failed, undecided, passed."""
        verdicts = {finding.verdict for finding in self.findings}
        order = (Verdict.ERRORED, Verdict.FAILED, Verdict.UNDECIDED)
        return next((verdict for verdict in order if verdict in verdicts), Verdict.PASSED)

    @property
    def passed(self) -> bool:
        """True if every finding passed."""
        return self.verdict is Verdict.PASSED

    def __bool__(self) -> bool:
        return self.passed

    def __getitem__(self, block: str) -> GradientFinding:
        """What is said of the gradient of one block.

        Raises:
            KeyError: there is no such block, or the contract was broken before its gradient was compared.
        """
        for finding in self.findings:
            if finding.block == block and finding.law == "gradient":
                return finding
        raise KeyError(block)

    def __str__(self) -> str:
        from .text import as_text  # noqa: PLC0415 - text needs the classes of this module

        return as_text(self)

    def _repr_html_(self) -> str:
        from .text import as_html  # noqa: PLC0415 - text needs the classes of this module

        return as_html(self)
