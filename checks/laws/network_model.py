"""Network: a function that builds a certain one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ...specs import Kind, ModelSpec
from ..asking import feed, network_backward, network_forward, penalty_gradients, steps, structure, test
from ..context import Context
from ..law import Law, Level, check
from ..measurement import describe, failed, number, passed
from .contract import array_of_shape
from .loss import finite_number

_LETTERS = {"Conv": "C", "ReLU": "R", "Pooling": "P", "Flatten": "F", "FullyConnected": "D", "SoftMax": "S"}
# ReLU and the maximum may change places; the third convolution of the original may be one or a fully connected layer.
_LENET = re.compile(r"(C(RP|PR)){2}(CR)?F?(DR){1,2}DS")
_GRADIENTS = [1.0, 100.0]
_WEIGHTS = [1.0, -2.0]


@check("contract.model", Kind.MODEL, level=Level.CORE, needs=("contract.constructs",))
def model_runs(context: Context) -> Law:
    """The function builds a network that has a finite loss, runs backward, and gives each class a probability."""
    rng = context.rng()
    network, classes = context.new(), context.spec_as(ModelSpec).classes
    x = context.data(rng)
    labels = np.eye(classes)[rng.integers(classes, size=len(x))]
    _, loss = yield from network.ask(feed(x, labels), network_forward())
    yield finite_number("forward()", loss)
    _, rows = yield from network.ask(network_backward(), test(x))
    yield array_of_shape("test(x)", rows, (len(x), classes))
    sums = np.asarray(rows).sum(axis=1)
    if np.abs(sums - 1).max() > 1e-12 * classes or np.asarray(rows).min() < 0:
        found = f"rows that add up to {number(float(sums[0]))}"
        yield failed("test(x) gives no probabilities", expected="rows that add up to 1", found=found)
    yield passed()


@check("network.architecture", Kind.MODEL, needs=("contract.constructs",))
def layers_are_in_order(context: Context) -> Law:
    """Twice convolution, ReLU and pooling, then fully connected layers with ReLU between them, then softmax."""
    names: Any = yield from context.new().ask(structure())
    if isinstance(names, list) and _LENET.fullmatch("".join(_LETTERS.get(str(name), "x") for name in names)):
        yield passed()
        return
    found = ", ".join(map(str, names)) if isinstance(names, list) else describe(names)
    yield failed(
        f"the layers are {found}",
        expected=context.case.spec.definition,
        found=found,
        hint="Conv, ReLU, Pooling, Conv, ReLU, Pooling, Flatten, FullyConnected, ReLU, FullyConnected, ReLU, "
        "FullyConnected, SoftMax",
    )


@check("network.recipe", Kind.MODEL, needs=("contract.constructs",))
def optimizer_and_penalty(context: Context) -> Law:
    """Every trainable layer has Adam with the learning rate, and an L2 penalty with the weight, that are prescribed."""
    network, spec = context.new(), context.spec_as(ModelSpec)
    first_steps, penalties = yield from network.ask(steps(_GRADIENTS), penalty_gradients(_WEIGHTS))
    if not first_steps:
        yield failed(
            "no layer has an optimizer",
            expected="an optimizer in every trainable layer",
            found="none",
            hint="NeuralNetwork.append_layer gives every trainable layer a copy of the network's optimizer",
        )
        return
    # Adam's first step is learning_rate * g / (|g| + epsilon), so it does not depend on the gradient's size.
    rates = spec.learning_rates
    wrong = [each for each in first_steps if not any(np.allclose(each, -rate, rtol=1e-6) for rate in rates)]
    if wrong:
        found = f"first steps {', '.join(map(number, wrong[0]))} for the gradients 1 and 100 in {len(wrong)} layers"
        expected = f"{number(-rates[0])} for both"
        hint = "optimizer = Optimizers.Adam(5e-4, 0.9, 0.999)"
        yield failed(f"the optimizer makes the {found}", expected=expected, found=found, hint=hint)
    # The factor 2 of the derivative may be counted into alpha: the convention "L2 gradient".
    right = [spec.alpha * factor * np.array(_WEIGHTS) for factor in (1, 2)]
    for pull in penalties:
        if pull is None or not any(np.allclose(pull, each, rtol=1e-12) for each in right):
            text = "no penalty" if pull is None else f"a penalty whose gradient at 1 and -2 is {pull}"
            hint = "optimizer.add_regularizer(Constraints.L2_Regularizer(4e-4)) before the network is made"
            yield failed(f"a layer has {text}", expected=f"L2 with {spec.alpha}", found=text, hint=hint)
    yield passed()
