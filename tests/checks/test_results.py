"""Results: the JSON lines say everything, and a damaged file is an error, never a result."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backproof.checks.gradient_check.finding import GradientFinding
from backproof.checks.measurement import Measurement, failed
from backproof.checks.results import (
    FAILING,
    SCHEMA_VERSION,
    ArrayRecord,
    Comparison,
    Diagnosis,
    Finding,
    Footer,
    Header,
    Result,
    ResultsError,
    Smallest,
    Verdict,
    count_verdicts,
    from_line,
    read_results,
    to_line,
)

TEXT = st.text(max_size=12)
NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False)
LEAF = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
EVIDENCE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)

IDS = st.lists(st.text(st.characters(exclude_characters="/"), min_size=1, max_size=8), min_size=3, max_size=4).map(
    "/".join
)

arrays = st.builds(
    ArrayRecord,
    name=TEXT,
    shape=st.lists(st.integers(0, 99), max_size=4).map(tuple),
    dtype=TEXT,
    values=st.none() | st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=2), max_size=2),
)
smallest = st.builds(
    Smallest,
    id=IDS,
    **dict.fromkeys(("where", "message", "snippet", "no_snippet"), TEXT),
    arrays=st.lists(arrays, max_size=2).map(tuple),
    trials=st.integers(0, 99),
)
diagnoses = st.builds(Diagnosis, mistake=TEXT, text=TEXT, exact=st.booleans())
findings = st.builds(
    Finding,
    id=IDS,
    **dict.fromkeys(("layer", "case", "family", "check", "law", "quantity", "level", "message"), TEXT),
    **dict.fromkeys(("expected", "found", "where", "hint", "blocked_by", "output", "original", "reason"), TEXT),
    verdict=st.sampled_from(Verdict),
    measured=NUMBER,
    tolerance=NUMBER,
    evaluations=st.integers(0, 10**9),
    seconds=st.floats(0, 1e6),
    diagnosis=st.lists(diagnoses, max_size=2).map(tuple),
    evidence=st.dictionaries(TEXT, EVIDENCE, max_size=3),
    smallest=st.none() | smallest,
)
headers = st.builds(
    Header,
    subject=TEXT,
    seed=st.integers(0, 2**63),
    planned=st.integers(0, 100),
    versions=st.dictionaries(TEXT, TEXT, max_size=3),
    conventions=st.dictionaries(TEXT, TEXT, max_size=3),
    protected=st.booleans(),
    filters=TEXTS,
    offered=TEXTS,
    missing=TEXTS,
    notes=TEXTS,
)
footers = st.builds(
    Footer,
    verdict=st.sampled_from(["conformant", "nonconformant", "ungradable"]),
    counts=st.dictionaries(st.sampled_from([verdict.value for verdict in Verdict]), st.integers(0, 99)),
    seconds=st.floats(0, 1e6),
    missing=TEXTS,
    complete=st.booleans(),
    reasons=TEXTS,
)


def finding(**fields: Any) -> Finding:
    given_fields = {
        "id": "ReLU/vector/value.forward", "layer": "ReLU", "case": "vector", "family": "value",
        "check": "value.forward", "law": "It holds.", "verdict": Verdict.PASSED, **fields,
    }  # fmt: skip
    return Finding(**given_fields)


def lines(count: int = 2, **header: Any) -> list[str]:
    """A whole results file with `count` findings."""
    records: list[Header | Finding | Footer] = [
        Header(**{"subject": "src", "seed": 0, "planned": count, **header}),
        *(finding(id=f"ReLU/{index}/value.forward") for index in range(count)),
        Footer(verdict="conformant", counts={"passed": count}, seconds=0.5),
    ]
    return [to_line(record) for record in records]


# Round trip.


@settings(max_examples=60, deadline=None, derandomize=True)
@given(record=findings | headers | footers)
def test_every_record_survives_the_round_trip(record: Header | Finding | Footer) -> None:
    line = to_line(record)
    assert "\n" not in line
    assert from_line(line) == record


@settings(max_examples=30, deadline=None, derandomize=True)
@given(header=headers, found=st.lists(findings, max_size=3), footer=footers)
def test_a_whole_run_survives_the_round_trip(header: Header, found: list[Finding], footer: Footer) -> None:
    header = dataclasses.replace(header, planned=len(found))
    records: list[Header | Finding | Footer] = [header, *found, footer]
    written = "\n".join(map(to_line, records))
    assert read_results(written.split("\n")) == Result(header, tuple(found), footer)


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\r", "\x0c", "\n"])
def test_a_subjects_line_separators_stay_inside_of_their_record(separator: str) -> None:
    record = finding(message=f"one{separator}two")
    assert from_line(to_line(record)) == record
    assert to_line(record).count("\n") == 0


def test_fields_are_written_in_the_order_of_the_first_version() -> None:
    assert list(json.loads(lines()[0])) == [
        *("type", "subject", "seed", "planned", "course", "subject_hash", "spec_hash", "versions", "sandbox"),
        *("protected", "conventions", "effort", "level", "dtype", "compat", "filters", "offered", "missing"),
        *("notes", "started", "today", "waivers", "schema"),
    ]
    assert list(json.loads(lines()[1])) == [
        *("type", "id", "layer", "case", "family", "check", "law", "verdict", "quantity", "level", "message"),
        *("expected", "found", "where", "hint", "measured", "tolerance", "evaluations", "seconds", "diagnosis"),
        *("blocked_by", "evidence", "output", "smallest", "original", "reason"),
    ]
    assert list(json.loads(lines()[-1])) == [
        *("type", "verdict", "counts", "seconds", "missing", "complete", "reasons", "deviations"),
    ]


# One comparison in all records.


@pytest.mark.parametrize("record", [Measurement, Finding, GradientFinding])
def test_a_comparison_stands_in_every_record_of_an_outcome(record: type[Comparison]) -> None:
    compared = [entry.name for entry in dataclasses.fields(Comparison)]
    assert [entry.name for entry in dataclasses.fields(record)][: len(compared)] == compared
    assert set(vars(record)["__annotations__"]).isdisjoint(compared), "no field is declared twice"


def test_a_comparison_is_taken_over_as_a_whole() -> None:
    measurement = failed("wrong", expected="1", found="2", hint="add", measured=1.0, tolerance=0.5, evidence={"a": 1})
    taken = finding(**measurement.compared())
    assert taken.compared() == measurement.compared()
    assert (taken.message, taken.tolerance, taken.evidence) == ("wrong", 0.5, {"a": 1})


# Values that JSON does not have.


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_become_null_in_fields_and_text_in_evidence(value: float) -> None:
    record = finding(measured=value, tolerance=value, evidence={"worst": [{"found": value}], "ratio": (1.0, value)})
    data = json.loads(to_line(record), parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert data["measured"] is data["tolerance"] is None
    assert data["evidence"] == {"worst": [{"found": str(value)}], "ratio": [1.0, str(value)]}


def test_keys_of_evidence_become_text() -> None:
    assert json.loads(to_line(finding(evidence={"by axis": {0: 1.0}})))["evidence"] == {"by axis": {"0": 1.0}}


def test_lone_surrogates_become_escapes() -> None:
    line = to_line(finding(message="a \ud800 b", evidence={"\udfff": "\ud800"}))
    assert line.encode("utf-8")
    back = from_line(line)
    assert isinstance(back, Finding)
    assert len(back.message) > len("a  b")


def test_other_scripts_are_written_as_they_are() -> None:
    assert "α wᵢ 学" in to_line(finding(message="α wᵢ 学"))


# Damage.


def test_a_sound_file_is_read() -> None:
    result = read_results(lines())
    assert result.passed
    assert bool(result)
    assert len(result.findings) == 2


def test_empty_lines_do_not_matter() -> None:
    assert len(read_results(["", *lines(), "  \n", ""]).findings) == 2


@pytest.mark.parametrize("content", [[], [""], lines()[1:], [lines()[1], *lines()], lines()[::-1]])
def test_a_file_starts_with_a_header(content: list[str]) -> None:
    with pytest.raises(ResultsError, match="the first line should be a header; run `backproof check` again"):
        read_results(content)


@pytest.mark.parametrize("content", [lines()[:-1], lines()[:1]])
def test_a_missing_footer_is_an_error(content: list[str]) -> None:
    with pytest.raises(ResultsError, match="the footer is missing: the run did not end"):
        read_results(content)


@pytest.mark.parametrize(
    "content",
    [
        [*lines(2)[:2], lines(2)[-1]],  # one finding lost
        lines(2, planned=1),
        lines(0, planned=3),
        [*lines(2)[:3], lines(2)[-1], lines(2)[-1]],  # two footers
        [lines(3)[0], lines(3)[0], *lines(3)[2:]],  # a header in place of a finding
    ],
)
def test_another_count_than_planned_is_an_error(content: list[str]) -> None:
    with pytest.raises(ResultsError, match=r"\d findings, but should be \d as planned; run again"):
        read_results(content)


@pytest.mark.parametrize("schema", [SCHEMA_VERSION + 1, 0, "1", None])
def test_another_schema_is_an_error(schema: object) -> None:
    with pytest.raises(ResultsError, match=f"schema={schema}, but should be {SCHEMA_VERSION}"):
        read_results(lines(schema=schema))


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        "3",
        '"text"',
        "{}",
        '{"type":"verdict"}',
        '{"type":null}',
        '{"type":["finding"]}',
        '{"type":"footer"}',
        '{"type":"footer","verdict":"conformant","counts":{},"seconds":1,"more":2}',
        to_line(finding()).replace('"passed"', '"perfect"'),
        to_line(finding()).replace('"diagnosis":[]', '"diagnosis":[1]'),
        to_line(finding()).replace('"diagnosis":[]', '"diagnosis":[{"no":1}]'),
        to_line(finding())[:-5],
        "\x00",
        "[" * 5000,
        to_line(finding()).replace('"measured":null', '"measured":NaN'),
        to_line(finding()).replace('"measured":null', '"measured":1e999'),
        to_line(finding()).replace('"measured":null', f'"measured":1{"0" * 400}'),
        to_line(finding()).replace('"measured":null', '"measured":true'),
        to_line(finding()).replace('"evaluations":0', '"evaluations":-1'),
        to_line(finding()).replace('"reason":""', '"reason":"","reasons":[]'),
        to_line(finding()).replace("ReLU/", ""),
    ],
    ids=range(24),
)
def test_a_damaged_line_is_an_error_that_shows_it(line: str) -> None:
    with pytest.raises(ResultsError, match="not a Backproof record"):
        from_line(line)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (('"verdict":"passed"', '"verdict":"perfect"'), "finding.verdict must be one of"),
        (('"smallest":null', '"smallest":{"id":1}'), "finding.smallest must contain"),
        (('"diagnosis":[]', '"diagnosis":[{"mistake":1,"text":"","exact":true}]'), "finding.diagnosis[0].mistake must"),
        (('"hint":""', '"hint":null'), "finding.hint must be string"),
        (('"hint":"",', ""), "finding must contain ['hint'] properties"),
        (('"hint":"",', '"hint":"" '), "Expecting ',' delimiter"),
    ],
)
def test_the_place_of_a_damage_is_named(damage: tuple[str, str], reason: str) -> None:
    content = lines()
    assert damage[0] in content[2]
    content[2] = content[2].replace(*damage)
    with pytest.raises(ResultsError, match=rf"^line 3: not a Backproof record: {re.escape(reason)}"):
        read_results(content)


def test_a_reason_holds_nothing_that_a_terminal_obeys() -> None:
    line = to_line(finding()).replace('"reason":""', '"reason":"","\\u001b[2J\\n::error::":1')
    with pytest.raises(ResultsError) as raised:
        from_line(line)
    assert str(raised.value).isprintable()
    assert "must not contain" in str(raised.value)


def test_writing_loads_no_validator() -> None:
    code = (
        "import sys; from backproof.checks.results import Footer, to_line\n"
        "to_line(Footer(verdict='conformant', counts={}, seconds=0.0)); print('fastjsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


# Small things.


def test_failing_verdicts_are_those_of_the_subject() -> None:
    assert {verdict for verdict in Verdict if finding(verdict=verdict).failing} == FAILING
    assert Verdict.HARNESS_ERROR not in FAILING
    assert Verdict.UNDECIDED not in FAILING


def test_counts_are_in_the_order_of_the_verdicts_without_zeros() -> None:
    found = [finding(verdict=verdict) for verdict in (Verdict.DIED, Verdict.PASSED, Verdict.FAILED, Verdict.PASSED)]
    assert list(count_verdicts(found).items()) == [("passed", 2), ("failed", 1), ("died", 1)]
    assert count_verdicts([]) == {}


@pytest.mark.parametrize(("verdict", "passed"), [("conformant", True), ("nonconformant", False), ("ungradable", False)])
def test_only_a_conformant_result_is_true(verdict: str, passed: bool) -> None:
    result = Result(Header(subject="", seed=0, planned=0), (), Footer(verdict=verdict, counts={}, seconds=0.0))
    assert result.passed is bool(result) is passed
