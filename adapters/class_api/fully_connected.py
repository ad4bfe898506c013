"""FullyConnected: the weights' orientation and the bias' place are inferred from what forward computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...specs import Array, FullyConnected
from ..seeding import preserved_random_state
from .attributes import BIAS, GRADIENT_BIAS, GRADIENT_WEIGHTS, WEIGHTS, array_of, name_of, require_shape
from .code_templates import attribute
from .layers import TrainableLayer


@dataclass(frozen=True, kw_only=True)
class Storage:
    """How an implementation stores W (in, out) and b (out,).

    Attributes:
        transposed: the weights are (out, in).
        bias: "last" or "first" row (column, if transposed) of the weights, or "separate".
    """

    transposed: bool
    bias: str

    def shape(self, input_size: int, output_size: int) -> tuple[int, int]:
        """The shape of the stored weights."""
        rows = input_size + (self.bias != "separate")
        return (output_size, rows) if self.transposed else (rows, output_size)

    def split(self, weights: Array, bias: Any) -> tuple[Array, Array]:
        """W and b from what is stored."""
        rows = weights.T if self.transposed else weights
        if self.bias == "separate":
            return rows, np.reshape(bias, -1)
        return (rows[:-1], rows[-1]) if self.bias == "last" else (rows[1:], rows[0])

    def join(self, weights: Array, bias: Array) -> Array:
        """What is stored as the weights, from W and b."""
        if self.bias == "last":
            weights = np.vstack([weights, bias])
        elif self.bias == "first":
            weights = np.vstack([bias, weights])
        return weights.T.copy() if self.transposed else weights

    def split_text(self, weights: str, bias: str) -> tuple[str, str]:
        """`split` as code."""
        rows = f"{weights}.T" if self.transposed else weights
        if self.bias == "separate":
            return rows, f"{bias}.reshape(-1)"
        return (f"{rows}[:-1]", f"{rows}[-1]") if self.bias == "last" else (f"{rows}[1:]", f"{rows}[0]")

    def join_text(self) -> str:
        """`join` as code."""
        both = {"last": "[$p_weights, $p_bias]", "first": "[$p_bias, $p_weights]"}
        joined = "$p_weights" if self.bias == "separate" else f"np.vstack({both[self.bias]})"
        return f"{joined}.T.copy()" if self.transposed else f"{joined}.copy()" if joined == "$p_weights" else joined


# The commonest first: where forward does not tell, the first that fits the shapes is taken.
_STORAGES = tuple(
    Storage(transposed=transposed, bias=bias) for bias in ("last", "first", "separate") for transposed in (False, True)
)


class CourseFullyConnected(TrainableLayer):
    """A fully connected layer of the class API.

    Args:
        spec: the configured component.
        make: constructs the submission's layer.
        storage: how it stores its parameters; inferred where it is not known.
    """

    spec: FullyConnected

    def __init__(self, spec: FullyConnected, make: Callable[[], Any], storage: Storage | None = None) -> None:
        self._storage = storage or _find_storage(make, spec.input_size, spec.output_size)
        super().__init__(spec, make(), (spec.input_size, spec.output_size))

    def parameters(self) -> Mapping[str, Array]:
        weights, bias = self._read(WEIGHTS, BIAS)
        return {"weights": weights, "bias": bias}

    def gradients(self) -> Mapping[str, Array]:
        weights, bias = self._read(GRADIENT_WEIGHTS, GRADIENT_BIAS, " after backward")
        return {"weights": weights, "bias": bias}

    def assign(self, parameters: Mapping[str, Array]) -> None:
        storage = self._known_storage()
        values = {**self.parameters(), **parameters}
        weights, bias = np.array(values["weights"]), np.array(values["bias"])
        setattr(self.layer, name_of(self.layer, WEIGHTS) or WEIGHTS[0], storage.join(weights, bias))
        if storage.bias == "separate":
            name = name_of(self.layer, BIAS) or BIAS[0]
            setattr(self.layer, name, bias.reshape(np.shape(getattr(self.layer, name))))

    def stored(self) -> dict[str, str]:
        storage = self._known_storage()
        places = attribute(self.layer, WEIGHTS), attribute(self.layer, BIAS)
        gradients = attribute(self.layer, GRADIENT_WEIGHTS), attribute(self.layer, GRADIENT_BIAS)
        said = {"assign": f"{places[0]} = {storage.join_text()}"}
        if storage.bias == "separate":
            shape = np.shape(getattr(self.layer, name_of(self.layer, BIAS) or BIAS[0]))
            said["assign"] += f"\n{places[1]} = $p_bias.reshape({shape})"
        for kind, texts in (("parameter", storage.split_text(*places)), ("gradient", storage.split_text(*gradients))):
            said |= {f"{kind} {name}": text for name, text in zip(("weights", "bias"), texts, strict=True)}
        for name, index in (("weights", 0), ("bias", int(storage.bias == "separate"))):
            said |= {f"block {name}": places[index], f"block gradient {name}": gradients[index]}
        return said

    def _read(self, weights_names: tuple[str, ...], bias_names: tuple[str, ...], when: str = "") -> tuple[Array, Array]:
        storage = self._known_storage()
        sizes = self.spec.input_size, self.spec.output_size
        weights = array_of(self.layer, weights_names, when)
        require_shape(self.layer, weights_names[0], weights, storage.shape(*sizes))
        bias = None
        if storage.bias == "separate":
            bias = array_of(self.layer, bias_names, when).reshape(-1)
            require_shape(self.layer, bias_names[0], bias, sizes[1:])
        inner, offset = storage.split(weights, bias)
        return inner.copy(), offset.copy()

    def _known_storage(self) -> Storage:
        if isinstance(self._storage, Exception):
            raise self._storage
        return self._storage


def _find_storage(make: Callable[[], Any], input_size: int, output_size: int) -> Storage | Exception:
    """Infer the storage on a layer of its own, before the one under test exists; an exception if it cannot be told.

    The layer gets distinct weights, then sees zeros and random rows: only one storage explains its output.
    """
    with preserved_random_state():
        layer = make()
        try:
            weights = array_of(layer, WEIGHTS)
            bias = None if name_of(layer, BIAS) is None else np.array(getattr(layer, name_of(layer, BIAS) or ""))
            fitting = [storage for storage in _STORAGES if storage.shape(input_size, output_size) == weights.shape]
            fitting = [storage for storage in fitting if storage.bias != "separate" or bias is not None]
            if not fitting:
                raise ValueError(
                    f"FullyConnected.weights has the shape {weights.shape}, but should have "
                    f"{(input_size + 1, output_size)} or {(output_size, input_size + 1)} with the bias inside, or "
                    f"{(input_size, output_size)} or {(output_size, input_size)} beside a separate bias"
                )
        except (AttributeError, TypeError, ValueError) as error:
            return error
        if len(fitting) == 1:
            return fitting[0]
        generator = np.random.default_rng(0)
        weights = generator.uniform(0.5, 2, weights.shape)
        inputs = np.vstack([np.zeros((1, input_size)), generator.uniform(0.5, 2, (3, input_size))])
        try:
            setattr(layer, name_of(layer, WEIGHTS) or WEIGHTS[0], weights.copy())
            if bias is not None:
                bias = generator.uniform(0.5, 2, bias.shape)
                setattr(layer, name_of(layer, BIAS) or BIAS[0], bias.copy())
            output = np.asarray(layer.forward(inputs), dtype=float)
        except Exception:  # whatever a broken forward raises will be seen again when it is checked
            return fitting[0]

        def misfit(storage: Storage) -> float:
            inner, offset = storage.split(weights, bias)
            expected = inputs @ inner + offset
            return float(np.abs(output - expected).max()) if output.shape == expected.shape else np.inf

        return min(fitting, key=misfit)
