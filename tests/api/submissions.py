"""Submissions for the tests: the correct example, with some of its files spoiled."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "examples" / "fau_exercise"
BUGGY = REPOSITORY / "examples" / "fau_exercise_buggy"

_LAYER = """\
import numpy as np
{top}


class {name}:
    def __init__(self):
        self.trainable = False
        self.testing_phase = False
{init}

    def forward(self, input_tensor):
{forward}

    def backward(self, error_tensor):
{backward}
"""

_SOFTMAX = """\
e = np.exp(input_tensor - input_tensor.max(axis=1, keepdims=True))
self.y = e / e.sum(axis=1, keepdims=True)
return self.y.copy()
"""

# Bodies of forward and backward that are right, so that the lines put before them alone decide.
_CORRECT = {
    "Flatten": (
        "self.shape = input_tensor.shape\nreturn input_tensor.reshape(len(input_tensor), -1).copy()",
        "return error_tensor.reshape(self.shape).copy()",
    ),
    "ReLU": ("self.on = input_tensor > 0\nreturn np.maximum(0, input_tensor)", "return error_tensor * self.on"),
    "Sigmoid": (
        "self.y = 1 / (1 + np.exp(-np.clip(input_tensor, -700, 700)))\nreturn self.y.copy()",
        "return error_tensor * self.y * (1 - self.y)",
    ),
    "SoftMax": (_SOFTMAX, "return self.y * (error_tensor - (error_tensor * self.y).sum(axis=1, keepdims=True))"),
    "TanH": ("self.y = np.tanh(input_tensor)\nreturn self.y.copy()", "return error_tensor * (1 - self.y**2)"),
}


def layer(name: str, *, top: str = "", init: str = "", forward: str = "", backward: str = "") -> str:
    """The source of a correct layer without parameters, with lines put first into the places named."""
    good_forward, good_backward = _CORRECT[name]

    def indented(*blocks: str) -> str:
        return "\n".join(f"        {line}" for block in blocks for line in block.splitlines())

    return _LAYER.format(
        name=name,
        top=top,
        init=indented(init),
        forward=indented(forward, good_forward),
        backward=indented(backward, good_backward),
    )


def submission(folder: Path, spoiled: Mapping[str, str]) -> Path:
    """The example in `folder`, with whole files replaced; a key such as `ReLU` means `Layers/ReLU.py`."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", "README.md"))
    for name, text in spoiled.items():
        path = folder / "src_to_implement" / (name if name.endswith(".py") else f"Layers/{name}.py")
        path.write_text(text)
    return folder


def spoiled_layers(*names: str) -> dict[str, str]:
    """Correct stubs, as `layer` writes them: what the tests spoil is right otherwise."""
    return {name: layer(name) for name in names or _CORRECT}
