"""One outcome of a gradient check."""

from __future__ import annotations

from dataclasses import dataclass

from ..results import Comparison


@dataclass(frozen=True, kw_only=True)
class GradientFinding(Comparison):
    """One law about the pair of functions, or about the gradient of one block.

    What is compared is said as in `Comparison`: the verdict is passed, failed, undecided or errored, the largest
    disagreement is that of a directional derivative, or of one entry once it is located, and its bound is derived,
    never chosen. The evidence may hold a ratio, a pattern and a heat map beside the worst entries, and as `noise`
    that of forward beside rounding, if it had to be allowed for.

    Attributes:
        law: `gradient`, or what must hold before: `contract.repeatable`, `contract.gradients`, `contract.linear` ...
        block: the block's name; empty if the law is about no single block.
        scale: size of the directional derivative, to read `measured` and `tolerance` against; 0 if not compared.
        directions: along how many random directions the gradient was compared.
        masked: share of the outputs at which forward is not smooth, and which were left out.
        evaluations: calls of forward for this finding.
    """

    law: str
    block: str = ""
    scale: float = 0.0
    directions: int = 0
    masked: float = 0.0
    evaluations: int = 0
