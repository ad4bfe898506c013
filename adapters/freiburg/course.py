"""The facts of the Freiburg exercise: components, names, how a submission is recognised."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..course import Course

ACTIVATIONS = ("ReLU", "Sigmoid", "TanH")
OUTPUTS = ("LinearOutput", "SoftmaxOutput")

COURSE = Course(
    name="freiburg-mlp",
    title="the Freiburg exercise on a multilayer perceptron",
    stages={"exercise": (*ACTIVATIONS, "FullyConnected", *OUTPUTS, "MultilayerPerceptron")},
    tests={
        "Activation": (ACTIVATIONS, None),
        "FullyConnectedLayer": (("FullyConnected",), None),
        "LinearOutput": (("LinearOutput",), None),
        "SoftmaxOutput": (("SoftmaxOutput",), None),
        "NeuralNetwork": (("MultilayerPerceptron",), None),
        "check_gradients": (("MultilayerPerceptron",), ("gradient",)),
    },
    conventions={},
)

# Component: the submission's classes without which it cannot be built.
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ACTIVATIONS, ("Activation",)),
    "FullyConnected": ("InputLayer", "FullyConnectedLayer"),
    "LinearOutput": ("InputLayer", "LinearOutput"),
    "SoftmaxOutput": ("InputLayer", "SoftmaxOutput"),
    "MultilayerPerceptron": ("InputLayer", "FullyConnectedLayer", "NeuralNetwork"),
}


def recognises(classes: Mapping[str, Collection[str]]) -> bool:
    """Tell whether classes, with the names of their methods, are those of the exercise.

    The layer's name is the exercise's own, and its passes are called as nowhere else.
    """
    layer = classes.get("FullyConnectedLayer", ())
    return "fprop" in layer and "bprop" in layer


def offered(classes: Collection[str]) -> list[str]:
    """The components that can be built from the classes."""
    return [name for name, needed in NEEDS.items() if set(needed) <= set(classes)]
