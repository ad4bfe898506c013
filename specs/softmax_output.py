"""SoftmaxOutput: softmax and mean cross-entropy in one, with an epsilon in the logarithm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .registry import register
from .softmax_cross_entropy import LossOfScores
from .vocabulary import Convention

GRADIENT_SCALES = ("of the mean", "of the sum")
"""What backward of a loss that is a mean over the batch may be the gradient of."""


@register
@dataclass(frozen=True, kw_only=True)
class SoftmaxOutput(LossOfScores):
    """The mean cross-entropy of the softmax of scores (batch, classes) with one-hot targets, with an epsilon."""

    source: ClassVar[str] = "Bridle: Probabilistic Interpretation of Feedforward Classification Network Outputs (1990)"
    definition: ClassVar[str] = (
        "L = - 1/batch sum_bk target_bk log(softmax(score_b)_k + eps); backward may leave eps out"
    )
    conventions: ClassVar[tuple[Convention, ...]] = (
        Convention(
            name="SoftmaxOutput epsilon",
            options=("1e-10", "none"),
            about="what is added to the probability in the logarithm, at most 1e-8",
            source="the Freiburg exercise adds 1e-10",
        ),
        Convention(
            name="SoftmaxOutput gradient",
            options=GRADIENT_SCALES,
            about="whether backward divides by the batch, or leaves that to the layers with parameters",
            source="the Freiburg exercise allows both",
        ),
    )
