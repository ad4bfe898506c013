"""Styles in which submissions of the FAU tutorial are written, as changes of the example; and mistakes in them."""

from __future__ import annotations

import json
from pathlib import Path

from .notebooks import write_notebook
from .submissions import EXAMPLES

EXAMPLE = EXAMPLES / "fau_tutorial" / "framework.ipynb"
BUGGY = EXAMPLES / "fau_tutorial_buggy" / "framework.ipynb"

Change = tuple[str, str]

PHASE = 'Phase = enum("train", "test", "validation")\n'
_WEIGHTS = "self.weights = np.random.uniform(size=(output_size, input_size + 1)) / np.sqrt(input_size)"
_STACKED = "self.weights = np.hstack([inner, bias])"
_FORWARD = "return self.extended @ self.weights.T"
_BACKWARD = """        below = error @ self.weights[:, :-1]
        self.gradient = error.T @ self.extended
        self.weights = self.weights - self.learning_rate * self.gradient
"""
_CONV_SHAPE = """        flat = weights_initializer.initialize((self.n_kernels, int(np.prod(self.kernel_shape))))
        self.weights = flat.reshape(self.n_kernels, *self.kernel_shape)
"""
_MASK = "(np.random.rand(*x.shape) >= self.probability) / (1 - self.probability)"
_ONES = "self.factors = np.ones(x.shape)"

_SEPARATE = (
    (
        _WEIGHTS,
        "self.weights = np.random.rand(input_size, output_size)\n        self.bias = np.random.rand(output_size)",
    ),
    (_STACKED, "self.weights, self.bias = inner.T.copy(), bias[:, 0]"),
    (_FORWARD, "return x @ self.weights + self.bias"),
    (
        _BACKWARD,
        """        below = error @ self.weights.T
        self.gradient = self.extended.T @ error
        self.weights = self.weights - self.learning_rate * self.gradient[:-1]
        self.bias = self.bias - self.learning_rate * self.gradient[-1]
""",
    ),
)
_LAST_ROW = (
    (_WEIGHTS, "self.weights = np.random.rand(input_size + 1, output_size)"),
    (_STACKED, "self.weights = np.vstack([inner.T, bias.T])"),
    (_FORWARD, "return self.extended @ self.weights"),
    (
        _BACKWARD,
        """        below = error @ self.weights[:-1].T
        self.gradient = self.extended.T @ error
        self.weights = self.weights - self.learning_rate * self.gradient
""",
    ),
)
_FIRST_COLUMN = (
    ("np.hstack([x, np.ones((len(x), 1))])", "np.hstack([np.ones((len(x), 1)), x])"),
    (_STACKED, "self.weights = np.hstack([bias, inner])"),
    ("error @ self.weights[:, :-1]", "error @ self.weights[:, 1:]"),
)

