"""The facts of the FAU tutorial "How to build a deep learning framework"."""

from __future__ import annotations

from ..class_api.facts import unscaled_dropout
from ..course import Course

_LAYERS = ("FullyConnected", "Sigmoid", "ReLU", "Flatten", "Conv", "Pooling", "Dropout")
_OTHERS = ("SoftMaxCrossEntropyLoss", "Constant", "UniformRandom", "He", "NeuralNetwork")

COURSE = Course(
    name="fau-tutorial",
    title="the FAU tutorial on building a framework",
    stages={"tutorial": (*_LAYERS, *_OTHERS)},
    optional=("LeNet",),
    tests={
        "TestFullyConnected": (("FullyConnected",), None),
        "TestReLU": (("ReLU",), None),
        "TestSigmoid": (("Sigmoid",), None),
        "TestSoftMaxCrossEntropyLoss": (("SoftMaxCrossEntropyLoss",), None),
        "TestInitializers": (("Constant", "UniformRandom", "He"), None),
        "TestConv": (("Conv", "Flatten"), None),
        "TestMaxPooling": (("Pooling",), None),
        "TestDropout": (("Dropout",), None),
    },
    conventions={"SoftMaxCrossEntropyLoss reduction": "sum", "loss reduction": "sum"},
    # It convolves images only, its layers update by plain gradient descent, and it has no penalties.
    outside=(
        "Conv/sequence*",
        "Conv/*length=*",
        "*/optimizer.state/*",
        "NeuralNetwork/with-[LRmpr]*",
    ),
    deviations=(
        unscaled_dropout(
            "the tutorial's own test: ones come back from backward as at most 1, with a probability of 0.5"
        ),
    ),
)
