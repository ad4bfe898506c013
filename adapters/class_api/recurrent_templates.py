"""How the parameters and gradients of a recurrent layer read as code; see `specs.subject.CodeTemplates`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...specs import RecurrentSpec
from .attributes import GRADIENT_BIAS, GRADIENT_WEIGHTS, WEIGHTS, name_of
from .code_templates import attribute
from .recurrent_layout import CellStorage, OutputStorage, RecurrentLayout
from .slots import Slot

WATCHED = "watched_$self"
"""The name of the `Watched` copy of a layer, on which the updates that backward asks for are seen."""
WATCH = f"{WATCHED} = Watched($self, $0)"


def stored_phrases(spec: RecurrentSpec, layer: Any, layout: RecurrentLayout) -> dict[str, str]:
    """The code_templates for parameters and gradients; those that cannot be said are left out."""
    cell, output = layout.cell, layout.output
    weights, gradient = attribute(layer, WEIGHTS), attribute(layer, GRADIENT_WEIGHTS)
    joined, offset = _cell_joined(spec, cell)
    lines = [f"{weights} = {joined}"]
    of_bias = "" if cell.bias is None else _place(cell.bias)
    if cell.bias is not None:
        lines.append(f"{_places(cell.bias)} = {offset}.reshape({cell.bias.shape}).copy()")
    said = _named("parameter", ("weights", "bias"), _cell_split(spec, cell, weights, of_bias))
    said |= {"block weights": weights, "block gradient weights": gradient}
    if cell.bias is not None and name_of(layer, GRADIENT_BIAS) is None:
        of_gradient, said["before gradient bias"] = _seen(cell.bias), WATCH
    else:
        of_gradient = attribute(layer, GRADIENT_BIAS)
    said |= _named("gradient", ("weights", "bias"), _cell_split(spec, cell, gradient, of_gradient))
    said |= {"block bias": of_bias or weights, "block gradient bias": of_gradient if of_bias else gradient}
    said |= _output_phrases(output)
    lines += _output_assigned(output)
    return {key: text for key, text in {**said, "assign": "\n".join(lines)}.items() if "\0" not in text}


def _named(kind: str, names: tuple[str, ...], texts: tuple[str, ...]) -> dict[str, str]:
    return {f"{kind} {name}": text for name, text in zip(names, texts, strict=True)}


# The cell.


def _cell_split(spec: RecurrentSpec, cell: CellStorage, weights: str, bias: str) -> tuple[str, str]:
    """`CellStorage.split` as code."""
    rows = f"{weights}.T" if cell.transposed else weights
    sizes = {"x": spec.input_size, "h": spec.hidden_size, "1": 1}
    ends = dict(zip(cell.rows, np.cumsum([sizes[name] for name in cell.rows]).tolist(), strict=True))
    starts = {name: ends[name] - sizes[name] for name in cell.rows}
    if starts["h"] == ends["x"]:
        inner = rows if "1" not in ends else f"{rows}[{starts['x']}:{ends['h']}]"
    else:
        inner = f"np.vstack([{rows}[{starts['x']}:{ends['x']}], {rows}[{starts['h']}:{ends['h']}]])"
    offset = f"{rows}[{starts['1']}]" if "1" in ends else f"np.reshape({bias}, -1)"
    columns = list(cell.columns)
    return (inner, offset) if columns == sorted(columns) else (f"{inner}[:, {columns}]", f"{offset}[{columns}]")


def _cell_joined(spec: RecurrentSpec, cell: CellStorage) -> tuple[str, str]:
    """`CellStorage.join` as code."""
    columns = list(cell.columns)
    back = np.argsort(columns).tolist()
    weights, bias = "$p_weights", "$p_bias"
    if columns != sorted(columns):
        weights, bias = f"{weights}[:, {back}]", f"{bias}[{back}]"
    pieces = {"x": f"{weights}[:{spec.input_size}]", "h": f"{weights}[{spec.input_size}:]", "1": bias}
    parts = [pieces[name] for name in cell.rows]
    adjacent = "".join(cell.rows).find("xh")
    if adjacent >= 0:
        parts[adjacent : adjacent + 2] = [weights]
    rows = f"np.vstack([{', '.join(parts)}])" if len(parts) > 1 else weights
    return (f"{rows}.T.copy()" if cell.transposed else f"{rows}.copy()" if len(parts) == 1 else rows), bias


# The output.


def _output_assigned(output: OutputStorage) -> list[str]:
    joined = output.storage.join_text().replace("$p_", "$p_output_")
    lines = [f"{_places(output.weights)} = {joined}"]
    if output.bias is not None:
        lines.append(f"{_places(output.bias)} = $p_output_bias.reshape({output.bias.shape}).copy()")
    return lines


def _output_phrases(output: OutputStorage) -> dict[str, str]:
    names = ("output_weights", "output_bias")
    slots = (output.weights, output.bias or output.weights)
    places, gradients = tuple(map(_place, slots)), tuple(map(_seen, slots))
    said = _named("parameter", names, output.storage.split_text(*places))
    said |= _named("gradient", names, output.storage.split_text(*gradients))
    for name, slot, place, gradient in zip(names, slots, places, gradients, strict=True):
        said[f"before gradient {name}"] = WATCH
        if len(slot.paths) == 1:  # else one attribute alone is not the whole of it
            said |= {f"block {name}": place, f"block gradient {name}": gradient}
    return said


def _seen(slot: Slot) -> str:
    """The gradient with which an update of the array was asked for."""
    return f"{WATCHED}.gradient_of({_place(slot, f'{WATCHED}.layer')})"


def _place(slot: Slot, owner: str = "$self", which: int = 0) -> str:
    """The first place of an array; a NUL where a key cannot be said."""
    text = owner
    for kind, key in slot.paths[which]:
        text += f".{key}" if kind == "attribute" else f"[{key!r}]" if isinstance(key, str | int) else "\0"
    return text


def _places(slot: Slot) -> str:
    """All its places, as the left side of an assignment."""
    return " = ".join(_place(slot, which=which) for which in range(len(slot.paths)))
