"""How a recurrent layer stores its parameters: inferred from what forward computes.

The cell's weights are behind the attribute `weights`, in any order of input, hidden state and bias, upright or
transposed, with the gates in any order. The output's weights may be anywhere below the layer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...specs import Array, RecurrentSpec
from ..seeding import preserved_random_state
from .attributes import WEIGHTS, array_of, name_of
from .fully_connected import Storage
from .recurrent_cells import Columns, column_orders, outputs
from .slots import Slot, find_slots

# Of outputs of size 1. What another order of the operations may change, and nothing else:
FIT = 1e-9
# In float32 that is some thousand units of 6e-8 at most: sums of twenty products, four steps, each of which may
# multiply the error before it by 8. Other layouts may come as near to that, so the nearest of all is taken.
SINGLE_FIT = 1e-3
_ORDERS = (("x", "h", "1"), ("h", "x", "1"), *itertools.permutations("1xh"))


@dataclass(frozen=True, kw_only=True)
class CellStorage:
    """How the weights of the cell are stored.

    Attributes:
        rows: the order of the rows: of the input x, the hidden state h and, unless it is apart, the bias 1.
        transposed: what are rows here are columns there.
        columns: the stored column of every column of the spec.
        bias: where the bias is, if it is apart.
    """

    rows: tuple[str, ...]
    transposed: bool
    columns: tuple[int, ...] = ()
    bias: Slot | None = None

    def split(self, spec: RecurrentSpec, stored: Array, bias: Any) -> tuple[Array, Array]:
        """Weights and bias in the spec's layout, but for the order of the columns if none is known."""
        rows = stored.T if self.transposed else stored
        sizes = {"x": spec.input_size, "h": spec.hidden_size, "1": 1}
        ends = np.cumsum([sizes[name] for name in self.rows])[:-1]
        parts = dict(zip(self.rows, np.split(rows, ends), strict=True))
        weights, offset = np.vstack([parts["x"], parts["h"]]), np.reshape(parts.get("1", bias), -1)
        return (weights[:, list(self.columns)], offset[list(self.columns)]) if self.columns else (weights, offset)

    def join(self, spec: RecurrentSpec, weights: Array, bias: Array) -> tuple[Array, Array]:
        """What is stored as the weights, and as a bias that is apart."""
        places = list(self.columns) or list(range(len(bias)))
        stored, offset = np.empty_like(weights), np.empty_like(bias)
        stored[:, places], offset[places] = weights, bias
        parts = {"x": stored[: spec.input_size], "h": stored[spec.input_size :], "1": offset[None]}
        rows = np.vstack([parts[name] for name in self.rows])
        return (rows.T.copy() if self.transposed else rows), offset


@dataclass(frozen=True, kw_only=True)
class OutputStorage:
    """How the weights of the output are stored.

    Attributes:
        storage: as those of a fully connected layer.
        weights, bias: where they are; the bias only if it is apart.
    """

    storage: Storage
    weights: Slot
    bias: Slot | None = None


@dataclass(frozen=True, kw_only=True)
class RecurrentLayout:
    """How a recurrent layer stores its parameters."""

    cell: CellStorage
    output: OutputStorage


def find_layout(spec: RecurrentSpec, make: Callable[[], Any]) -> RecurrentLayout | Exception:
    """Infer the layout on layers of their own; an exception if the layer has no weights of a known shape.

    The layer gets distinct weights and sees a sequence: only one layout explains its output, exactly or, for a layer
    that computes in float32, as the nearest of all. If none does, forward is wrong; then it is the commonest that fits
    the shapes.
    """
    with preserved_random_state():
        try:
            layer = make()
            slots = find_slots(layer)
            cells = list(_cells(spec, array_of(layer, WEIGHTS), slots, layer))
            found_outputs = list(_outputs(spec, slots, layer))
        except (AttributeError, TypeError, ValueError) as error:
            return error
        columns = column_orders(spec)
        nearest: tuple[float, RecurrentLayout | None] = (SINGLE_FIT, None)
        for output, cell in itertools.product(found_outputs, cells):
            if cell.bias is not None and cell.bias in (output.bias, output.weights):
                continue
            misfit, ordered = _best_order(spec, make, cell, output, columns)
            layout = RecurrentLayout(cell=ordered, output=output)
            if misfit <= FIT:
                return layout
            nearest = min(nearest, (misfit, layout), key=lambda each: each[0])
    if nearest[1] is not None:
        return nearest[1]
    first = replace(cells[0], columns=tuple(int(place) for place in columns[0]))
    return RecurrentLayout(cell=first, output=found_outputs[0])


