"""The facts of the Freiburg exercise: components, names."""

from __future__ import annotations

from ..course import Course

ACTIVATIONS = ("ReLU", "Sigmoid", "TanH")
OUTPUTS = ("LinearOutput", "SoftmaxOutput")

COURSE = Course(
    name="freiburg-mlp",
    title="the Freiburg exercise on a multilayer perceptron",
    stages={"exercise": (*ACTIVATIONS, "FullyConnected", *OUTPUTS, "MultilayerPerceptron")},
    # The course has no tests; these names are given here.
    tests={
        "TestActivation": (ACTIVATIONS, None),
        "TestFullyConnectedLayer": (("FullyConnected",), None),
        "TestLinearOutput": (("LinearOutput",), None),
        "TestSoftmaxOutput": (("SoftmaxOutput",), None),
        "TestNeuralNetwork": (("MultilayerPerceptron",), None),
        "TestGradients": (("MultilayerPerceptron",), ("gradient",)),
    },
    conventions={},
    outside=("FullyConnected/*/initializer.layer",),  # a layer draws its weights when it is constructed
)

# Component: the submission's classes without which it cannot be built.
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(ACTIVATIONS, ("Activation",)),
    "FullyConnected": ("InputLayer", "FullyConnectedLayer"),
    "LinearOutput": ("InputLayer", "LinearOutput"),
    "SoftmaxOutput": ("InputLayer", "SoftmaxOutput"),
    "MultilayerPerceptron": ("InputLayer", "FullyConnectedLayer", "NeuralNetwork"),
}
