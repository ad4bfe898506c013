"""What recurrent layers compute, for many orders of the columns at once: to tell which one an implementation has."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...specs import Array, RecurrentSpec

Columns = NDArray[np.intp]
"""For each order: the stored column of every column of the spec, (orders, units)."""


def column_orders(spec: RecurrentSpec) -> Columns:
    """Every order of the gates, in blocks or unit by unit, the spec's own first."""
    gates, size = len(spec.gates), spec.hidden_size
    orders = []
    for unit_by_unit in (False, True)[:gates]:  # for a single gate they are the same
        for places in itertools.permutations(range(gates)):
            blocks = [[u * gates + p if unit_by_unit else p * size + u for u in range(size)] for p in places]
            orders.append(np.concatenate(blocks))
    return np.array(orders)


def outputs(spec: RecurrentSpec, x: Array, parameters: Mapping[str, Any], columns: Columns) -> Array:
    """The linear outputs of one sequence from zeros, (orders, time, output_size).

    The columns of the cell's weights and bias are as stored, the rows as in the spec.
    """
    of_input, of_hidden = np.split(np.asarray(parameters["weights"]), [spec.input_size])
    hidden = cell = np.zeros((len(columns), spec.hidden_size))
    result = []
    for element in x:
        stored = element @ of_input + parameters["bias"] + hidden @ of_hidden
        units = np.take_along_axis(stored, columns, axis=1)
        if len(spec.gates) == 1:
            hidden = np.tanh(units)
        else:
            gates = 1 / (1 + np.exp(-units[:, : 3 * spec.hidden_size]))
            i, f, o = np.split(gates, 3, axis=1)
            cell = f * cell + i * np.tanh(units[:, 3 * spec.hidden_size :])
            hidden = o * np.tanh(cell)
        result.append(hidden @ parameters["output_weights"] + parameters["output_bias"])
    return np.stack(result, axis=1)
