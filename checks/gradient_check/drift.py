"""Forwards that answer differently each time: by chance, or because calls change something for good."""

from __future__ import annotations

import numpy as np

from .pair import Pair
from .values import Array

CALLS = 13  # random answers rise along a given direction in all of them with probability 1/13! < 2e-10
LASTING = 0.75  # share of the change of the first half that the second half must show: what fades is a transient


def drifts(pair: Pair, v: Array, change: Array) -> bool:
    """Tell whether `forward(x)` moves further and further with every call, as weights do that calls update.

    `change` is how its answer has changed between two earlier calls. Answers that are drawn at random come in any order
    with the same probability, whatever `change` is, so they rise along it 13 times running with probability 1/13!.
    A state that follows the input, such as that of a recurrent layer, comes to rest when the input stays the same: its
    changes fade, and nothing is said of it.

    Costs 26 calls of forward and 13 of backward, in turns and all with the same arguments: it may be backward that
    updates.

    Raises:
        Raised, WrongOutput: a call raises, or returns something else than before.
    """
    places = np.zeros(CALLS)
    for number in range(CALLS):
        places[number] = float(np.vdot(change, pair.value(pair.blocks)))
        pair.pull(v)
    half = CALLS // 2
    lasts = places[-1] - places[half] >= LASTING * (places[half] - places[0])
    return bool((np.diff(places) > 0).all() and lasts)
