"""LeNet and saved networks of submissions: found, run, judged; neither makes a submission incomplete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backproof
from backproof.checks.plan.catalogue import all_checks
from backproof.specs import LeNet, NetworkFile

from .submissions import changed, example_files, load, write

CONV = """\
import numpy as np
from Layers.Base import BaseLayer


class Conv(BaseLayer):

    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.weights = np.random.rand(num_kernels, *convolution_shape)
        self.bias = np.random.rand(num_kernels)

    def initialize(self, weights_initializer, bias_initializer):
        kernels, channels, height, width = self.weights.shape
        fans = channels * height * width, kernels * height * width
        self.weights = weights_initializer.initialize(self.weights.shape, *fans)
        self.bias = bias_initializer.initialize(self.bias.shape, *fans)

    def windows(self, images):
        padded = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)))
        return np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(2, 3))

    def forward(self, input_tensor):
        self.input_tensor = input_tensor.copy()
        y = np.einsum("bchwij,kcij->bkhw", self.windows(input_tensor), self.weights, optimize=True)
        return y + self.bias[:, None, None]

    def backward(self, error_tensor):
        flipped = self.weights[:, :, ::-1, ::-1]
        error = np.einsum("bkhwij,kcij->bchw", self.windows(error_tensor), flipped, optimize=True)
        weights = np.einsum("bchwij,bkhw->kcij", self.windows(self.input_tensor), error_tensor, optimize=True)
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, weights)
        return error
"""
POOLING = """\
import numpy as np
from Layers.Base import BaseLayer


