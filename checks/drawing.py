"""Drawing: further cases, from the sizes that the specs declare. Hypothesis is imported when the first is drawn."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from ..specs import Case, Choices, Kind, Size, Spec, all_specs
from .effort import EFFORTS

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
    forms = [
        st.fixed_dictionaries(
            {
                name: st.sampled_from(allowed.values)
                if isinstance(allowed, Choices)
                else st.integers(allowed.low, allowed.high)
                for name, allowed in form.items()
            }
        )
        for form in spec.sizes
    ]

    @hypothesis.seed(zlib.crc32(f"{seed}/{spec.name()}".encode()))
    @hypothesis.settings(
        max_examples=_EXAMPLES_PER_CASE * count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.one_of(forms))
    def collect(sizes: Mapping[str, Size]) -> None:
        key = _key(sizes)
        if len(drawn) < count and key not in known:
            drawn.setdefault(key, spec.case(**sizes))

    collect()
    return tuple(drawn.values())


def _key(sizes: Mapping[str, Size]) -> tuple[object, ...]:
    return tuple(sizes.items())
