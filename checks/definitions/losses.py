"""CrossEntropyLoss: minus the sum of the targets' log probabilities."""

from __future__ import annotations

import math

from ...specs import CrossEntropyLoss
from ..numerics.compare import Array, Estimate, estimate
from .dispatch import loss, loss_text

LARGEST_EPSILON = 1e-10  # inside the log; courses use 2.2e-16, 1e-10 or none


@loss.register
def _(spec: CrossEntropyLoss, prediction: Array, target: Array, reduction: str) -> Estimate:
    del spec
    chosen = [(p, t) for p, t in zip(prediction.ravel(), target.ravel(), strict=True) if t]
    terms = [-t * math.log(p) for p, t in chosen]
    epsilon = math.fsum(t * LARGEST_EPSILON / p for p, t in chosen)
    share = 1 / len(prediction) if reduction == "mean" else 1.0
    rounded = estimate(share * math.fsum(terms), share * math.fsum(abs(term) + 1 for term in terms), len(terms) + 2)
    return Estimate(rounded.value, rounded.error, share * epsilon)


@loss_text.register
def _(spec: CrossEntropyLoss, reduction: str) -> str:
    del spec
    return f"-np.log($0[$1 == 1]).{reduction}()"
