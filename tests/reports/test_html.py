"""The page is well formed, self-contained, complete, safe against hostile strings, and small."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from backproof.checks.results import Finding, Verdict
from backproof.reports.html import render_html

from .page import Page
from .sample import (
    finding,
    hostile_result,
    many_failures,
    passing_result,
    result_of,
    rich_result,
    scaled_dropout,
)

RESULTS = {
    "rich": rich_result(),
    "passing": passing_result(4, undecided=2),
    "many": many_failures(90),
    "hostile": hostile_result(),
    "empty": result_of(),
    "bare": result_of(finding("A", "b", "c.d"), subject="", versions={}, conventions={}, sandbox="", started=""),
}
PAGES = {name: Page(render_html(result)) for name, result in RESULTS.items()}
RICH = PAGES["rich"]

every_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


@every_page
def test_elements_are_closed_in_order(page: Page) -> None:
    assert page.source.startswith("<!doctype html>")
    assert page.faults == []


@every_page
def test_ids_are_unique_and_plain(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name) for name in page.ids)


@every_page
def test_internal_links_resolve(page: Page) -> None:
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []


@every_page
def test_references_between_elements_resolve(page: Page) -> None:
    names = [value for _, attributes in page.tags for name, value in attributes.items() if name == "aria-labelledby"]
    assert [name for name in names if name not in page.ids] == []


@every_page
def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    assert {link for link in page.links if not link.startswith("#")} == {"data:,"}
    loading = {"src", "srcset", "action", "formaction", "poster", "background", "style", "xlink:href"}
    for tag, attributes in page.tags:
        assert not loading & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag not in {"iframe", "object", "embed", "img", "base", "form"}
    assert not re.search(r"url\(|@import|https?://", page.source)


@every_page
def test_policy_admits_the_pages_own_style_and_script_alone(page: Page) -> None:
    (policy,) = [tag["content"] for _, tag in page.tags if tag.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    for element in ("style", "script"):
        ((content),) = re.findall(rf"<{element}>(.*?)</{element}>", page.source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{element}-src"] == f"'sha256-{digest}'"


@every_page
def test_page_is_accessible_at_its_seams(page: Page) -> None:
    assert dict(page.tags)["html"]["lang"] == "en"
    assert [page.count(tag) for tag in ("h1", "main", "title", "nav")] == [1, 1, 1, 1]
    for tag, attributes in page.tags:
        if tag == "th":
            assert attributes["scope"] in {"row", "col", "rowgroup"}
        if attributes.get("role") in {"img", "region"}:
            assert attributes.get("aria-label") or attributes.get("aria-labelledby")
        if "scroll" in attributes.get("class", "").split():
            assert attributes.get("tabindex") == "0"


@every_page
def test_no_value_is_missing_or_unrendered(page: Page) -> None:
    text = page.text().replace("{{ 7 * 6 }}", "").replace("Since axis is None", "")
    assert not re.search(r"\bNone\b|Undefined|\{\{|\{%|<built-in|object at 0x", text)


def test_template_holes_in_strings_are_not_filled() -> None:
    assert "{{ 7 * 6 }}" in PAGES["hostile"].text()
    assert "42 }}" not in PAGES["hostile"].source


# Content.


def test_banner_tells_verdict_subject_and_counts() -> None:
    text = RICH.text()
    for part in (
        "exercise3/src",
        "is nonconformant",
        "5 root causes in 5 of 10 components",
        "in 4.2 s",
        "6 checks failed.",
    ):
        assert part in text
    assert RICH.count("header", "t-bad") == 1
    assert PAGES["passing"].count("header", "t-good") == 1
    assert Page(render_html(result_of(verdict="ungradable"))).count("header", "t-warn") == 1


def test_matrix_has_a_marked_and_linked_cell_for_every_family_that_was_checked() -> None:
    matrix = RICH.source[RICH.source.index('class="matrix"') : RICH.source.index('class="legend"')]
    cells = re.findall(r'<td class="t-(\w+)"><a href="#([\w-]+)"><span[^>]*aria-label="([\w ]+)">(.)</span>', matrix)
    assert len(cells) == len({(found.layer, found.family) for found in RESULTS["rich"].findings})
    assert ("bad", "layer-Dropout-gradient", "failed", "✗") in cells
    assert ("warn", "layer-ReLU-gradient", "undecided", "?") in cells
    assert ("idle", "layer-LSTM-gradient", "unsupported", "–") in cells
    assert {name for _, name, _, _ in cells} <= set(RICH.ids)


def test_every_finding_has_a_row() -> None:
    for name, result in RESULTS.items():
        rows = {attributes["id"] for tag, attributes in PAGES[name].tags if tag == "tr" and "id" in attributes}
        assert rows == {f"f{number}" for number in range(1, len(result.findings) + 1)}


def test_first_section_names_each_cause_in_one_sentence() -> None:
    first = RICH.source[RICH.source.index('class="first"') : RICH.source.index('id="matrix"')]
    sentences = re.findall(r"<span>(.*?)</span></li>", first)
    assert sentences[0] == "The backward pass applies the mask but forgets the factor 1/keep of inverted dropout."
    assert sentences[2].startswith("Layers/Pooling.py:41 in forward")
    assert sentences[3:] == ["no answer after 10 s", "the worker ended with signal 9"]


def test_root_cause_shows_all_that_is_known() -> None:
    article = RICH.source[RICH.source.index('id="cause-1"') : RICH.source.index('id="cause-2"')]
    for part in (
        "backward is the transposed Jacobian of forward",
        "backward(dy)[0, 3]=1.2, but should be 4.8",
        "dx[0, 3] = 4.8",
        "dx[0, 3] = 1.2",
        "3.6, at most 2.1e-12 allowed",
        "Dropout(keep=0.25), x (12, 10), train, float64",
        "forgets the factor 1/keep",
        "dropout.backward-unscaled",
        "dx = dy * mask / keep.",
        "found / expected = 0.25: keep",
        "all 31 entries of the mask",
        "[11, 9]",
        "not finite",
        "mask shape (12, 10)",
        "2 findings",
        "backproof check exercise3/src Dropout/keep-0.25/gradient.input --seed 7",
    ):
        assert part in article


def test_traceback_is_one_line_first_and_complete_on_demand() -> None:
    article = RICH.source[RICH.source.index('id="cause-3"') : RICH.source.index('id="cause-4"')]
    assert "<dd>Layers/Pooling.py:41 in forward: ValueError" in article
    assert "sliding_window_view(input_tensor" in article


def test_charts_are_described() -> None:
    labels = [attributes.get("aria-label", "") for tag, attributes in RICH.tags if tag == "svg"]
    assert "6 × 12 values between -1 and 1" in labels
    assert "8 values, the largest is 0.71 at 3" in labels


def anchor_of(finding_id: str) -> str:
    return f"f{[found.id for found in RESULTS['rich'].findings].index(finding_id) + 1}"


def test_findings_of_one_cause_point_to_it_and_keep_their_evidence() -> None:
    start = RICH.source.index(f'id="{anchor_of("Dropout/keep-0.8-image/gradient.input")}-more"')
    block = RICH.source[start : RICH.source.index("</details>", start)]
    assert '<a href="#cause-1">root cause 1</a>' in block
    assert "all 31 entries of the mask" in block


def test_blocked_finding_names_its_blocker() -> None:
    row = re.search(rf'<tr id="{anchor_of("Dropout/keep-0.25/phase.mask")}".*?</tr>', RICH.source)
    assert row
    blocker = anchor_of("Dropout/keep-0.25/gradient.input")
    assert f'blocked by <a href="#{blocker}">Dropout/keep-0.25/gradient.input</a>' in row[0]


def test_other_verdicts_tell_their_reason_in_the_row() -> None:
    text = RICH.text()
    for part in (
        "unsupported: the submission has no LSTM",
        "waived: the course hands it out",
        "harness error: KeyError",
    ):
        assert part in text
    assert "Backproof itself failed in 1 check" in text
    assert "1 finding undecided" in text


def test_broken_layers_are_open_and_the_others_closed() -> None:
    layers = {a["id"]: "open" in a for tag, a in RICH.tags if tag == "details" and a.get("class") == "layer"}
    assert layers["layer-Dropout"]
    assert not layers["layer-FullyConnected"]


def test_environment_conventions_missing_and_command() -> None:
    text = RICH.text()
    for part in (
        *("dropout argument", "keep", "Adam epsilon", "RNN", "Flatten", "Required by fau-exercises"),
        *("Landlock, seccomp, limits on memory and time", "3f1c9a0be2d4", "77ab01c2d3e4", "2000-01-01T12:00:00Z"),
        *("Python", "3.12.4", "NumPy", "2.1.0", "standard", "full", "29 findings"),
        "backproof check exercise3/src '*' --seed 7 --course fau-exercises",
        "Helpers.py was not found; the course's own was supplied.",
    ):
        assert part in text


def test_unprotected_run_is_marked_at_the_top() -> None:
    header = replace(RESULTS["passing"].header, protected=False)
    page = Page(render_html(replace(RESULTS["passing"], header=header)))
    assert "Not protected." in page.source[: page.source.index("<main")]
    assert "--direct" in page.text("pre")


def test_names_that_look_alike_get_anchors_of_their_own() -> None:
    page = Page(
        render_html(result_of(finding("A b", "c", "x.y"), finding("A-b", "c", "x.y"), finding("A", "c", "b.y")))
    )
    assert len(page.ids) == len(set(page.ids))
    assert {"layer-A-b", "layer-A-b-2", "layer-A-b-3"} <= set(page.ids)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_alone_makes_a_page(verdict: Verdict) -> None:
    bare = Finding(id="A/b/c.d", layer="A", case="b", family="c", check="c.d", law="", verdict=verdict)
    page = Page(render_html(result_of(bare, replace(scaled_dropout(), verdict=verdict))))
    assert page.faults == []
    assert verdict.value.replace("_", " ") in page.text()


def test_passed_findings_with_evidence_show_it() -> None:
    shown = finding("A", "b", "c.d", evidence={"replay": "case 17"})
    assert "case 17" in Page(render_html(result_of(shown))).text()
