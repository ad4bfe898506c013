"""What a gradient check says."""

from __future__ import annotations

from dataclasses import dataclass

from ..results import Verdict
from .finding import GradientFinding
from .text import as_html, as_text


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
        return as_text(self.name, self.verdict, self.findings, self._counts())

    def _repr_html_(self) -> str:
        return as_html(self.name, self.verdict, self.findings, self._counts())

    def _counts(self) -> str:
        """How much work it was."""
        return (
            f"{self.evaluations} calls of forward, {self.backwards} of backward, "
            f"seed {self.seed}, judged in {self.precision}"
        )
