"""Perceptron: the check of gradients that an implementation brings along.

Its text only says that differences are printed. So what it says, returns or raises is not read, but compared: it must
be something else where the gradients of a layer are wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...sandbox import Asking, RemoteSubject
from ...specs import Case, Kind, Phase, Trait, Unsupported
from ..asking import assign, check_gradients, differentiate, parameters, reseed
from ..context import Context
from ..law import Law, check
from ..measurement import describe, failed, number, passed
from ..numerics.compare import Array
from .perceptron import names_of, spec_of, targets

# As courses draw initial weights: gradients change little along the step of a difference quotient.
STDDEV = 0.1
# With the sign turned and this factor, no measure of a difference, relative or absolute, takes gradients for right.
FACTOR = -(2.0**20)
# What a difference quotient leaves behind: the step of the latest quotient in one entry of each parameter, which the
# text's own sketch does not take back; and SciPy's steps, square roots of the machine's epsilon.
LAST_STEP, TINY = 1e-2, 1e-7


def _smooth(case: Case) -> bool:
    """Networks without kinks, which a step may cross, and without batch normalisation."""
    spec = spec_of(case)
    return spec.function != "relu" and all(layer.has(Trait.BATCH_INDEPENDENT, Phase.TRAIN) for layer in spec.layers())


def _layers(case: Case) -> tuple[str, ...]:
    return tuple(f"{index}.gradients" for index in range(len(spec_of(case).widths) - 1))


def _network(context: Context) -> Asking[tuple[RemoteSubject, Array, Array, dict[str, Array]]]:
    """A perceptron with small parameters, whose latest backward pass was on other data."""
    rng = context.rng()
    network, x, target = context.new(), context.data(rng), targets(context, rng)
    values = {
        name: context.given(STDDEV * rng.choice([-1.0, 1.0], each.shape) * rng.uniform(0.5, 1.5, each.shape))
        for name, each in spec_of(context.case).parameters().items()
    }
    other = differentiate(context.data(rng), targets(context, rng))
    yield from network.ask(assign(values), other, assign(values), reseed(context.seed))
    return network, x, target, values


def _outcome(network: RemoteSubject, x: Array, target: Array, layer: int, factor: float) -> Asking[Mapping[str, Any]]:
    """What the check says.

    Raises:
        Unsupported: it is not written yet.
    """
    said: Any = yield from network.ask(check_gradients(x, target, layer, factor))
    if not isinstance(said, dict):
        raise TypeError(f"check_gradients() returned {describe(said)}, but should return what has happened")
    if not said["passes"] and not said["raised"]:
        raise Unsupported("check_gradients passes nothing through the network: it is not written yet")
    return said


@check("gradient.perceptron-check", Kind.PERCEPTRON, when=_smooth, needs=("gradient.perceptron",), quantities=_layers)
def own_check_tells_right_from_wrong(context: Context, quantity: str) -> Law:
    """The network's own check of gradients takes right ones, and says something else if a layer's are wrong."""
    index = int(quantity.partition(".")[0])
    outcomes = []
    for factor in (1.0, 1.0, FACTOR):
        network, x, target, _ = yield from _network(context)
        outcomes.append((yield from _outcome(network, x, target, index, factor)))
    right, again, wrong = outcomes
    if right["raised"]:
        text = f"check_gradients raises {right['raised']} for gradients that are right"
        hint = "compare with (L(w + h) - L(w - h)) / 2h of self._loss, the mean over the batch, at the same w"
        yield failed(text, expected="no error", found=right["raised"], hint=hint)
    said = right["said"], again["said"], wrong["said"]
    # What two calls say in different words, as the time that they took, tells nothing.
    tells = len({*map(len, said)}) > 1 or any(
        first == second != third for first, second, third in zip(*said, strict=True)
    )
    if not wrong["raised"] and not tells:
        where = f"layer {index + 1}"
        text = f"check_gradients says the same if the gradients of {where} are {FACTOR:g} times as large"
        hint = (
            "call self.backpropagate first and self.layers[l].grad_params()[p] behind it, for every layer: bprop may "
            "set dW to a new array, and leave the old one as it was"
        )
        yield failed(text, expected="another outcome", found="the same outcome", hint=hint)
    yield passed()


@check("contract.perceptron-check", Kind.PERCEPTRON, when=_smooth, needs=("gradient.perceptron",), quantities=names_of)
def own_check_tries_and_restores(context: Context, quantity: str) -> Law:
    """The network's own check of gradients tries every parameter, and leaves it as it was, up to one small step."""
    network, x, target, values = yield from _network(context)
    said = yield from _outcome(network, x, target, 0, 1.0)
    if quantity not in said["tried"]:
        text = f"check_gradients never computes the loss with another value of {quantity}"
        hint = "change the array that params() returns in place, param[:] = ..., for each of them in every layer"
        yield failed(text, expected="other values, one after another", found="the same value in every pass", hint=hint)
    found = yield from network.ask(parameters())
    value, after = values[quantity], np.asarray(found[quantity])
    moved = np.abs(after - value) / np.maximum(1.0, np.abs(value))
    if np.sum(moved > TINY) > 1 or moved.max() > LAST_STEP:
        text = (
            f"check_gradients changes {int(np.sum(moved > TINY))} of {value.size} entries of {quantity}, by up to "
            f"{number(float(moved.max()))}"
        )
        hint = "start = param.copy() before the check, and param[:] = start after it"
        yield failed(
            text, expected="the parameters as they were", found=f"a change by {number(float(moved.max()))}", hint=hint
        )
    yield passed(float(moved.max()), LAST_STEP)