class Pooling(BaseLayer):

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()

    def forward(self, input_tensor):
        b, c, h, w = input_tensor.shape
        self.cells = input_tensor.reshape(b, c, h // 2, 2, w // 2, 2).copy()
        return self.cells.max(axis=(3, 5))

    def backward(self, error_tensor):
        on = self.cells == self.cells.max(axis=(3, 5), keepdims=True)
        cells = on / on.sum(axis=(3, 5), keepdims=True) * error_tensor[:, :, :, None, :, None]
        b, c, h, _, w, _ = cells.shape
        return cells.reshape(b, c, 2 * h, 2 * w)
"""
LENET = """\
from Layers import Conv, Flatten, FullyConnected, Initializers, Pooling, ReLU, SoftMax
from Optimization import Constraints, Loss, Optimizers
import NeuralNetwork


def build():
    optimizer = Optimizers.Adam(5e-4, 0.9, 0.999)
    optimizer.add_regularizer(Constraints.L2_Regularizer(4e-4))
    net = NeuralNetwork.NeuralNetwork(optimizer, Initializers.He(), Initializers.Constant(0.1))
    net.loss_layer = Loss.CrossEntropyLoss()
    net.append_layer(Conv.Conv((1, 1), (1, 5, 5), 6))
    net.append_layer(ReLU.ReLU())
    net.append_layer(Pooling.Pooling((2, 2), (2, 2)))
    net.append_layer(Conv.Conv((1, 1), (6, 5, 5), 16))
    net.append_layer(ReLU.ReLU())
    net.append_layer(Pooling.Pooling((2, 2), (2, 2)))
    net.append_layer(Flatten.Flatten())
    net.append_layer(FullyConnected.FullyConnected(784, 120))
    net.append_layer(ReLU.ReLU())
    net.append_layer(FullyConnected.FullyConnected(120, 84))
    net.append_layer(ReLU.ReLU())
    net.append_layer(FullyConnected.FullyConnected(84, 10))
    net.append_layer(SoftMax.SoftMax())
    return net
"""
NAMES = ("LeNet", "NetworkFile")


def with_lenet(*changes: tuple[str, str, str]) -> dict[str, str]:
    files = {
        **example_files(),
        "Layers/Conv.py": CONV,
        "Layers/Pooling.py": POOLING,
        "Models/LeNet.py": LENET,
        "Models/__init__.py": "",
    }
    return changed(*changes, files=files)


def checked(folder: Path, *changes: tuple[str, str, str]) -> Any:
    return backproof.check(write(folder, with_lenet(*changes)), *NAMES, effort="quick", level="strict")


def test_correct_ones_are_conformant(tmp_path: Path) -> None:
    result = checked(tmp_path)
    assert result.passed, result.footer.reasons
    assert {finding.layer for finding in result.findings} == set(NAMES)
    assert result.footer.counts == {"passed": len(result.findings)}


SWAPPED = ("Models/LeNet.py", "ReLU.ReLU())\n    net.append_layer(Pooling.Pooling((2, 2), (2, 2)))",
           "Pooling.Pooling((2, 2), (2, 2)))\n    net.append_layer(ReLU.ReLU())")  # fmt: skip
FIFTH = ("Models/LeNet.py", "Adam(5e-4,", "Adam(5**-4,")
OTHER_SIZES = ("Models/LeNet.py", "120", "100")
PICKLED_BYTES = (
    "NeuralNetwork.py",
    "        pickle.dump(net, file)",
    "        file.write(pickle.dumps(net))",
)


@pytest.mark.parametrize(
    "change", [SWAPPED, FIFTH, OTHER_SIZES, PICKLED_BYTES], ids=["order", "rate", "sizes", "bytes"]
)
def test_other_styles_are_conformant(tmp_path: Path, change: tuple[str, str, str]) -> None:
    result = checked(tmp_path, change)
    assert result.passed, result.footer.reasons


WRONG = {
    "network.architecture": [
        ("Models/LeNet.py", "(120, 84))\n    net.append_layer(ReLU.ReLU())\n", "(120, 84))\n"),
        ("Models/LeNet.py", "    net.append_layer(SoftMax.SoftMax())\n", ""),
    ],
    "network.recipe": [
        ("Models/LeNet.py", "Adam(5e-4,", "Adam(4e-4,"),
        ("Models/LeNet.py", "Adam(5e-4, 0.9, 0.999)", "Sgd(5e-4)"),
        ("Models/LeNet.py", "L2_Regularizer(4e-4)", "L2_Regularizer(5e-4)"),
        ("Models/LeNet.py", "L2_Regularizer(4e-4)", "L1_Regularizer(4e-4)"),
        ("Models/LeNet.py", "    optimizer.add_regularizer(Constraints.L2_Regularizer(4e-4))\n", ""),
    ],
    "contract.model": [
        ("Models/LeNet.py", "    net.loss_layer = Loss.CrossEntropyLoss()\n", ""),
        ("Models/LeNet.py", "(84, 10)", "(84, 11)"),
    ],
    "contract.constructs": [("Models/LeNet.py", "(784, 120)", "(784, 120, 1)")],
    "network.file-data": [
        ("NeuralNetwork.py", '        del state["data_layer"]\n', ""),
        ("NeuralNetwork.py", "    net.data_layer = data_layer\n", ""),
        ("NeuralNetwork.py", "state = self.__dict__.copy()", "state = self.__dict__"),
    ],
    "network.file": [
        ("NeuralNetwork.py", "    net.data_layer = data_layer\n",
         "    net.data_layer = data_layer\n    for layer in net.layers:\n        layer.optimizer = None\n"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("check_id", "change"),
    [(check_id, change) for check_id, changes in WRONG.items() for change in changes],
    ids=lambda value: value if isinstance(value, str) else value[1].split()[0],
)
def test_wrong_ones_are_reported(tmp_path: Path, check_id: str, change: tuple[str, str, str]) -> None:
    result = checked(tmp_path, change)
    assert check_id in all_checks()
    broken = {finding.check for finding in result.findings if finding.failing}
    assert check_id in broken, [(finding.id, finding.verdict, finding.message) for finding in result.findings]


def test_a_function_that_builds_nothing_is_told_so(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, with_lenet(("Models/LeNet.py", "    return net\n", ""))))
    with pytest.raises(TypeError, match=r"build\(\) returned NoneType, but should return a network"):
        adapter.build(LeNet())


def test_save_without_load_says_what_is_missing(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, with_lenet(("NeuralNetwork.py", "def load(", "def read("))))
    with pytest.raises(AttributeError, match=r"a function save, but no load\(filename, data_layer\)"):
        adapter.build(NetworkFile.cases()[0].spec)


def test_neither_makes_a_submission_incomplete(tmp_path: Path) -> None:
    files = changed(("NeuralNetwork.py", "def save(", "def _save("))
    adapter = load(write(tmp_path, files))
    facts = adapter.describe()
    assert not {*NAMES} & {*facts["offered"], *facts["missing"]}
    assert adapter.build(LeNet()) is None
    assert adapter.build(NetworkFile.cases()[0].spec) is None


@pytest.mark.parametrize("body", ["pass", "...", '"""Build it."""', "raise NotImplementedError"])
def test_a_function_that_is_not_written_yet_is_not_there(tmp_path: Path, body: str) -> None:
    files = {**with_lenet(), "Models/LeNet.py": f"def build():\n    {body}\n"}
    facts = load(write(tmp_path, files)).describe()
    assert "LeNet" not in {*facts["offered"], *facts["missing"]}


def test_the_file_is_used_and_the_network_goes_on(tmp_path: Path) -> None:
    subject = load(write(tmp_path, example_files())).build(NetworkFile.cases()[1].spec)
    x = np.ones((3, 4))
    subject.feed(x, np.eye(3))
    subject.train(2)
    before, old = subject.test(x), subject._inner.network
    assert subject.save_and_load() == {"kept": True, "dropped": True, "set": True}
    assert subject._inner.network is not old
    np.testing.assert_array_equal(subject.test(x), before)
    assert len(subject.train(1)) == 3
