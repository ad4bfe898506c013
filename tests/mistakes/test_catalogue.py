"""The catalogue's entries are complete, and their texts fit to be read by students."""

from __future__ import annotations

import re

import pytest

from backproof import framework
from backproof.checks.law import Level
from backproof.checks.plan.catalogue import all_checks
from backproof.mistakes import Mistake, all_mistakes, mistakes_of
from backproof.mistakes.registry import mistake as register
from backproof.specs import all_specs, find_spec

CODE = re.compile(r"[=@*/_]|\w\(|\[")

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


def test_an_id_cannot_be_used_twice() -> None:
    with pytest.raises(ValueError, match=r"two mistakes are called dropout\.backward-unscaled"):
        register("dropout.backward-unscaled", hint="", families=())(framework.Dropout)


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
