"""The facts of the FAU exercises: stages, test names, file layout, conventions."""

from __future__ import annotations

from ..class_api.facts import CONVENTIONS, unscaled_dropout
from ..course import Course

_STAGE_1 = ("FullyConnected", "ReLU", "SoftMax", "CrossEntropyLoss", "Sgd", "NeuralNetwork")
_INITIALIZERS = ("Constant", "UniformRandom", "Xavier", "He")
_STAGE_2 = (*_INITIALIZERS, "Flatten", "Conv", "Pooling", "SgdWithMomentum", "Adam")
_REGULARIZERS = ("L1_Regularizer", "L2_Regularizer")
_STAGE_3 = (*_REGULARIZERS, "Dropout", "BatchNormalization", "TanH", "Sigmoid", "RNN")
_OPTIMIZERS = ("Sgd", "SgdWithMomentum", "Adam")

OLDEST, WITH_PHASES, WITH_TESTING_PHASE, NEWEST = "2018/19", "2019/20", "2020/21", "2021 or later"

COURSE = Course(
    name="fau-exercises",
    title="FAU exercises 1 to 3",
    stages={"stage1": _STAGE_1, "stage2": _STAGE_2, "stage3": _STAGE_3},
    optional=("LSTM", "LeNet", "NetworkFile"),
    tests={
        "TestFullyConnected": (("FullyConnected",), None),
        "TestFullyConnected1": (("FullyConnected",), None),
        "TestFullyConnected2": (("FullyConnected",), None),
        "TestReLU": (("ReLU",), None),
        "TestSoftMax": (("SoftMax",), None),
        "TestCrossEntropyLoss": (("CrossEntropyLoss",), None),
        "TestOptimizers": (_OPTIMIZERS, None),
        "TestOptimizers1": (("Sgd",), None),
        "TestOptimizers2": (_OPTIMIZERS, None),
        "TestInitializers": (_INITIALIZERS, None),
        "TestFlatten": (("Flatten",), None),
        "TestFlattenLayer": (("Flatten",), None),
        "TestConv": (("Conv",), None),
        "TestPooling": (("Pooling",), None),
        "TestConstraints": (_REGULARIZERS, None),
        "TestDropout": (("Dropout",), None),
        "TestBatchNorm": (("BatchNormalization",), None),
        "TestTanH": (("TanH",), None),
        "TestSigmoid": (("Sigmoid",), None),
        "TestRNN": (("RNN",), None),
        "TestLSTM": (("LSTM",), None),
        "TestNeuralNetwork": (("NeuralNetwork",), None),
        "TestNeuralNetwork1": (("NeuralNetwork",), None),
        "TestNeuralNetwork2": (("NeuralNetwork",), None),
        "TestNeuralNetwork3": (("NeuralNetwork",), None),
        "TestLeNet": (("LeNet",), None),
    },
    conventions=CONVENTIONS,
    editions=(OLDEST, WITH_PHASES, WITH_TESTING_PHASE, NEWEST),
    deviations=(
        unscaled_dropout(
            "the course's own test of the editions 2018/19 and 2019/20: ones come back from backward as at most 1",
            editions=(OLDEST, WITH_PHASES),
        ),
    ),
    asked_from={"initializer.layer": "stage2", "phase.network-set": "stage3"},
)

# Component: folder (empty: the root) and module, as the course names them. The class has the component's name.
FILES: dict[str, tuple[str, str]] = {
    "FullyConnected": ("Layers", "FullyConnected"),
    "ReLU": ("Layers", "ReLU"),
    "SoftMax": ("Layers", "SoftMax"),
    "Sigmoid": ("Layers", "Sigmoid"),
    "TanH": ("Layers", "TanH"),
    "Flatten": ("Layers", "Flatten"),
    "Conv": ("Layers", "Conv"),
    "Pooling": ("Layers", "Pooling"),
    "Dropout": ("Layers", "Dropout"),
    "BatchNormalization": ("Layers", "BatchNormalization"),
    "RNN": ("Layers", "RNN"),
    "LSTM": ("Layers", "LSTM"),
    "Constant": ("Layers", "Initializers"),
    "UniformRandom": ("Layers", "Initializers"),
    "Xavier": ("Layers", "Initializers"),
    "He": ("Layers", "Initializers"),
    "Sgd": ("Optimization", "Optimizers"),
    "SgdWithMomentum": ("Optimization", "Optimizers"),
    "Adam": ("Optimization", "Optimizers"),
    "L1_Regularizer": ("Optimization", "Constraints"),
    "L2_Regularizer": ("Optimization", "Constraints"),
    "CrossEntropyLoss": ("Optimization", "Loss"),
    "NeuralNetwork": ("", "NeuralNetwork"),
    "NetworkFile": ("", "NeuralNetwork"),
    "LeNet": ("Models", "LeNet"),
}
