"""Pictures of the benchmarks as self-contained SVG, in the style of the loss plots of `backproof train`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

INK, FAINT, LINE = "#1b1f24", "#57606a", "#d8dee4"
COLOURS = (
    "#1764ab",
    "#c1440e",
    "#2b8a3e",
    "#8250df",
    "#9a6700",
    "#d4267d",
    "#0b7285",
    "#57606a",
    "#a61e4d",
    "#5c940d",
    "#364fc7",
    "#862e9c",
)
SHADES = ((1.0, "#2b8a3e"), (0.75, "#8bc34a"), (0.25, "#f2c94c"), (1e-9, "#f2994a"), (0.0, "#c1440e"))
NOTHING = "#eaeef2"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Points of one checker.

    Attributes:
        points: pairs of numbers above 0.
        guessed: how many of the last points are extrapolated; they are drawn hollow, after a dashed line.
    """

    points: Sequence[tuple[float, float]]
    guessed: int = 0


def _opening(width: float, height: float, title: str, description: str) -> list[str]:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-labelledby="title description" '
        'font-family="system-ui, sans-serif" font-size="13">'
    )
    return [
        svg,
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        f'<text x="16" y="28" font-size="16" font-weight="600" fill="{INK}">{escape(title)}</text>',
    ]


def log_log(curves: Mapping[str, Curve], *, title: str, across: str, up: str) -> str:
    """Curves over two logarithmic axes, one colour each, with a legend at the right.

    Raises:
        ValueError: there is no point, or one that has no logarithm.
    """
    points = [point for curve in curves.values() for point in curve.points]
    if not points or min(min(point) for point in points) <= 0:
        raise ValueError(f"log_log {title!r}: needs at least one point, and both coordinates of each above 0")
    width, height, left, top, right, bottom = 820, 460, 72, 48, 610, 404
    decades = [_decades(values) for values in zip(*points, strict=True)]

    def x_of(value: float) -> float:
        low, high = decades[0]
        return left + (math.log10(value) - low) / (high - low) * (right - left)

    def y_of(value: float) -> float:
        low, high = decades[1]
        return bottom - (math.log10(value) - low) / (high - low) * (bottom - top)

    parts = _opening(width, height, title, f"{up} against {across}, both logarithmic; hollow points are extrapolated.")
    for power in range(decades[1][0], decades[1][1] + 1):
        y = y_of(10.0**power)
        parts.append(f'<path d="M{left} {y:.1f}H{right}" stroke="{LINE}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{FAINT}">{_power(power)}</text>')
    for power in range(decades[0][0], decades[0][1] + 1):
        x = x_of(10.0**power)
        parts.append(f'<path d="M{x:.1f} {bottom}v5" stroke="{FAINT}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle" fill="{FAINT}">{_power(power)}</text>')
    parts.append(f'<path d="M{left} {bottom}H{right}" stroke="{FAINT}"/>')
    middle = (left + right) / 2, (top + bottom) / 2
    parts.append(f'<text x="{middle[0]}" y="{height - 10}" text-anchor="middle" fill="{FAINT}">{across}</text>')
    turned = f"translate(16 {middle[1]}) rotate(-90)"
    parts.append(f'<text transform="{turned}" text-anchor="middle" fill="{FAINT}">{up}</text>')
    for index, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[index % len(COLOURS)]
        places = [(x_of(x), y_of(y)) for x, y in curve.points]
        parts += _curve(places, len(places) - curve.guessed, colour)
        y = top + 14 + 22 * index
        parts.append(f'<path d="M{right + 16} {y - 4}h22" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{right + 46}" y="{y}" fill="{INK}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around the values, at least one apart."""
    low = math.floor(math.log10(min(values)))
    return low, max(math.ceil(math.log10(max(values))), low + 1)


def _curve(places: Sequence[tuple[float, float]], measured: int, colour: str) -> list[str]:
    def line(part: Sequence[tuple[float, float]], dashes: str) -> str:
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in part)
        return f'<polyline points="{text}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'

    parts = [line(places[:measured], ""), line(places[max(measured - 1, 0) :], "5 4")]
    for index, (x, y) in enumerate(places):
        fill = colour if index < measured else "#ffffff"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{fill}" stroke="{colour}"/>')
    return parts


def matrix(
    rows: Mapping[str, Sequence[float | None]], columns: Sequence[str], *, title: str, groups: Mapping[str, int]
) -> str:
    """Shares as coloured cells: green 1, red 0, grey None.

    Args:
        rows: by name, a share per column.
        columns: their names, written upwards.
        title: the heading.
        groups: headings of the rows and how many rows each has, in order.
    """
    cell, row_height, left, top = 30, 15, 340, 150
    width, height = left + cell * len(columns) + 24, top + row_height * (len(rows) + 2 * len(groups)) + 44
    described = f"{len(rows)} rows, {len(columns)} columns; green: on every seed, red: never."
    parts = _opening(width, height, title, described)
    for index, name in enumerate(columns):
        x = left + cell * (index + 0.5) + 4
        parts.append(f'<text transform="translate({x} {top - 8}) rotate(-60)" fill="{INK}">{escape(name)}</text>')
    label = f'<text x="{left - 10}" text-anchor="end" fill="{INK}"'
    y = top
    waiting = list(rows.items())
    for group, count in groups.items():
        parts.append(f'{label} y="{y + row_height}" font-weight="600">{escape(group)}</text>')
        y += row_height + 6
        for name, shares in waiting[:count]:
            parts.append(f'{label} y="{y + 11}" font-size="11">{escape(name)}</text>')
            for index, share in enumerate(shares):
                said = f"<title>{escape(name)}, {escape(columns[index])}: {_said(share)}</title>"
                place = f'x="{left + cell * index}" y="{y}" width="{cell - 2}" height="{row_height - 2}"'
                parts.append(f'<rect {place} fill="{_shade(share)}">{said}</rect>')
            y += row_height
        waiting = waiting[count:]
        y += row_height - 6
    legend = (("every seed", 1.0), ("most", 0.8), ("some", 0.5), ("few", 0.1), ("never", 0.0), ("not run", None))
    x = left - 200.0
    for word, share in legend:
        parts.append(f'<rect x="{x}" y="{height - 28}" width="14" height="13" fill="{_shade(share)}"/>')
        parts.append(f'<text x="{x + 20}" y="{height - 17}" font-size="11" fill="{INK}">{word}</text>')
        x += 88
    return "\n".join([*parts, "</svg>"]) + "\n"


def _shade(share: float | None) -> str:
    return NOTHING if share is None else next(colour for least, colour in SHADES if share >= least)


def _said(share: float | None) -> str:
    return "not run" if share is None else f"{share:.0%}"


def _power(power: int) -> str:
    return (
        f"{10**power:g}"
        if -3 <= power <= 3
        else f"10{str(power).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    )
