"""The plan: ids, filters, prerequisites, and what the catalogue of checks declares."""

from __future__ import annotations

import re

import pytest

from backproof.checks.law import Check, Level, check
from backproof.checks.plan.catalogue import all_checks, find_check
from backproof.checks.plan.plan import Plan, Planned, UnknownName, cases_of, make_plan
from backproof.checks.settings import Settings
from backproof.specs import Kind, LayerSpec, Phase, ReLU, all_specs

FAMILIES = {
    "contract", "value", "gradient", "phase", "recurrence", "regularization", "optimizer", "initializer", "network",
    "state",
}  # fmt: skip
IDS = re.compile(r"(?P<layer>\w+)/(?P<case>[A-Za-z0-9.-]+)/(?P<check>[a-z]+\.[a-z-]+)(/(?P<quantity>[a-z0-9_.]+))?")

every_check = pytest.mark.parametrize("entry", all_checks().values(), ids=lambda entry: entry.id)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(all_specs(), Settings(level=Level.STRICT))


def selected(*offered: str, **selection: object) -> list[Planned]:
    return list(make_plan(offered or all_specs(), Settings(**selection)).selected)  # type: ignore[arg-type]  # varies


# Ids.


def test_ids_are_unique(plan: Plan) -> None:
    ids = [planned.id for planned in plan.selected]
    assert len(ids) == len(set(ids)) == len(plan.everything)


def test_ids_name_layer_case_check_and_quantity(plan: Plan) -> None:
    for planned in plan.selected:
        parts = IDS.fullmatch(planned.id)
        assert parts, planned.id
        assert parts["layer"] == planned.layer
        assert parts["case"] == planned.case.name
        assert parts["check"] == planned.check.id
        assert (parts["quantity"] or "") == planned.quantity


def test_a_check_of_several_quantities_is_planned_for_each() -> None:
    ids = [planned.id for planned in selected("FullyConnected", names=("FullyConnected/4-to-3/gradient.parameter",))]
    assert ids == [f"FullyConnected/4-to-3/gradient.parameter/{name}" for name in ("weights", "bias")]


def test_every_offered_spec_and_every_case_is_planned(plan: Plan) -> None:
    cases = {(name, case.name) for name, spec in all_specs().items() for case in spec.cases()}
    single = {group for group in (planned.group for planned in plan.selected) if group[1].endswith("-float32")}
    assert {planned.group for planned in plan.selected} - single == cases
    assert {name for name, _ in single} == {name for name, spec in all_specs().items() if issubclass(spec, LayerSpec)}


def test_float32_is_a_strict_matter_of_one_case_of_every_layer() -> None:
    single = [item for item in selected("ReLU", level=Level.STRICT) if item.case.dtype == "float32"]
    assert {item.case.name for item in single} == {"vector-float32"}
    assert {item.level for item in single} == {Level.STRICT}
    assert {item.case.spec for item in single} == {ReLU()}


def test_every_case_is_of_the_type_that_is_asked_for() -> None:
    plans = {dtype: make_plan(all_specs(), Settings(dtype=dtype)) for dtype in ("float64", "float32")}
    assert {planned.case.dtype for planned in plans["float32"].everything.values()} == {"float32"}
    names = {dtype: [planned.id for planned in plan.selected] for dtype, plan in plans.items()}
    assert names["float32"] == names["float64"]
    assert plans["float32"].fingerprint != plans["float64"].fingerprint


def test_order_is_that_of_the_specs_then_cases_then_checks(plan: Plan) -> None:
    specs, checks = list(all_specs()), list(all_checks())
    cases = {name: [case.name for case, _ in cases_of(spec)] for name, spec in all_specs().items()}
    keys = [
        (specs.index(planned.layer), cases[planned.layer].index(planned.case.name), checks.index(planned.check.id))
        for planned in plan.selected
    ]
    assert keys == sorted(keys)


# Filters.


def test_nothing_is_planned_for_what_is_not_offered() -> None:
    assert {planned.layer for planned in selected("ReLU", "Sgd")} == {"ReLU", "Sgd"}
    assert selected("NoSuchLayer") == []


