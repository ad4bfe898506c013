"""RNN and LSTM: parameters in any layout; the output layer's gradient is seen in its update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ...specs import Array, RecurrentSpec
from ..seeding import reseed
from ..spoken import spoken
from .attributes import GRADIENT_BIAS, GRADIENT_WEIGHTS, WEIGHTS, array_of, give_optimizer, name_of, require_shape
from .code_templates import merged
from .layers import TrainableLayer
from .probes import ProbeOptimizer, ProbePenalty, ProbeUpdates
from .recurrent_layout import RecurrentLayout, find_layout, write_cell, write_output
from .recurrent_templates import stored_phrases
from .slots import replace_all
from .watching import watch

_LAYOUTS: WeakKeyDictionary[type, dict[RecurrentSpec, RecurrentLayout | Exception]] = WeakKeyDictionary()


class CourseRecurrent(TrainableLayer):
    """A recurrent layer of the class API.

    The API defines no attribute for the gradient of the output layer. So every backward is done a second time, on
    a copy of the layer as it was before, with an optimizer that notes what it is asked to update.

    Args:
        spec: the configured component.
        make: constructs the submission's layer.
        layout: how it stores its parameters; inferred where it is not known.
    """

    spec: RecurrentSpec

    def __init__(self, spec: RecurrentSpec, make: partial[Any], layout: RecurrentLayout | None = None) -> None:
        super().__init__(spec, make(), make.args)
        known = _LAYOUTS.setdefault(type(self.layer), {})
        if spec not in known:
            known[spec] = layout or find_layout(spec, make)
        self._layout = known[spec]
        self._before: tuple[Any, Array] | Exception | None = None
        self._twin: tuple[Any, ProbeUpdates] | None = None

    def backward(self, dy: Array) -> Array:
        self._remember(self.layer, dy)
        result: Array = super().backward(dy)
        return result

    def observe(self) -> None:
        watch(self.layer, "backward", self._remember)

    def parameters(self) -> Mapping[str, Array]:
        return self._parameters(self.layer)

    def assign(self, parameters: Mapping[str, Array]) -> None:
        layout = self._known_layout()
        values = {name: np.array(value) for name, value in {**self.parameters(), **parameters}.items()}
        write_cell(self.spec, self.layer, layout.cell, values["weights"], values["bias"])
        write_output(self.layer, layout.output, values["output_weights"], values["output_bias"])

    def gradients(self) -> Mapping[str, Array]:
        cell = self._known_layout().cell
        stored = array_of(self.layer, GRADIENT_WEIGHTS, " after backward")
        require_shape(self.layer, GRADIENT_WEIGHTS[0], stored, array_of(self.layer, WEIGHTS).shape)
        offset = None
        if cell.bias is not None:
            known = name_of(self.layer, GRADIENT_BIAS) is not None
            offset = array_of(self.layer, GRADIENT_BIAS) if known else self._gradient_of(cell.bias.read, "the bias")
        weights, bias = cell.split(self.spec, stored, offset)
        return {"weights": weights, "bias": bias, **self._output_gradients()}

    def reseed(self, seed: int) -> None:
        """The global generators alone: a recurrent layer draws its first weights, and then nothing any more."""
        reseed(seed)

    def memorize(self, on: bool) -> None:
        if not hasattr(self.layer, "memorize"):
            raise AttributeError(f"{type(self.layer).__name__}.memorize is missing, but should be False at first")
        self.layer.memorize = bool(on)

    def attach_penalty(self, alpha: float) -> None:
        optimizer = ProbeOptimizer(0.0, 0.0)
        optimizer.add_regularizer(ProbePenalty(alpha))
        give_optimizer(self.layer, optimizer)

    regularization_loss = spoken("$self.calculate_regularization_loss()", needs="calculate_regularization_loss")

    def stored(self) -> dict[str, str]:
        return {} if isinstance(self._layout, Exception) else stored_phrases(self.spec, self.layer, self._layout)

    def code_templates(self) -> dict[str, str]:
        said = {
            "memorize": "$self.memorize = $0",
            "attach_penalty": "optimizer = Momentum(0.0, 0.0)\noptimizer.regularizer = Penalty($0)\n"
            "$self.optimizer = optimizer",
            "uses": "Momentum Penalty Watched",
        }
        return merged(super().code_templates(), said)

    def _known_layout(self) -> RecurrentLayout:
        if isinstance(self._layout, Exception):
            raise self._layout
        return self._layout

    def _parameters(self, layer: Any) -> dict[str, Array]:
        layout = self._known_layout()
        cell, output = layout.cell, layout.output
        stored = array_of(layer, WEIGHTS)
        weights, bias = cell.split(self.spec, stored, None if cell.bias is None else cell.bias.read(layer))
        offset = None if output.bias is None else output.bias.read(layer)
        output_weights, output_bias = output.storage.split(output.weights.read(layer), offset)
        values = {"weights": weights, "bias": bias, "output_weights": output_weights, "output_bias": output_bias}
        return {name: np.array(value) for name, value in values.items()}

    # The gradient of the output layer.

    def _remember(self, layer: Any, dy: Array) -> None:
        """Keep a copy of the layer as it is before a backward."""
        self._twin = None
        try:
            self._before = deepcopy(layer), np.array(dy)
        except Exception as error:  # some attribute cannot be copied: what needs the copy will say so
            self._before = error

    def _updated_twin(self) -> tuple[Any, ProbeUpdates]:
        if self._twin is None:
            if self._before is None or isinstance(self._before, Exception):
                raise AttributeError(
                    f"the gradient of {type(self.layer).__name__}'s output layer cannot be seen: "
                    f"{self._before or 'there was no backward'}"
                )
            (twin, dy), updates = self._before, ProbeUpdates()
            give_optimizer(twin, updates)
            replace_all(twin, _updates, updates)  # copies that the layer has made of an optimizer before
            type(twin).backward(twin, dy)
            self._twin = twin, updates
        return self._twin

    def _output_gradients(self) -> dict[str, Array]:
        output = self._known_layout().output
        if output.bias is None:
            read = output.weights.read
            whole = self._requested(read(self._updated_twin()[0]))
            if whole is not None:
                weights, bias = output.storage.split(whole, None)
                return {"output_weights": np.array(weights), "output_bias": np.array(bias)}

        def part(name: str) -> Callable[[Any], Array]:
            return lambda twin: self._parameters(twin)[name]

        names = {"output_weights": "the output layer's weights", "output_bias": "the output layer's bias"}
        return {name: self._gradient_of(part(name), text) for name, text in names.items()}

    def _gradient_of(self, read: Callable[[Any], Array], text: str) -> Array:
        value = read(self._updated_twin()[0])
        gradient = self._requested(value)
        if gradient is None:
            raise AttributeError(
                f"{type(self.layer).__name__}.backward passes {text} (shape {value.shape}) to no "
                "optimizer.calculate_update, so they never change, and their gradient cannot be seen"
            )
        return gradient

    def _requested(self, value: Array) -> Array | None:
        """The sum of the gradients with which an update of this parameter was asked for; None without any."""
        found = None
        for weights, gradient in self._updated_twin()[1].requests:
            if weights.size != value.size or gradient.size != value.size:
                continue
            if value.ndim == 2 and weights.shape == value.shape[::-1] and np.array_equal(weights.T, value):
                share = gradient.T
            elif np.array_equal(weights.reshape(value.shape), value):
                share = gradient.reshape(value.shape)
            else:
                continue
            found = share if found is None else found + share
        return found


def _updates(value: Any) -> bool:
    return not isinstance(value, type) and callable(getattr(value, "calculate_update", None))