def _cells(spec: RecurrentSpec, weights: Array, slots: list[Slot], layer: Any) -> Iterator[CellStorage]:
    """The storages that fit the shape, without the order of the columns; those with the same rows side by side."""
    rows, units = spec.input_size + spec.hidden_size, len(spec.gates) * spec.hidden_size
    count = 0
    for extra, transposed in itertools.product((1, 0), (False, True)):
        if weights.shape != ((units, rows + extra) if transposed else (rows + extra, units)):
            continue
        biases = [None] if extra else [slot for slot in slots if _size(slot) == units]
        orders = dict.fromkeys(_ORDERS if extra else (order[:2] for order in _ORDERS[:2]))
        for bias, order in itertools.product(biases, orders):
            count += 1
            yield CellStorage(rows=order, transposed=transposed, bias=bias)
    if not count:
        name = type(layer).__name__
        raise ValueError(
            f"{name}.weights has the shape {weights.shape}, but should have {(rows + 1, units)} or "
            f"{(units, rows + 1)} with the bias inside, or {(rows, units)} or {(units, rows)} beside a separate bias"
        )


def _outputs(spec: RecurrentSpec, slots: list[Slot], layer: Any) -> Iterator[OutputStorage]:
    """The arrays below the layer that may be the output's parameters."""
    sizes, count = (spec.hidden_size, spec.output_size), 0
    for bias, transposed in itertools.product(("last", "first", "separate"), (False, True)):
        storage = Storage(transposed=transposed, bias=bias)
        for slot in (slot for slot in slots if slot.shape == storage.shape(*sizes)):
            biases = [each for each in slots if _size(each) == sizes[1] and each is not slot]
            for each in [None] if bias != "separate" else biases:
                count += 1
                yield OutputStorage(storage=storage, weights=slot, bias=each)
    if not count:
        name, shape = type(layer).__name__, Storage(transposed=False, bias="last").shape(*sizes)
        raise AttributeError(
            f"{name} has no array of the shape {shape} or {shape[::-1]} in any attribute or sub-layer after "
            f"construction, but should have the output layer's weights with their bias (or {sizes} and a separate bias)"
        )


def _size(slot: Slot) -> int:
    """The number of entries of a vector, also of one that lies or stands; 0 for a matrix."""
    return max(slot.shape) if max(slot.shape) == np.prod(slot.shape) else 0


def _best_order(
    spec: RecurrentSpec, make: Callable[[], Any], cell: CellStorage, output: OutputStorage, columns: Columns
) -> tuple[float, CellStorage]:
    """How far what forward computes is from what the best order of the columns explains, and the storage with it."""
    generator = np.random.default_rng(0)

    def draw(*shape: int) -> Array:
        return np.asarray(generator.choice([-1.0, 1.0], shape) * generator.uniform(0.2, 1.2, shape))

    x, layer = draw(4, spec.input_size), make()
    given = {
        "weights": draw(spec.input_size + spec.hidden_size, len(spec.gates) * spec.hidden_size),
        "bias": draw(len(spec.gates) * spec.hidden_size),
        "output_weights": draw(spec.hidden_size, spec.output_size),
        "output_bias": draw(spec.output_size),
    }
    try:
        write_cell(spec, layer, cell, given["weights"], given["bias"])
        write_output(layer, output, given["output_weights"], given["output_bias"])
        found = np.asarray(layer.forward(x.copy()), dtype=float)
    except Exception:  # whatever a broken forward raises will be seen again when it is checked
        return np.inf, cell
    linear = outputs(spec, x, given, columns)
    if found.shape != linear.shape[1:] or not np.isfinite(found).all():
        return np.inf, cell
    misfits = [np.abs(found - expected).max(axis=(1, 2)) for expected in (linear, 1 / (1 + np.exp(-linear)))]
    best = int(np.argmin(np.min(misfits, axis=0)))
    misfit = float(np.min(misfits))
    return misfit, replace(cell, columns=tuple(int(place) for place in columns[best]))


def write_cell(spec: RecurrentSpec, layer: Any, cell: CellStorage, weights: Array, bias: Array) -> None:
    """Set the cell's parameters, given in the spec's layout."""
    stored, offset = cell.join(spec, weights, bias)
    setattr(layer, name_of(layer, WEIGHTS) or WEIGHTS[0], stored)
    if cell.bias is not None:
        cell.bias.write(layer, offset)


def write_output(layer: Any, output: OutputStorage, weights: Array, bias: Array) -> None:
    """Set the output's parameters, given in the spec's layout."""
    output.weights.write(layer, output.storage.join(weights, bias))
    if output.bias is not None:
        output.bias.write(layer, bias)
