"""What the benchmark programs compute and draw, without their long runs."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

import gradient_cost
import gradient_detection
import pytest
from bugs import BUGS
from checkers.backproof_checker import OURS
from drawing import Curve, log_log, matrix


def test_evaluations_do_not_grow_with_the_number_of_parameters() -> None:
    counts = {gradient_cost.once(OURS, gradient_cost.Counted(rows), 0).evaluations for rows in (10, 100, 1000)}
    assert max(counts) <= 60
    assert max(counts) - min(counts) <= 10  # a scalar factor of the function's curvature needs a level more or less


def test_layers_with_several_blocks_stay_within_their_evaluations(capsys: pytest.CaptureFixture[str]) -> None:
    gradient_cost.print_evaluations()
    rows = [line.rsplit(maxsplit=3) for line in capsys.readouterr().out.splitlines()[2:]]
    found = {name.strip(): (int(forward), verdict) for name, forward, _, verdict in rows}
    assert found["tanh(X W): W"][0] <= 60
    assert found["LSTM: three blocks of weights"][0] <= 100
    assert {verdict for _, verdict in found.values()} == {"passed"}


def test_an_extrapolated_cost_says_so() -> None:
    cost = gradient_cost.Cost(evaluations=200, seconds=0.1).grown(10, 2.0)
    assert cost == gradient_cost.Cost(evaluations=2000, seconds=2.0, guessed=True)


def test_bugs_are_grouped_by_what_they_break() -> None:
    changes = dict.fromkeys(BUGS, 1.0) | {"sign reversed": 1e-9}
    groups = gradient_detection.groups(changes)
    assert sum(map(len, groups.values())) == len(BUGS)
    assert groups["the gradient, by less than 1e-6 of its norm"] == ["sign reversed"]
    assert "gradients accumulate over calls" in groups["the contract"]


def test_undecided_is_not_caught() -> None:
    assert gradient_detection.share(Counter(accused=1, undecided=1)) == 0.5
    assert gradient_detection.share(Counter()) is None


def test_the_pictures_are_well_formed_and_show_every_point() -> None:
    curves = {"a < b": Curve(points=[(1, 2), (10, 20), (100, 200)], guessed=1), "c": Curve(points=[(1, 0.5)])}
    picture = ET.fromstring(log_log(curves, title="t & u", across="x", up="y"))
    circles = picture.findall("{*}circle")
    assert len(circles) == 4
    assert [circle.get("fill") for circle in circles].count("#ffffff") == 1
    cells = ET.fromstring(matrix({"r": [1.0, 0.0, None]}, ["a", "b", "c"], title="m", groups={"g": 1}))
    said = [title.text for title in cells.findall(".//{*}rect/{*}title")]
    assert said == ["r, a: 100%", "r, b: 0%", "r, c: not run"]


def test_a_curve_without_a_logarithm_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        log_log({"a": Curve(points=[(1, 0)])}, title="t", across="x", up="y")
