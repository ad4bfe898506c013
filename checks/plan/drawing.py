"""Drawing: further cases, from the sizes that the specs declare. Hypothesis is imported when the first is drawn."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from ...specs import Case, Choices, Kind, Size, Spec, all_specs
from .effort import EFFORTS

_BITS = 12
_EXAMPLES_PER_CASE = 4  # some repeat a case, or are a named one


def draw_cases(names: Iterable[str], effort: str, seed: int) -> dict[str, tuple[Case, ...]]:
    """Cases of the specs named, beside those with names of their own; the same for the same seed.

    A spec's cases depend on no other spec, so that names which choose some of a run do not change them.
    """
    counts = EFFORTS[effort]
    wanted = {name: spec for name, spec in all_specs().items() if name in set(names) and spec.sizes}
    numbers = {
        name: counts.drawn if spec.kind in {Kind.LAYER, Kind.LOSS} else counts.drawn_others
        for name, spec in wanted.items()
    }
    return {name: _draw(spec, numbers[name], seed) for name, spec in wanted.items() if numbers[name]}


def _draw(spec: type[Spec], count: int, seed: int) -> tuple[Case, ...]:
    import hypothesis  # noqa: PLC0415 - at effort quick nothing is drawn, and nothing is to be waited for
    from hypothesis import strategies as st  # noqa: PLC0415

    known = {_key(case.sizes) for case in spec.cases()}
    drawn: dict[tuple[object, ...], Case] = {}
    numbers = st.tuples(*[_number()] * (1 + max(map(len, spec.sizes))))

    @hypothesis.seed(zlib.crc32(f"{seed}/{spec.name()}".encode()))
    @hypothesis.settings(
        max_examples=_EXAMPLES_PER_CASE * count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(numbers)
    def collect(chosen: tuple[int, ...]) -> None:
        sizes = _sizes(spec, chosen)
        key = _key(sizes)
        if len(drawn) < count and key not in known:
            drawn.setdefault(key, spec.case(**sizes))

    with warnings.catch_warnings(action="ignore"):  # under pytest, of work done before the tests begin
        collect()
    return tuple(drawn.values())


def _number() -> Any:
    """Return a Hypothesis strategy of the integers of `_BITS` bits, all equally likely, with 0 as the simplest.

    It is made of booleans alone: other strategies also draw numbers that they find in the source code around, which
    then decides what is drawn, and keep notes of it in a folder `.hypothesis` beside the user's files.
    """
    from hypothesis import strategies as st  # noqa: PLC0415 - as above

    bits = st.tuples(*[st.booleans()] * _BITS)
    return bits.map(lambda drawn: sum(bit << place for place, bit in enumerate(drawn)))


def _sizes(spec: type[Spec], chosen: tuple[int, ...]) -> dict[str, Size]:
    """The sizes that belong to one number for the form and one for each size; zeros give the simplest."""
    form = spec.sizes[chosen[0] % len(spec.sizes)]
    sizes: dict[str, Size] = {}
    for (name, allowed), number in zip(form.items(), chosen[1:], strict=False):
        values = (
            allowed.values if isinstance(allowed, Choices) else range(allowed.low, (allowed.high or allowed.low) + 1)
        )
        sizes[name] = values[number % len(values)]
    return sizes


def _key(sizes: Mapping[str, Size]) -> tuple[object, ...]:
    return tuple(sizes.items())
