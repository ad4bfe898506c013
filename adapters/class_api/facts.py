"""What is true of the class API itself, for every course that speaks it: functions, conventions, a known deviation."""

from __future__ import annotations

from ...specs import Deviation

# Components that are functions: the name that shows that they are there.
FUNCTIONS = {"LeNet": "build", "NetworkFile": "save"}

CONVENTIONS = {"dropout argument": "keep", "loss reduction": "sum"}


def unscaled_dropout(source: str, editions: tuple[str, ...] = ()) -> Deviation:
    """The deviation of a course whose own test demands that dropout's backward applies the mask alone.

    Args:
        source: where the course demands it.
        editions: those of its editions that do; none for all of them.
    """
    return Deviation(
        findings=("Dropout/*/gradient.mask", "Dropout/*/state.*"),
        spec="Dropout",
        method="backward",
        factor="keep",
        sentence="backward multiplies by the mask alone, although forward divides what it keeps by the probability to "
        "keep; so the gradient is too small by that probability",
        source=source,
        editions=editions,
    )
