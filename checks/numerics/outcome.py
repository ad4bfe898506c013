"""What is said of the gradient of one block."""

from __future__ import annotations

from dataclasses import dataclass

from .directions import Array
from .kinks import KinkFault

MAX_MASKED = 0.5  # more unsettled output entries than this share, and nothing can be said


@dataclass(frozen=True)
class GradientFault:
    """One direction in which the claimed gradient disagrees with the function.

    Attributes:
        found: the claimed gradient's directional derivative.
        expected: the function's; an interval (low, high) at a kink.
        tolerance: the bound that was exceeded.
        cotangent: the incoming gradient of the backward call.
        at_kink: index of the output entry if the disagreement is at a kink of that entry.
    """

    found: float
    expected: tuple[float, float]
    tolerance: float
    cotangent: Array
    at_kink: int | None = None


@dataclass(frozen=True)
class BlockResult:
    """The outcome for one block.

    Attributes:
        fault: the first disagreement; None if there is none.
        error: the largest disagreement of any direction, in units of the directional derivative.
        tolerance: its bound.
        scale: the size of the directional derivative, to read the two against.
        masked: share of output entries at which the function is not smooth on any step.
        evaluations: number of evaluations of the function.
        direction: the last one that was looked at, or the one that disagreed; None if there is none.
        unconfirmed: True if one direction disagreed, but not all fresh ones that were to confirm it; or if backward
            answered one question in two ways.
        vague: True if the bound is too large a share of the scale to decide anything.
        rough: True if the function looks different close by, as a staircase does, and the gradient belongs to that.
        roughness: the largest noise that a difference table has shown; 0 if there was no reason to make one.
    """

    fault: GradientFault | None
    error: float
    tolerance: float
    scale: float
    masked: float
    evaluations: int = 0
    direction: Array | None = None
    unconfirmed: bool = False
    vague: bool = False
    rough: bool = False
    roughness: float = 0.0

    @property
    def undecided(self) -> bool:
        """True if nothing can be said: see `doubt`."""
        return self.fault is None and (self.masked > MAX_MASKED or self.unconfirmed or self.vague or self.rough)

    @property
    def passed(self) -> bool:
        """True if the gradient is right, as far as the bounds tell."""
        return self.fault is None and not self.undecided

    @property
    def doubt(self) -> str:
        """Why nothing can be said, for a person; empty unless undecided."""
        if not self.undecided:
            return ""
        if self.unconfirmed:
            return "one direction disagrees with finite differences, another one does not: the answers change by chance"
        if self.rough:
            return "forward changes in steps near this point: the gradient is that of a step, not that of the slope"
        if self.masked > MAX_MASKED:
            return f"forward is not smooth at {self.masked:.0%} of the outputs near this point"
        return "rounding in forward hides the derivative: the bound is as large as what it should bound"


def at_kink(fault: KinkFault, masked: float, u: Array) -> BlockResult:
    """What is said of a gradient that is no subgradient."""
    outside = max(fault.low - fault.found, fault.found - fault.high)
    disagreement = GradientFault(fault.found, (fault.low, fault.high), fault.tolerance, fault.cotangent, fault.output)
    return BlockResult(disagreement, outside, fault.tolerance, fault.high - fault.low, masked, 0, u)
