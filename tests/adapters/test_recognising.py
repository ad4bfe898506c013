"""A folder is taken for a submission of the FAU exercises on strong evidence only."""

from __future__ import annotations

from pathlib import Path

import pytest

import backproof
from backproof import adapters
from backproof.adapters import SubjectNotFound
from backproof.adapters.fau.layout import read_layout
from backproof.adapters.fau.recognising import is_submission

from .submissions import SOURCES, example_files, write

_LAYER = (
    "class {name}:\n    def forward(self, x):\n        return x\n\n    def backward(self, dout):\n        return dout\n"
)


def layers(*names: str, text: str = _LAYER) -> str:
    return "\n\n".join(text.format(name=name) for name in names)


FOREIGN = {
    "one file of layers and a network": {
        "neural_network.py": layers("NeuralNetwork"),
        "layers.py": layers("FullyConnected", "ReLU", "Dropout", "Conv"),
        "optim.py": layers("Adam"),
    },
    "a file per layer": {"dropout.py": layers("Dropout"), "activation.py": layers("ReLU", "Sigmoid", "TanH")},
    "a package of layers": {
        "nn/layers/dropout.py": layers("Dropout"),
        "nn/layers/conv.py": layers("Conv"),
        "nn/layers/__init__.py": "",
        "nn/optimizers.py": "class Adam:\n    def step(self):\n        pass\n",
    },
    "capital letters": {"Layers/Dropout.py": layers("Dropout"), "Layers/Conv.py": layers("Conv")},
    "trainable, as in Keras": {
        "layers/pooling.py": layers("Pooling").replace("return x", "self.trainable = False\n        return x"),
        "neural_network.py": layers("NeuralNetwork"),
    },
    "input_tensor in forward": {
        "layers.py": layers("Flatten", "SoftMax").replace("self, x", "self, input_tensor"),
        "loss.py": layers("CrossEntropyLoss"),
    },
    "PyTorch": {
        "models/dropout.py": "from torch import nn\n\nclass Dropout(nn.Module):\n"
        "    def forward(self, input_tensor):\n        return input_tensor\n",
    },
    "functions with caches": {"layers.py": "def conv_forward(x, w, b): ...\n", "rnn.py": "class RNN:\n    pass\n"},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_folder_is_not_claimed_and_told_how_to_begin(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "mine", FOREIGN[name])
    with pytest.raises(SubjectNotFound, match=rf"mine is not recognised: .*`backproof init {folder}`"):
        backproof.check(folder)


@pytest.mark.parametrize("name", ["a file per layer", "capital letters"])
def test_who_says_that_it_is_one_is_believed(tmp_path: Path, name: str) -> None:
    target = adapters.resolve(str(write(tmp_path, FOREIGN[name])), "fau-exercises")
    assert (target["kind"], target["course"]) == ("folder", "fau-exercises")
    assert "Dropout" in adapters.load(target).describe()["offered"]


def test_a_submission_beside_a_foreign_framework_is_found(tmp_path: Path) -> None:
    write(tmp_path / "a", FOREIGN["a file per layer"])
    write(tmp_path / "b", example_files())
    assert adapters.resolve(str(tmp_path))["root"] == str(tmp_path / "b")


PARTS = sorted(
    name for name in example_files() if "__init__" not in name and not name.endswith(("Base.py", "Helpers.py"))
)


@pytest.mark.parametrize("name", PARTS)
def test_one_file_of_a_submission_is_enough(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: example_files()[name]})
    assert adapters.resolve(str(tmp_path))["root"] == str(tmp_path)


def test_names_of_one_s_own_are_recognised_in_the_course_s_files(tmp_path: Path) -> None:
    base = "class BaseLayer:\n    def __init__(self):\n        self.trainable = False\n"
    write(tmp_path, {"Layers/Base.py": base, "Layers/ReLU.py": f"from Layers.Base import BaseLayer\n{layers('ReLU')}"})
    assert adapters.resolve(str(tmp_path))["course"] == "fau-exercises"


def test_a_file_that_cannot_be_parsed_is_recognised_by_its_words(tmp_path: Path) -> None:
    text = "class ReLU:\n    def forward(self, input_tensor):\n    def backward(self, error_tensor)\n"
    write(tmp_path, {"Layers/ReLU.py": text})
    assert adapters.resolve(str(tmp_path))["course"] == "fau-exercises"


STYLES = [path for path in sorted((Path(__file__).parents[1] / "styles").iterdir()) if (path / "style.json").exists()]


@pytest.mark.parametrize("folder", [SOURCES, *STYLES], ids=lambda path: path.name)
def test_every_style_is_recognised_by_its_own_files(folder: Path) -> None:
    assert is_submission(read_layout(folder, folder))
