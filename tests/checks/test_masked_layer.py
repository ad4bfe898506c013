"""A masked layer of a user's own is judged with its own probability, whatever the field is called that holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from backproof.checks.results import Verdict
from backproof.mistakes.subjects import build
from backproof.specs import Case, Dropout, LayerSpec, Phase, Reals, Spec, Trait, argument, registry

from .running import findings


@dataclass(frozen=True, kw_only=True)
class Thinning(LayerSpec):
    """Dropout whose field says how much is dropped."""

    rate: float = argument(Reals(0, 1, open_high=True), "the share that is dropped")

    source: ClassVar[str] = "of a user"
    definition: ClassVar[str] = "y = x m / (1 - rate), m ~ Bernoulli(1 - rate)"
    traits: ClassVar[frozenset[Trait]] = Dropout.traits

    def keep_probability(self) -> float:
        return 1 - self.rate

    def has(self, trait: Trait, phase: Phase) -> bool:
        return Dropout(keep=1 - self.rate).has(trait, phase)

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        return (
            Case(name="some", spec=cls(rate=0.2), input_shape=(12, 10)),
            Case(name="most", spec=cls(rate=0.75), input_shape=(6, 9)),
            Case(name="test-phase", spec=cls(rate=0.75), input_shape=(4, 6), phase=Phase.TEST),
        )


@pytest.fixture(autouse=True)
def thinning_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._SPECS, "Thinning", Thinning)


def keeping(share: Callable[[float], float]) -> Callable[[Spec], Any]:
    """Subjects that keep a share of the units, which follows from the rate."""

    def make(spec: Spec) -> Any:
        assert isinstance(spec, Thinning)
        return build(Dropout(keep=share(spec.rate)), {})

    return make


def test_the_right_share_is_accepted() -> None:
    found = findings(keeping(lambda rate: 1 - rate), "Thinning", conventions={})
    assert {finding.check for finding in found} >= {"phase.mask-values", "phase.mask-rate", "phase.unbiased"}
    assert [finding for finding in found if finding.failing or finding.verdict is Verdict.HARNESS_ERROR] == []


def test_another_share_is_caught() -> None:
    found = findings(keeping(lambda rate: 0.5 + rate / 4), "Thinning", conventions={})
    failing = {finding.check: finding for finding in found if finding.verdict is Verdict.FAILED}
    assert {"phase.mask-values", "phase.mask-rate"} <= failing.keys()


def test_a_swap_is_named() -> None:
    found = findings(keeping(lambda rate: max(rate, 0.01)), "Thinning", names=("phase.mask-rate",), conventions={})
    wrong = [finding.message for finding in found if finding.verdict is Verdict.FAILED]
    assert any("but should be 80.0%: keep and drop are swapped" in message for message in wrong)


def test_a_mask_without_its_probability_is_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Forgotten(LayerSpec):
        traits: ClassVar[frozenset[Trait]] = frozenset({Trait.RANDOM_MASK})

        @classmethod
        def cases(cls) -> tuple[Case, ...]:
            return ()

    with pytest.raises(TypeError, match="Forgotten has a random mask, so it must override keep_probability"):
        Forgotten()
