"""Known evidence becomes tables, sentences and charts; unknown or malformed evidence is still shown by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backproof.reports.charts import MOST_BARS, MOST_CELLS, bars, heatmap
from backproof.reports.evidence import (
    MOST_ENTRIES,
    Block,
    Listing,
    Map,
    Pairs,
    Profile,
    Sentence,
    Worst,
    evidence_blocks,
    value_text,
)

from .sample import TRACEBACK, scaled_dropout


def blocks_of(evidence: dict[str, Any], output: str = "") -> tuple[Block, ...]:
    return evidence_blocks(replace(scaled_dropout(), evidence=evidence, output=output))


def test_worst_entries_are_a_table() -> None:
    (block,) = blocks_of({"worst": [{"index": [0, 3], "found": 1.25, "expected": 5}, {"index": [], "found": None}]})
    assert block == Worst((("[0, 3]", "5", "1.25", "-3.75"), ("[]", "not finite", "not finite", "–")), 0)


def test_many_worst_entries_are_cut_and_counted() -> None:
    (block,) = blocks_of({"worst": [{"index": [n], "found": 1.0, "expected": 2.0} for n in range(MOST_ENTRIES + 5)]})
    assert isinstance(block, Worst)
    assert (len(block.rows), block.left_out) == (MOST_ENTRIES, 5)


def test_ratio_pattern_and_convention_are_sentences() -> None:
    evidence = {"ratio": {"value": 0.25, "reads": "keep"}, "pattern": "transposed", "convention": "keep"}
    assert blocks_of(evidence) == (
        Sentence("Common ratio", "found / expected = 0.25: keep"),
        Sentence("Pattern", "transposed"),
        Sentence("Convention", "keep"),
    )
    assert blocks_of({"ratio": {"value": -1}}) == (Sentence("Common ratio", "found / expected = -1"),)


def test_traceback_and_output_are_printed_as_they_are() -> None:
    traceback, output = blocks_of({"traceback": TRACEBACK}, output="one\ntwo\n")
    assert traceback == Listing("Full traceback", TRACEBACK.rstrip())
    assert output == Listing("What the subject printed", "one\ntwo")


def test_of_a_long_traceback_the_end_is_kept() -> None:
    (block,) = blocks_of({"traceback": "x\n" * 5000 + "ValueError: the end"})
    assert isinstance(block, Listing)
    assert block.text.endswith("ValueError: the end")
    assert len(block.text) < 5000


def test_profiles_are_one_chart_per_axis() -> None:
    (single,) = blocks_of({"profile": [1, 2]})
    assert isinstance(single, Profile)
    assert single.title == "Profile"
    several = blocks_of({"profile": {"rows": [1, 2], "columns": [3.0]}})
    assert [block.title for block in several if isinstance(block, Profile)] == [
        "Profile over rows",
        "Profile over columns",
    ]


def test_sentences_come_before_tables_and_charts() -> None:
    kinds = [block.kind for block in blocks_of({"odd": 1, "heatmap": [[1]], "worst": [{}], "pattern": "x"}, "printed")]
    assert kinds == ["sentence", "worst", "heatmap", "pairs", "listing"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("worst", "none"),
        ("worst", []),
        ("worst", [1, 2]),
        ("ratio", 0.25),
        ("ratio", {"reads": "keep"}),
        ("pattern", 3),
        ("traceback", ["line"]),
        ("traceback", "  "),
        ("heatmap", [[1], [1, 2]]),
        ("heatmap", [["a"]]),
        ("heatmap", 3),
        ("heatmap", []),
        ("profile", [True]),
        ("profile", []),
        ("profile", [None, None]),
        ("profile", {"rows": [1], "columns": "x"}),
        ("something_new", {"a": [1, None], "b": True}),
    ],
)
def test_unknown_or_malformed_evidence_is_listed_by_name(key: str, value: Any) -> None:
    (block,) = blocks_of({key: value})
    assert isinstance(block, Pairs)
    assert block.items[0][0] == key.replace("_", " ")


def test_finding_without_evidence_has_no_blocks() -> None:
    assert blocks_of({}) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not finite"),
        (True, "yes"),
        (3, "3"),
        (0.1 + 0.2, "0.3"),
        (float("inf"), "inf"),
        ("text", "text"),
        ({"a": 1, "b": None}, "a: 1, b: not finite"),
        ([1, [2, "é"]], '[1, [2, "é"]]'),
    ],
)
def test_values_in_short(value: Any, text: str) -> None:
    assert value_text(value) == text


# Charts.


def test_heatmap_shades_by_sign_and_magnitude() -> None:
    chart = heatmap([[1.0, -1.0, 0.0], [0.2, None, -0.3]])
    assert chart is not None
    assert (chart.rows, chart.columns, chart.lowest, chart.highest, chart.missing) == (2, 3, -1.0, 1.0, 1)
    assert {shade.name: shade.path for shade in chart.shades} == {
        "p4": "M0 0h1v1h-1z",
        "m4": "M1 0h1v1h-1z",
        "z": "M2 0h1v1h-1z",
        "p1": "M0 1h1v1h-1z",
        "nan": "M1 1h1v1h-1z",
        "m2": "M2 1h1v1h-1z",
    }


@pytest.mark.parametrize(("value", "name"), [(0.0, "z"), (None, "nan")])
def test_heatmap_of_one_value(value: float | None, name: str) -> None:
    chart = heatmap([[value]])
    assert chart is not None
    assert [shade.name for shade in chart.shades] == [name]


def test_large_heatmap_keeps_a_single_wrong_entry() -> None:
    matrix: list[list[float | None]] = [[0.0] * 500 for _ in range(300)]
    matrix[123][456] = -5.0
    chart = heatmap(matrix)
    assert chart is not None
    assert max(chart.rows, chart.columns) <= MOST_CELLS
    assert [shade.name for shade in chart.shades] == ["m4", "z"]


def test_bars_are_per_cent_of_the_largest_magnitude() -> None:
    chart = bars([1.0, -4.0, 0.0, None])
    assert chart is not None
    assert (chart.heights, chart.largest, chart.at, chart.length, chart.missing) == (
        (25.0, 100.0, 0.0, None),
        4.0,
        1,
        4,
        1,
    )


def test_many_bars_are_merged_by_their_largest_magnitude() -> None:
    values: list[float | None] = [0.0] * 1000
    values[777] = 3.0
    chart = bars(values)
    assert chart is not None
    assert len(chart.heights) <= MOST_BARS
    assert (max(height or 0 for height in chart.heights), chart.at, chart.length) == (100.0, 777, 1000)


def test_bars_of_zeros() -> None:
    chart = bars([0.0, 0.0])
    assert chart is not None
    assert chart.heights == (0.0, 0.0)


def test_numbers_that_are_not_finite_are_told_from_zero() -> None:
    (block,) = blocks_of({"profile": [1.0, float("nan"), float("inf")]})
    assert isinstance(block, Profile)
    assert block.chart.heights == (100.0, None, None)
    (block,) = blocks_of({"heatmap": [[1.0, float("nan")]]})
    assert isinstance(block, Map)
    assert block.chart.missing == 1
