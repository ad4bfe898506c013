"""The facts of the FNN workshop: components and names."""

from __future__ import annotations

from ..course import Course

_NETWORKS = ("MultilayerPerceptron", "NormalizedPerceptron")

COURSE = Course(
    name="fnn-workshop",
    title="the FNN workshop in PyTorch",
    stages={"network": ("MultilayerPerceptron",), "training": ("Trainer",)},
    optional=("NetworkUser", "NormalizedPerceptron"),
    # The course has no tests; these names are given here.
    tests={
        "TestFNN": (_NETWORKS, None),
        "TestNetworkTrainer": (("Trainer",), None),
        "TestNetworkUser": (("NetworkUser",), None),
    },
    conventions={"SoftmaxOutput epsilon": "none", "SoftmaxOutput gradient": "of the mean"},
    # The network has no epochs of its own, counts no errors, and checks no gradients: NetworkTrainer and PyTorch do.
    outside=(
        "*Perceptron/*/network.perceptron*",
        "*Perceptron/*/optimizer.perceptron*",
        "*Perceptron/*/value.perceptron-errors",
        "*Perceptron/*/*.perceptron-check*",
    ),
)

# Component: the submission's class that it is built from.
CLASSES = {**dict.fromkeys(_NETWORKS, "FNN"), "Trainer": "NetworkTrainer", "NetworkUser": "NetworkUser"}
