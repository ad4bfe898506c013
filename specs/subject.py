"""Subject: an implementation under test, seen in the spec's terms; the kinds that many specs have.

One class per kind of spec; a kind of one spec stands beside it. The sandbox carries the calls to the worker. Arrays are
in the layout of the spec, whatever the implementation uses inside. A method that an implementation cannot offer raises
`Unsupported`, with the reason.
"""

# mypy: disable-error-code="empty-body"
# The decorator supplies the bodies.

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from .operations import Answer, Array, Subject, never, operation
from .spec import LayerSpec, Spec
from .vocabulary import Kind, Phase, Trait


def seed_globals(seed: int) -> None:
    """Seed `numpy.random` and `random`; override `reseed` to seed a generator of the implementation's own."""
    seed %= 2**32
    np.random.seed(seed)  # noqa: NPY002 - implementations use the global state; so it has to be seeded
    random.seed(seed)


def _with_parameters(spec: LayerSpec) -> bool:
    return bool(spec.parameters())


def _with_phases(spec: LayerSpec) -> bool:
    return Trait.PHASE_DEPENDENT in spec.traits


def _with_state(spec: LayerSpec) -> bool:
    return Trait.RECURRENT in spec.traits


class LayerSubject(Subject, kind=Kind.LAYER):
    """A layer; override `forward` and `backward`, and the rest where the layer has parameters or phases."""

    spec: LayerSpec

    @operation(required=True, needed=_with_phases)
    def set_phase(self, phase: Phase) -> None:
        """Switch between the train and the test phase."""

    @operation(required=True, evaluates=True, answer=Answer.OUTPUT, result="y")
    def forward(self, x: Array) -> Array:
        """Y = f(x; parameters)."""

    @operation(required=True, answer=Answer.LIKE_INPUT, result="dx")
    def backward(self, dy: Array) -> Array:
        """The gradient with respect to the latest forward's input; updates if an optimizer is attached."""

    @operation(required=True, needed=_with_parameters, default={}, answer=Answer.NAMED)
    def parameters(self) -> Mapping[str, Array]:
        """Copies of the parameters by name, in the spec's layout."""

    @operation(required=True, needed=_with_parameters)
    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""

    @operation(required=True, needed=_with_parameters, default={}, answer=Answer.NAMED)
    def gradients(self) -> Mapping[str, Array]:
        """Copies of the parameters' gradients of the latest backward, by name."""

    @operation(required=True, needed=never, default=seed_globals)
    def reseed(self, seed: int) -> None:
        """Seed every source of randomness that forward may use."""

    @operation(needed=_with_parameters)
    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        """Give the layer gradient descent with momentum; v' = momentum v - learning_rate g, w' = w + v'."""

    @operation(needed=_with_parameters, default={"fans": []}, evaluates=True, answer=Answer.FANS, result="draws")
    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        """Initialise with constants; returns how the weights initializer was called: {"fans": [[in, out], ...]}."""

    @operation(needed=_with_state)
    def memorize(self, on: bool) -> None:
        """Recurrent layers: let the next sequence start from the state in which the latest one ended, or from zeros."""

    @operation()
    def attach_penalty(self, alpha: float) -> None:
        """Recurrent layers: give the layer an optimizer with learning rate 0 and the penalty alpha sum |w|."""

    @operation(answer=Answer.NUMBER, result="penalty")
    def regularization_loss(self) -> float:
        """Recurrent layers: the penalty that the layer reports."""

    @operation(needed=never, default={})
    def declared(self) -> Mapping[str, Any]:
        """What the layer says of itself, as far as it does: base, testing_phase and trainable, each True or False."""

    @operation(needed=never)
    def reformat(self, tensor: Array) -> Array | None:
        """Images to rows of channels, and rows to images of the latest forward's shape; None if it cannot."""


class LossSubject(Subject, kind=Kind.LOSS):
    """A loss; targets are one-hot rows, or as predictions where the loss is not categorical."""

    @operation(required=True, evaluates=True, answer=Answer.NUMBER, result="loss_value")
    def forward(self, prediction: Array, target: Array) -> float:
        """The loss, reduced over the batch as the conventions say."""

    @operation(required=True, answer=Answer.LIKE_INPUT, result="loss_value")
    def backward(self, target: Array) -> Array:
        """Its gradient with respect to the latest forward's prediction."""

    @operation(answer=Answer.LIKE_ARGUMENT, result="loss_value")
    def predict(self, prediction: Array) -> Array:
        """Losses of scores: their softmax, which a network that ends with this loss predicts."""


class RegularizerSubject(Subject, kind=Kind.REGULARIZER):
    """A regularizer."""

    @operation(required=True, evaluates=True, answer=Answer.NUMBER, result="penalty")
    def norm(self, weights: Array) -> float:
        """The loss that it adds."""

    @operation(required=True, answer=Answer.LIKE_ARGUMENT, result="slope")
    def gradient(self, weights: Array) -> Array:
        """The (sub-)gradient that it adds."""


class OptimizerSubject(Subject, kind=Kind.OPTIMIZER):
    """An optimizer, with its regularizer if the spec has one."""

    @operation(required=True, evaluates=True, answer=Answer.LIKE_ARGUMENT, result="updated")
    def update(self, weights: Array, gradient: Array) -> Array:
        """The new weights."""

    @operation(needed=never, default={})
    def declared(self) -> Mapping[str, Any]:
        """What the optimizer says of itself, as far as it does: base, and regularizer if it keeps its own there."""


class InitializerSubject(Subject, kind=Kind.INITIALIZER):
    """An initializer."""

    @operation(required=True, evaluates=True, answer=Answer.OF_SHAPE, result="draws")
    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """An array of `shape`."""

    @operation(required=True, needed=never, default=seed_globals)
    def reseed(self, seed: int) -> None:
        """Seed every source of randomness that it may use."""


class CodeTemplates(Protocol):
    """Optional, for a subject of any kind: how its calls read as Python code in the implementation's own API.

    Reports show them as a snippet that fails as the checks have failed, and needs NumPy and the implementation only.
    """

    def code_templates(self) -> Mapping[str, str]:
        """Lines or expressions by what they are for. `$self` stands for the subject, `$0`, `$1` for arguments.

        `path`: the folder to import from; `imports`: lines; `construct`: lines that make `$self`; `uses`: what the
        snippet must bring along, of `Momentum`, `Penalty`, `Fill`, `Batch`, `Watched`, `Helpers`, separated by
        blanks; a method's name, such as `forward`: an expression; `phase train`, `phase test`, `assign` (`$p_weights`
        stands for a value), `attach_optimizer`, `attach_penalty`, `memorize`, `initialize` of a layer: lines, and
        `fans`: an expression for how the weights initializer was called; `parameter NAME`, `gradient NAME`:
        expressions for one, in the layout of the spec; `before gradient NAME`: lines in front of a backward (`$0` is
        its argument) without which the gradient cannot be read; `block NAME`, `block gradient NAME`: the attribute
        that holds it, as it is stored. What is missing is not said.
        """


class Adapter(Protocol):
    """Maps specs to subjects. A module with a function `build` is one as well."""

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the implementation does not have the component."""


Build = Callable[[Spec], Any]