# What correct submissions may look like: the layers it is about, and what is changed.
STYLES: dict[str, tuple[str, tuple[Change, ...]]] = {
    "bias in the last row": ("FullyConnected", _LAST_ROW),
    "bias in the first column": ("FullyConnected", _FIRST_COLUMN),
    "separate bias, gradient of both in one": ("FullyConnected", _SEPARATE),
    "separate bias, gradients in a pair": (
        "FullyConnected",
        (*_SEPARATE, ("        return self.gradient", "        return self.gradient[:-1], self.gradient[-1]")),
    ),
    "separate bias, gradients by two methods": (
        "FullyConnected",
        (
            *_SEPARATE,
            (
                "        return self.gradient",
                """\
        return self.gradient[:-1]

    def get_gradient_bias(self):
        return self.gradient[-1:]""",
            ),
        ),
    ),
    "update in place": (
        "FullyConnected",
        (
            (
                "self.weights = self.weights - self.learning_rate * self.gradient\n",
                "self.weights -= self.learning_rate * self.gradient\n",
            ),
        ),
    ),
    "learning rate under another name": ("FullyConnected Conv", (("self.learning_rate", "self.eta"),)),
    "initialised as a whole": (
        "FullyConnected",
        (
            (
                "inner = weights_initializer.initialize((self.n_outputs, self.n_inputs))",
                "inner = weights_initializer.initialize((self.n_outputs, self.n_inputs + 1))[:, :-1]",
            ),
        ),
    ),
    "bias as a vector": (
        "FullyConnected",
        (("initialize((self.n_outputs, 1))", "initialize((self.n_outputs,))[:, None]"),),
    ),
    "without super().__init__": ("FullyConnected Conv Pooling Dropout", (("        super().__init__()\n", ""),)),
    "without a base class": (
        "ReLU Flatten Dropout NeuralNetwork",
        (("(BaseLayer)", ""), ("        super().__init__()\n", "")),
    ),
    **{
        name: ("Dropout NeuralNetwork", ((PHASE, f"{made}\n"),))
        for name, made in {
            "a class of phases": "class Phase:\n    train = 0\n    test = 1\n    validation = 2",
            "an enumeration of phases": "import enum\nclass Phase(enum.Enum):\n    train = 0\n    test = 1",
            "other numbers for phases": "Phase = enum(train='TRAIN', test=None)",
            "phases by nested calls of own functions": (
                "def numbered(names):\n    return dict(zip(names, range(len(names))))\n"
                "def names():\n    return 'train', 'test', 'validation'\n"
                "Phase = enum(**numbered(names()))"
            ),
            "phases with earlier definitions as arguments": (
                "NAMES = ['train', 'test', 'validation']\nFIRST, SECOND = 4, 5\n"
                "def pair(a, b=7, *, c=0):\n    return {'train': a, 'test': b + c}\n"
                "PAIR: dict = pair(FIRST, c=SECOND)\nPhase = enum(*NAMES, **{'test': PAIR['test'], 'train': FIRST})"
            ),
            "phases of a class of the notebook": (
                "class Enum:\n    def __init__(self, *names):\n        self.__dict__.update(zip(names, 'abc'))\n"
                "def make(kind, *names):\n    return kind(*names)\nPhase = make(Enum, 'train', 'test', 'validation')"
            ),
            "a namespace of phases": (
                "from types import SimpleNamespace\ndef make():\n    return SimpleNamespace(train=1, test=2)\n"
                "Phase = make()"
            ),
            "a named tuple of phases": (
                "from collections import namedtuple\n"
                "def make(names):\n    return namedtuple('Phases', names)(*range(len(names)))\n"
                "Phase = make(['train', 'test'])"
            ),
        }.items()
    },
    "a dictionary of phases": (
        "Dropout NeuralNetwork",
        (
            (PHASE, "def phases():\n    return {'train': 0, 'test': 1}\nPhase = phases()\n"),
            ("Phase.train", "Phase['train']"),
            ("Phase.test", "Phase['test']"),
        ),
    ),
    "phases in capitals": (
        "Dropout NeuralNetwork",
        (
            (PHASE, 'Phase = enum("TRAIN", "TEST")\n'),
            ("Phase.train", "Phase.TRAIN"),
            ("Phase.test", "Phase.TEST"),
        ),
    ),
    "true convolution": (
        "Conv",
        (
            ("self.weights[:, :, i, j]", "self.weights[:, :, -1 - i, -1 - j]"),
            ("weights[:, :, i, j] = np", "weights[:, :, -1 - i, -1 - j] = np"),
        ),
    ),
    "reversed channels": (
        "Conv",
        (
            ("self.weights[:, :, i, j]", "self.weights[:, ::-1, i, j]"),
            ("weights[:, :, i, j] = np", "weights[:, ::-1, i, j] = np"),
        ),
    ),
    "odd zero before": (
        "Conv",
        (("((m - 1) // 2, m // 2), ((n - 1) // 2, n // 2)", "(m // 2, (m - 1) // 2), (n // 2, (n - 1) // 2)"),),
    ),
    "bias with axes": (
        "Conv",
        (
            ("np.random.uniform(-0.1, 0.1, n_kernels)", "np.random.uniform(-0.1, 0.1, (1, n_kernels, 1, 1))"),
            ("initialize((self.n_kernels,))", "initialize((1, self.n_kernels, 1, 1))"),
            ("self.bias[None, :, None, None]", "self.bias"),
            ("error.sum(axis=(0, 2, 3))", "error.sum(axis=(0, 2, 3), keepdims=True)"),
        ),
    ),
    "kernels initialised in their shape": (
        "Conv He",
        (
            (
                _CONV_SHAPE,
                "        self.weights = weights_initializer.initialize((self.n_kernels, *self.kernel_shape))\n",
            ),
            ("np.sqrt(2 / shape[1])", "np.sqrt(2 / np.prod(shape[1:]))"),
        ),
    ),
    "kernels initialised without He": (
        "Conv",
        (
            (
                _CONV_SHAPE,
                "        self.weights = weights_initializer.initialize((self.n_kernels, *self.kernel_shape))\n",
            ),
            ("class He:", "class Hee:"),
        ),
    ),
    "kernels initialised in their shape, transposed He": (
        "He",
        (
            (
                "return np.random.normal(0, np.sqrt(2 / shape[1]), shape)",
                "return np.random.randn(*shape) * (2 / shape[1]) ** 0.5",
            ),
        ),
    ),
    "stride first": ("Pooling", (("neighborhood=(2, 2), stride=(2, 2)", "stride=(2, 2), neighborhood=(2, 2)"),)),
    "keyword names of their own": (
        "Pooling",
        (
            ("neighborhood=(2, 2), stride=(2, 2)", "size=(2, 2), strides=(2, 2)"),
            ("= neighborhood, stride", "= size, strides"),
        ),
    ),
    "probability to keep": (
        "Dropout NeuralNetwork",
        ((_MASK, "(np.random.rand(*x.shape) < self.probability) / self.probability"),),
    ),
    "scaled in the test phase": (
        "Dropout NeuralNetwork",
        (
            (_MASK, "1.0 * (np.random.rand(*x.shape) >= self.probability)"),
            (_ONES, "self.factors = np.full(x.shape, 1 - self.probability)"),
        ),
    ),
    "probability to keep, scaled in the test phase": (
        "Dropout NeuralNetwork",
        (
            (_MASK, "1.0 * (np.random.rand(*x.shape) < self.probability)"),
            (_ONES, "self.factors = np.full(x.shape, self.probability)"),
        ),
    ),
    "a generator of the file": (
        "Dropout UniformRandom He",
        (
            ("%load_ext autoreload", "rng = np.random.default_rng()"),
            ("np.random.rand(*x.shape)", "rng.random(x.shape)"),
            ("np.random.normal", "rng.normal"),
            ("np.random.uniform(0", "rng.uniform(0"),
        ),
    ),
    "one method to append": (
        "NeuralNetwork",
        (
            ("    def append_fixed_layer(self, layer):\n        self.layers.append(layer)\n\n", ""),
            ("def append_trainable_layer(self, layer):", "def append_layer(self, layer):"),
            ("        layer.initialize(self", "        if hasattr(layer, 'initialize'): layer.initialize(self"),
        ),
    ),
    "a phase of the network": ("NeuralNetwork", (("_set_phase", "set_phase"),)),
    "loss without a base class": (
        "SoftMaxCrossEntropyLoss NeuralNetwork",
        (("class SoftMaxCrossEntropyLoss(BaseLayer)", "class SoftMaxCrossEntropyLoss"),),
    ),
}

