"""The ladder over the subject's own forward: for layers without a definition, and where forward is wrong itself.

Then function and gradient both come from the subject, so nothing but their agreement can be looked at. A forward that
knows that it is being differentiated could answer as if a wrong backward were right. So points that lie near each other
are asked for in a shuffled order, in a fresh fork of the subject, with inputs at ordinary distance between them; and
some answers are asked for again in forks that have seen no other point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ..context import Context
from ..law import answered
from ..measurement import Measurement, same
from ..results import Verdict

Array = NDArray[np.float64]
Answers = Callable[[Context, Sequence[Array]], Asking[list[Array]]]
"""The subject's forward at several values of the block, by subjects that are built for it."""

# To move the derivative along a direction, without the ladder taking it for a kink, one answer of each pair x ± hu must
# be off: half of the answers at least. Three of six repeated ones then miss all three with probability 1/20, along both
# directions with 1/400; and what lies in one finding lies in several.
REPEATED = 3


class TwoAnswers(Exception):  # noqa: N818 - a state of the subject, which the measurement words
    """The subject answers differently where it has seen another point."""

    def __init__(self, measurement: Measurement) -> None:
        super().__init__(measurement.message)
        self.measurement = measurement


class Apart:
    """Forward at several points, as forks of the subject answer.

    Args:
        context: of the law.
        answers: what asks.
        decoy: a value of the block at ordinary distance from all others.
        rng: chooses order and repetitions.
    """

    def __init__(
        self,
        context: Context,
        answers: Answers,
        decoy: Callable[[np.random.Generator], Array],
        rng: np.random.Generator,
    ) -> None:
        self._context, self._answers, self._decoy, self._rng = context, answers, decoy, rng

    def __call__(self, points: Sequence[Array]) -> list[Array]:
        """The values at the points.

        Raises:
            TwoAnswers: a fork that has seen no other point says something else.
        """
        order = self._rng.permutation(len(points))
        asked = [each for place in order for each in (self._decoy(self._rng), points[place])]
        found = self._in_a_fork(asked)[1::2]
        values = [found[place] for place in np.argsort(order)]
        for place in self._rng.permutation(len(points))[: min(REPEATED, (len(points) + 1) // 2)]:
            [again] = self._in_a_fork([points[place]])
            repeated = same(
                "forward(x)",
                values[place],
                again,
                meaning="forward answers differently in a process that has seen no other input near it",
                hint="forward may use its input and the parameters only, not what it was given before",
            )
            if repeated.verdict is not Verdict.PASSED:
                raise TwoAnswers(repeated)
        return values

    def _in_a_fork(self, points: Sequence[Array]) -> list[Array]:
        with self._context.apart() as other:
            values = answered(self._answers(other, points))  # the ladder is no part of the law: it calls back
            counted = self._context.subjects[0]
            counted.evaluations += sum(subject.evaluations for subject in other.subjects)
            counted.single |= any(subject.single for subject in other.subjects)
        return values