def test_filter_by_layer_ignores_case() -> None:
    assert selected(names=("dropout",)) == selected(names=("Dropout",)) != []
    assert {planned.layer for planned in selected(names=("Dropout", "ReLU"))} == {"Dropout", "ReLU"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gradient.input", lambda item: item.check.id == "gradient.input"),
        ("gradient", lambda item: item.check.family == "gradient"),
        ("ReLU/vector", lambda item: item.group == ("ReLU", "vector")),
        ("ReLU/vector/", lambda item: item.group == ("ReLU", "vector")),
        ("ReLU/vector/gradient.kink", lambda item: item.id == "ReLU/vector/gradient.kink"),
        ("*/batch-1/*", lambda item: item.case.name == "batch-1"),
        ("gradient.*", lambda item: item.check.family == "gradient"),
        ("*/weights", lambda item: item.quantity == "weights"),
    ],
)
def test_filter(name: str, expected: object) -> None:
    assert callable(expected)
    everything = selected()
    assert selected(names=(name,)) == [item for item in everything if expected(item)] != []


def test_a_name_is_not_a_beginning_of_another() -> None:
    assert {item.case.name for item in selected(names=("NeuralNetwork/with-L1",))} == {"with-L1"}
    assert {item.layer for item in selected(names=("Sgd",))} == {"Sgd"}


def test_families_restrict_a_spec() -> None:
    chosen = selected(families={"ReLU": frozenset({"value"}), "Sgd": None})
    assert {item.check.family for item in chosen if item.layer == "ReLU"} == {"value"}
    assert [item.id for item in chosen if item.layer == "Sgd"] == [item.id for item in selected("Sgd")]
    assert {item.layer for item in chosen} == {"ReLU", "Sgd"}


def test_names_add_to_families() -> None:
    chosen = selected(names=("ReLU/vector/gradient.kink",), families={"ReLU": frozenset({"value"})})
    assert {item.check.id for item in chosen} == {"value.forward", "value.extreme", "value.scale", "gradient.kink"}


def test_a_filter_keeps_what_prerequisites_are_taken_from() -> None:
    narrow, wide = make_plan(["ReLU"], Settings(names=("gradient.kink",))), make_plan(["ReLU"])
    assert narrow.everything == wide.everything
    assert {item.check.id for item in narrow.selected} == {"gradient.kink"}


@pytest.mark.parametrize("name", ["NoSuchLayer", "gradient.unput", "ReLU/nowhere", "zzz*"])
def test_unknown_name_says_so_and_where_to_look(name: str) -> None:
    with pytest.raises(UnknownName, match="it is no layer, check, course test or id; `backproof list`") as caught:
        make_plan(all_specs(), Settings(names=("ReLU", name)))
    assert repr(name) in str(caught.value)


def test_known_layer_that_is_not_offered_is_told_apart() -> None:
    with pytest.raises(UnknownName, match="nothing is called 'dropout': the subject does not offer it"):
        make_plan(["ReLU"], Settings(names=("dropout",)))


def test_a_name_above_the_level_is_known_but_selects_nothing() -> None:
    assert selected("ReLU", names=("contract.views",), level=Level.FULL) == []
    assert selected("ReLU", names=("contract.views",), level=Level.STRICT) != []


# Levels.


def test_levels_are_nested() -> None:
    core, full, strict = (selected(level=level) for level in Level)
    assert len(core) < len(full) < len(strict)
    assert [item for item in strict if item.level <= Level.FULL] == full
    assert [item for item in full if item.level is Level.CORE] == core


def test_level_by_name() -> None:
    assert [Level.of(name) for name in ("core", "Full", "STRICT")] == list(Level)
    with pytest.raises(KeyError):
        Level.of("harsh")


def test_core_asks_for_the_input_gradient_in_training_only() -> None:
    levels = {
        item.case.phase: item.level for item in selected("Dropout", level=Level.STRICT, names=("gradient.input",))
    }
    assert levels == {"train": Level.CORE, "test": Level.STRICT}


# Prerequisites.


def test_every_need_is_planned(plan: Plan) -> None:
    assert [(item.id, need) for item in plan.selected for need in item.needs if need not in plan.everything] == []


