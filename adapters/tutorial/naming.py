"""The tutorial's class names, and how they are told from those of other courses."""

from __future__ import annotations

from ..definitions import Definitions
from ..source import normalised

# Component: the course's class name first, then how others call it; upper and lower case do not matter.
CLASSES: dict[str, tuple[str, ...]] = {
    "FullyConnected": ("FullyConnectedLayer", "FullyConnected"),
    "Sigmoid": ("Sigmoid", "SigmoidLayer"),
    "ReLU": ("ReLU", "ReLULayer"),
    "Flatten": ("FlattenLayer", "Flatten"),
    "Conv": ("ConvolutionalLayer", "ConvolutionLayer", "ConvLayer", "Conv"),
    "Pooling": ("MaxPoolLayer", "MaxPoolingLayer", "MaxPooling", "MaxPool", "PoolingLayer", "Pooling"),
    "Dropout": ("DropOut", "DropOutLayer"),
    "SoftMaxCrossEntropyLoss": ("SoftMaxCrossEntropyLoss", "SoftMaxCrossEntropyLossLayer", "SoftMaxCrossEntropy"),
    "Constant": ("Const", "Constant"),
    "UniformRandom": ("UniformRandom",),
    "He": ("He",),
    "NeuralNetwork": ("NeuralNetwork",),
}
# Components whose class has a name that other courses do not use.
_TELLING = ("FullyConnected", "Conv", "Pooling", "Flatten", "SoftMaxCrossEntropyLoss", "Dropout")


def class_names(definitions: Definitions) -> dict[str, str]:
    """Component to the name of its class in the file, for those that the file defines."""
    by_name = {normalised(name): name for name in definitions.classes}
    found = {}
    for component, names in CLASSES.items():
        present = [by_name[normalised(name)] for name in names if normalised(name) in by_name]
        if present:
            found[component] = present[0]
    return found


def recognises(definitions: Definitions) -> bool:
    """Tell whether the classes are those of the tutorial: `forward` and `backward`, and names that only it uses."""
    found = class_names(definitions)
    if "fprop" in {method for methods in definitions.classes.values() for method in methods}:
        return False  # the Freiburg MLP
    return any(found.get(component) == CLASSES[component][0] for component in _TELLING)  # Dropout is another course's
