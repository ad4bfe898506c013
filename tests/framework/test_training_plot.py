"""The loss plot is a well-formed picture that shows the numbers it was given."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise
from math import inf, nan

import pytest

from backproof.framework.training import Epoch, loss_plot
from backproof.framework.training.loss_plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH

SVG = "{http://www.w3.org/2000/svg}"


def history(*losses: tuple[float, float]) -> list[Epoch]:
    return [
        Epoch(epoch=index, train_loss=train, train_error=0.1, validation_loss=validation, validation_error=0.2)
        for index, (train, validation) in enumerate(losses, start=1)
    ]


def drawn(*losses: tuple[float, float], title: str = "a title") -> ET.Element:
    return ET.fromstring(loss_plot(history(*losses), title))


def points(picture: ET.Element, name: str) -> list[tuple[float, float]]:
    (curve,) = [line for line in picture.iter(f"{SVG}polyline") if line.get("class") == name]
    pairs = [pair.split(",") for pair in (curve.get("points") or "").split()]
    return [(float(x), float(y)) for x, y in pairs]


def texts(picture: ET.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


def value_at(picture: ET.Element, y: float, name: str = "linear") -> float:
    """Read a loss off the picture, as a person does: between its lowest and its highest labelled line."""
    labels = [text for text in picture.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    first, last = labels[0], labels[-1]
    low, high = float(first.text or ""), float(last.text or "")
    bottom, top = float(first.get("y") or "") - 4, float(last.get("y") or "") - 4
    share = (y - bottom) / (top - bottom)
    return low * (high / low) ** share if name == "logarithmic" else low + (high - low) * share


@pytest.mark.parametrize(
    ("scale", "losses"),
    [("linear", [(2.3, 2.0), (1.5, 1.9), (0.4, 1.0)]), ("logarithmic", [(2.3, 2.2), (0.1, 0.3), (0.003, 0.2)])],
)
def test_losses_can_be_read_off(scale: str, losses: list[tuple[float, float]]) -> None:
    picture = drawn(*losses)
    for index, name in enumerate(("train", "validation")):
        found = points(picture, name)
        assert [pytest.approx(loss[index], rel=0.02) for loss in losses] == [
            value_at(picture, y, scale) for _, y in found
        ]
        assert len({round(right[0] - left[0]) for left, right in pairwise(found)}) == 1
    assert ("loss per item (logarithmic)" in texts(picture)) == (scale == "logarithmic")


@pytest.mark.parametrize("epochs", [1, 2, 7, 60, 61, 1000])
@pytest.mark.parametrize("scale", [0.0, 1e-9, 1.0, 1e6])
def test_everything_stays_in_its_frame(epochs: int, scale: float) -> None:
    picture = drawn(*((scale * (1 + 1 / n), scale / n) for n in range(1, epochs + 1)))
    for name in ("train", "validation"):
        found = points(picture, name)
        assert len(found) == epochs
        for x, y in found:
            assert LEFT <= x <= WIDTH - RIGHT
            assert TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1
    numbers = [text for text in texts(picture) if text.replace(".", "").isdigit()]
    assert len(numbers) <= 40
    assert len(list(picture.iter(f"{SVG}circle"))) == (2 * epochs if epochs <= 60 else 0)


def test_it_says_what_it_shows() -> None:
    picture = drawn((1, 2), (0.5, 0.25), title="<b> & co")
    assert picture.get("role") == "img"
    assert picture.findtext(f"{SVG}title") == "<b> & co"
    description = picture.findtext(f"{SVG}desc")
    assert description == "Loss per item over 2 epochs. After the last: train 0.5, validation 0.25."
    assert {"<b> & co", "train 0.5", "validation 0.25", "epoch"} <= set(texts(picture))


def test_it_needs_nothing_from_elsewhere() -> None:
    picture = drawn((1, 2))
    assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= {
        *("svg", "title", "desc", "rect", "path", "text", "polyline", "circle")
    }


def test_losses_that_are_not_finite_are_left_out() -> None:
    picture = drawn((1, 2), (0.5, inf), (0.25, nan))
    assert (len(points(picture, "train")), len(points(picture, "validation"))) == (3, 1)
    assert points(drawn((inf, nan)), "train") == []


def test_without_an_epoch_there_is_no_picture() -> None:
    with pytest.raises(ValueError, match="history is empty, but should have at least one epoch; train first"):
        loss_plot([], "nothing")