# What is wrong, the layer, the check that says so.
MISTAKES: dict[str, tuple[str, str, tuple[Change, ...]]] = {
    "bias is not updated": (
        "FullyConnected",
        "optimizer.applied",
        (
            (
                "self.learning_rate * self.gradient\n",
                "self.learning_rate * self.gradient * (np.arange(self.n_inputs + 1) < self.n_inputs)\n",
            ),
        ),
    ),
    "gradient of the mean": (
        "FullyConnected",
        "gradient.parameter",
        (("self.gradient = error.T", "self.gradient = error.T / len(error)"),),
    ),
    "update before the input gradient": (
        "FullyConnected",
        "gradient.before-update",
        (
            (
                _BACKWARD + "        return below",
                "\n".join(_BACKWARD.splitlines()[1:]) + "\n        return error @ self.weights[:, :-1]",
            ),
        ),
    ),
    "ascent": (
        "Conv",
        "optimizer.applied",
        (
            (
                "self.weights - self.learning_rate * self.gradient_of",
                "self.weights + self.learning_rate * self.gradient_of",
            ),
        ),
    ),
    "fans in the wrong order": (
        "FullyConnected",
        "initializer.layer",
        (
            (
                "inner = weights_initializer.initialize((self.n_outputs, self.n_inputs))",
                "inner = weights_initializer.initialize((self.n_inputs, self.n_outputs)).T",
            ),
        ),
    ),
    "kernels in their shape, He by the second size": (
        "Conv",
        "initializer.layer",
        (
            (
                _CONV_SHAPE,
                "        self.weights = weights_initializer.initialize((self.n_kernels, *self.kernel_shape))\n",
            ),
        ),
    ),
    "pooling reads its arguments the other way round": (
        "Pooling",
        "contract.forward",
        (("= neighborhood, stride", "= stride, neighborhood"),),
    ),
    "both scalings": ("Dropout", "phase.identity", ((_ONES, "self.factors = np.full(x.shape, 1 - self.probability)"),)),
    "no scaling": ("Dropout", "phase.mask-values", ((_MASK, "1.0 * (np.random.rand(*x.shape) >= self.probability)"),)),
    "scaled by the other probability": (
        "Dropout",
        "phase.mask-values",
        ((" / (1 - self.probability)", " / self.probability"),),
    ),
    "scaled loss": ("SoftMaxCrossEntropyLoss", "value.loss", (("return float(np.sum(", "return float(np.mean("),)),
    "clipped logarithm": (
        "SoftMaxCrossEntropyLoss",
        "value.loss",
        (
            (
                "return float(np.sum(log_of_sums - np.sum(shifted * labels, axis=1)))",
                "return float(-np.sum(labels * np.log(self.probabilities + 1e-3)))",
            ),
        ),
    ),
    "predict without softmax": (
        "SoftMaxCrossEntropyLoss",
        "value.loss-predict",
        (("return shifted / shifted.sum(axis=1, keepdims=True)", "return shifted"),),
    ),
    "phase is never set": (
        "NeuralNetwork",
        "phase.network",
        (("            layer.phase = phase", "            pass"),),
    ),
}

UNSCALED = (("return error * self.factors", "return error * (self.factors != 0)"),)


def cells(path: Path = EXAMPLE) -> list[str]:
    """The code cells of a notebook."""
    made = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in made if cell["cell_type"] == "code"]


def changed_cells(*changes: Change) -> list[str]:
    """The example's code cells with the changes; an old text that is not there is an error of the test."""
    texts = cells()
    for old, new in changes:
        assert any(old in text for text in texts), old
        texts = [text.replace(old, new) for text in texts]
    return texts


def write_tutorial(folder: Path, *changes: Change, name: str = "work.ipynb") -> Path:
    """A notebook, or the module that Jupyter exports of it."""
    texts = changed_cells(*changes)
    if name.endswith(".ipynb"):
        return write_notebook(folder / name, *texts)
    lines = [
        f"get_ipython().magic({line!r})" if line.startswith(("%", "!")) else line
        for text in texts
        for line in text.split("\n")
    ]
    (folder / name).write_text("\n".join(["# coding: utf-8", *lines]) + "\n", encoding="utf-8")
    return folder / name
