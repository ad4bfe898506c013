"""The catalogue's entries are complete, and their texts fit to be read by students."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from backproof import framework, specs
from backproof.checks.law import Level
from backproof.checks.plan.catalogue import all_checks
from backproof.mistakes import Mistake, all_mistakes, mistakes_of
from backproof.mistakes.registry import Declare, On
from backproof.specs import all_specs, find_spec

CODE = re.compile(r"[=@*/_]|\w\(|\[")

FULLY_CONNECTED = specs.FullyConnected(input_size=2, output_size=2)

every_mistake = pytest.mark.parametrize("mistake", all_mistakes().values(), ids=lambda mistake: mistake.id)


def test_ids_are_the_keys() -> None:
    assert [mistake.id for mistake in all_mistakes().values()] == list(all_mistakes())


def test_mistakes_are_grouped_by_spec_in_the_order_of_the_specs() -> None:
    specs = [mistake.spec for mistake in all_mistakes().values()]
    assert list(dict.fromkeys(specs)) == [name for name in all_specs() if name in specs]
    assert [specs.index(spec) for spec in specs] == sorted(specs.index(spec) for spec in specs)


def test_mistakes_of_one_spec() -> None:
    assert {mistake.spec for mistake in mistakes_of("Dropout")} == {"Dropout"}
    assert mistakes_of("NoSuchSpec") == ()


def test_no_published_mistake_is_gone() -> None:
    published = Path(__file__).with_name("published_ids.txt").read_text(encoding="utf-8").split()
    assert len(published) == len(set(published)) == 695
    assert set(published) - set(all_mistakes()) == set()


def test_an_id_is_made_of_component_and_class_and_cannot_be_used_twice() -> None:
    class BackwardUnscaled(framework.Dropout):
        """A second one."""

    with pytest.raises(ValueError, match=r"two mistakes are called dropout\.backward-unscaled"):
        Declare(families=())(hint="")(BackwardUnscaled)


def test_a_recurring_mistake_cannot_be_declared_twice_either() -> None:
    class WritesIntoInput:
        """A second one."""

    with pytest.raises(ValueError, match=r"two mistakes are called relu\.writes-into-input"):
        Declare(families=()).on(On(framework.ReLU))(WritesIntoInput)


def test_a_recurring_mistake_is_made_on_each_component_by_itself() -> None:
    """What one component's mistake keeps on its class is not seen by another component's."""
    builds = [all_mistakes()[f"{name}.state-on-class"].build for name in ("sigmoid", "fully_connected")]
    sigmoid, affine = (build(spec) for build, spec in zip(builds, (specs.Sigmoid(), FULLY_CONNECTED), strict=True))
    x = np.array([[1.0, 2.0]])
    y = sigmoid.forward(x)
    affine.forward(x)
    np.testing.assert_allclose(sigmoid.backward(np.ones((1, 2))), y * (1 - y))


@every_mistake
def test_id_names_the_component_and_the_mistake(mistake: Mistake) -> None:
    home = getattr(framework, mistake.spec, None) or find_spec(mistake.spec)  # functions have no class there
    component = home.__module__.rpartition(".")[2]
    assert re.fullmatch(rf"{component}\.[a-z0-9]+(-[a-z0-9]+)*", mistake.id)


@every_mistake
def test_texts_are_sentences(mistake: Mistake) -> None:
    assert 10 <= len(mistake.title) <= 90
    assert not mistake.title.endswith(".")
    assert 20 <= len(mistake.explanation) <= 240
    assert mistake.explanation.endswith(".")
    assert "  " not in mistake.explanation


@every_mistake
def test_hint_is_concrete(mistake: Mistake) -> None:
    assert CODE.search(mistake.hint), mistake.hint
    assert 10 <= len(mistake.hint) <= 140


@every_mistake
def test_declarations_exist(mistake: Mistake) -> None:
    spec = find_spec(mistake.spec)
    assert set(mistake.cases) <= {case.name for case in spec.cases()}
    assert mistake.level in {level.name.lower() for level in Level}
    applicable = {check.family for check in all_checks().values() for case in spec.cases() if check.applies(case)}
    assert mistake.families
    assert set(mistake.families) <= applicable


@pytest.mark.parametrize("spec_name", all_specs())
def test_titles_tell_the_mistakes_of_a_spec_apart(spec_name: str) -> None:
    titles = [mistake.title for mistake in mistakes_of(spec_name)]
    assert len(set(titles)) == len(titles)
