"""Loss curves as a self-contained SVG picture."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from .trainer import Epoch

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 72, 52

_CURVES = (("train", "train_loss", "#1764ab", ""), ("validation", "validation_loss", "#c1440e", "7 4"))
_MOST_MARKERS = 60
_LOGARITHMIC_FROM = 20  # largest by smallest loss


class _Axis(NamedTuple):
    place: Callable[[float], float]  # from a value to a coordinate
    ticks: list[float]
    name: str


def loss_plot(history: Sequence[Epoch], title: str) -> str:
    """Draw train and validation loss over the epochs.

    The loss axis is logarithmic if the largest loss is more than 20 times the smallest. Losses that are not finite
    are left out.

    Args:
        history: At least one epoch.
        title: The heading.

    Returns:
        An SVG document.

    Raises:
        ValueError: If there is no epoch.
    """
    if not history:
        raise ValueError("loss_plot: history is empty, but should have at least one epoch; train first")
    epochs = _epoch_axis(history)
    losses = _loss_axis([getattr(epoch, name) for epoch in history for _, name, _, _ in _CURVES])
    parts = [
        *_frame(history, title),
        *_grid(epochs, losses),
        *(part for index in range(len(_CURVES)) for part in _curve(history, index, epochs, losses)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(history: Sequence[Epoch], title: str) -> Iterator[str]:
    last = history[-1]
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'role="img" aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="13">'
    )
    yield f'<title id="title">{escape(title)}</title>'
    yield (
        f'<desc id="description">Loss per item over {len(history)} epochs. After the last: '
        f"train {last.train_loss:.4g}, validation {last.validation_loss:.4g}.</desc>"
    )
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    yield f'<text x="{LEFT}" y="28" font-size="16" font-weight="600" fill="#1b1f24">{escape(title)}</text>'
    for index, (name, attribute, colour, dashes) in enumerate(_CURVES):
        x = LEFT + 190 * index
        yield f'<path d="M{x} 50h28" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
        yield f'<text x="{x + 36}" y="54" fill="#1b1f24">{name} {getattr(last, attribute):.4g}</text>'


def _grid(epochs: _Axis, losses: _Axis) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for loss in losses.ticks:
        y = losses.place(loss)
        yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#d8dee4"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#57606a">{loss:g}</text>'
    for epoch in epochs.ticks:
        x = epochs.place(epoch)
        yield f'<path d="M{x:.1f} {bottom}v5" stroke="#57606a"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle" fill="#57606a">{epoch:g}</text>'
    yield f'<path d="M{LEFT} {bottom}H{right}" stroke="#57606a"/>'
    middle_x, middle_y = (LEFT + right) / 2, (TOP + bottom) / 2
    yield f'<text x="{middle_x}" y="{HEIGHT - 10}" text-anchor="middle" fill="#57606a">{epochs.name}</text>'
    yield (
        f'<text transform="translate(16 {middle_y}) rotate(-90)" text-anchor="middle" fill="#57606a">'
        f"{losses.name}</text>"
    )


def _curve(history: Sequence[Epoch], index: int, epochs: _Axis, losses: _Axis) -> Iterator[str]:
    name, attribute, colour, dashes = _CURVES[index]
    points = [
        (epochs.place(epoch.epoch), losses.place(loss))
        for epoch in history
        if math.isfinite(loss := getattr(epoch, attribute))
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield (
        f'<polyline class="{name}" points="{line}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-linejoin="round" stroke-dasharray="{dashes}"/>'
    )
    if len(points) <= _MOST_MARKERS:
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>'


def _epoch_axis(history: Sequence[Epoch]) -> _Axis:
    first, last = history[0].epoch, history[-1].epoch
    ticks = [tick for tick in _even_ticks(first, last, 10) if tick == int(tick)]
    return _Axis(_line((first, LEFT + 8), (max(last, first + 1), WIDTH - RIGHT - 8)), ticks or [first], "epoch")


def _loss_axis(values: Iterable[float]) -> _Axis:
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    bottom, top = HEIGHT - BOTTOM, TOP
    if low > 0 and high > _LOGARITHMIC_FROM * low:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        factors = (1, 2, 5) if len(decades) < 5 else (1,)
        places = [factor * 10.0**decade for decade in decades for factor in factors]
        least = max((place for place in places if place <= low), default=low)
        most = min((place for place in places if place >= high), default=high)
        line = _line((math.log10(least), bottom), (math.log10(most), top))
        ticks = [place for place in places if least <= place <= most]
        return _Axis(lambda value: line(math.log10(value)), ticks, "loss per item (logarithmic)")
    ticks = _even_ticks(0.0, high, 6)
    return _Axis(_line((0.0, bottom), (max(high, ticks[-1]) or 1.0, top)), ticks, "loss per item")


def _even_ticks(low: float, high: float, most: int) -> list[float]:
    """At most about `most` multiples of 1, 2 or 5 times a power of ten, within the bounds."""
    if high <= low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def _line(start: tuple[float, float], stop: tuple[float, float]) -> Callable[[float], float]:
    """The affine map through two points (value, coordinate)."""
    slope = (stop[1] - start[1]) / (stop[0] - start[0])
    return lambda value: start[1] + slope * (value - start[0])