def test_there_is_no_circle_of_needs(plan: Plan) -> None:
    state: dict[str, str] = {}

    def visit(check_id: str, path: tuple[str, ...]) -> None:
        assert state.get(check_id) != "open", " needs ".join((*path, check_id))
        if check_id not in state:
            state[check_id] = "open"
            for need in plan.everything[check_id].needs:
                visit(need, (*path, check_id))
            state[check_id] = "closed"

    for check_id in plan.everything:
        visit(check_id, ())


def test_there_is_no_circle_of_groups(plan: Plan) -> None:
    """Groups run one after another, in waves: no two may wait for each other."""
    waits: dict[tuple[str, str], set[tuple[str, str]]] = {item.group: set() for item in plan.selected}
    for item in plan.selected:
        waits[item.group] |= {plan.everything[need].group for need in item.needs} - {item.group}
    while waits:
        free = {group for group, others in waits.items() if not others & waits.keys()}
        assert free, f"these wait for each other: {sorted(waits)}"
        waits = {group: others for group, others in waits.items() if group not in free}


def test_a_plain_layer_needs_nothing_of_other_specs() -> None:
    """A fault in one component must not hide another component's."""
    for item in selected("ReLU", "Dropout", "FullyConnected", level=Level.STRICT):
        assert {need.split("/")[0] for need in item.needs} <= {item.layer}


def test_a_network_needs_its_layers_findings(plan: Plan) -> None:
    needs = plan.everything["NeuralNetwork/classifier/network.gradient"].needs
    assert "ReLU/vector/gradient.input" in needs
    assert "CrossEntropyLoss/9-by-4/gradient.prediction" in needs
    assert not [need for need in needs if need.startswith("Dropout/")]


def test_strict_findings_block_no_other_spec(plan: Plan) -> None:
    blocking = {need for item in plan.selected for need in item.needs if need.split("/")[0] != item.layer}
    assert {plan.everything[need].level for need in blocking} <= {Level.CORE, Level.FULL}


# One law for components with and without parameters, phases, masks: each need concerns some of its cases only.
PARTIAL = {"state.layer", "state.initializer", "network.samples"}


@pytest.mark.parametrize("check_id", sorted(PARTIAL))
def test_partial_needs_concern_some_of_the_cases(check_id: str) -> None:
    entry = find_check(check_id)
    cases = [case for spec in all_specs().values() for case in spec.cases() if entry.applies(case)]
    for need in entry.needs:
        shared = [case for case in cases if find_check(need).applies(case)]
        assert shared, f"{check_id} needs {need}, which none of its cases has"
        assert all(find_check(need).level(case) <= entry.level(case) for case in shared)


@every_check
def test_needs_name_checks_of_the_same_cases(entry: Check) -> None:
    for need in entry.needs if entry.id not in PARTIAL else ():
        required = find_check(need)
        for spec in all_specs().values():
            for case in spec.cases():
                if entry.applies(case) and case.phase is Phase.TRAIN:  # some are not asked in the test phase
                    assert required.applies(case), f"{entry.id} needs {need}, which {case.name} does not have"
                    assert required.level(case) <= entry.level(case)


# What the checks declare.


@every_check
def test_law_is_one_sentence(entry: Check) -> None:
    assert re.fullmatch(r"[A-Za-z][^\n]*\.", entry.law), entry.law
    assert ". " not in entry.law.replace("e.g. ", "")
    assert len(entry.law) <= 130


@every_check
def test_family_is_known(entry: Check) -> None:
    assert entry.family in FAMILIES
    assert re.fullmatch(r"[a-z]+\.[a-z-]+", entry.id)
    assert entry.kinds


def test_laws_differ_within_a_kind() -> None:
    for kind in Kind:
        laws = [entry.law for entry in all_checks().values() if kind in entry.kinds]
        assert len(laws) == len(set(laws))


def test_two_checks_cannot_share_an_id() -> None:
    with pytest.raises(ValueError, match=r"two checks are called value\.forward"):
        check("value.forward", Kind.LAYER)(lambda context: iter(()))


def test_unknown_check_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match=r"there is no check 'value\.nothing'; `backproof list` shows them"):
        find_check("value.nothing")


# Fingerprint.


def test_fingerprint_follows_what_is_selected() -> None:
    one, same, other = (make_plan(["ReLU", "Sgd"], Settings(names=(name,))) for name in ("ReLU", "relu", "Sgd"))
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert re.fullmatch("[0-9a-f]{16}", one.fingerprint)
