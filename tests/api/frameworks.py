"""Frameworks that nobody here has planned for, in the styles that are met."""

from .framework_packages import CALLABLE, NODES

# Functions are called apply and grad, weights are (outputs, inputs), the bias is a column, dropout is given p to drop.
TENSORLETS = """
import numpy as np


class Affine:
    def __init__(self, n_in, n_out):
        self.W = np.random.normal(size=(n_out, n_in))
        self.b = np.zeros((n_out, 1))

    def apply(self, x):
        self.x = x
        return x @ self.W.T + self.b.T

    def grad(self, dy):
        self.dW = dy.T @ self.x
        self.db = dy.sum(axis=0)[:, None]
        return dy @ self.W


class Rectifier:
    def apply(self, x):
        self.on = x > 0
        return x * self.on

    def grad(self, dy):
        return dy * self.on


class Drop_out:
    def __init__(self, p):
        self.p = p
        self.training = True

    def apply(self, x):
        if not self.training:
            return x
        self.mask = (np.random.uniform(size=x.shape) >= self.p) / (1 - self.p)
        return x * self.mask

    def grad(self, dy):
        return dy * self.mask if self.training else dy


class MSE:
    def apply(self, y_pred, y_true):
        self.diff = y_pred - y_true
        return np.mean(self.diff**2)

    def grad(self):
        return 2 * self.diff / self.diff.size
"""

# Nothing is kept: bprop gets input and output, and returns the parameters' gradients.
STATELESS = """
import numpy as np


class Linear:
    def __init__(self, in_dim, out_dim):
        self.weights = np.random.randn(in_dim, out_dim)
        self.biases = np.zeros((1, out_dim))

    def fprop(self, inputs):
        return inputs @ self.weights + self.biases

    def bprop(self, inputs, outputs, grads_wrt_outputs):
        return grads_wrt_outputs @ self.weights.T, inputs.T @ grads_wrt_outputs, grads_wrt_outputs.sum(axis=0)


class SigmoidLayer:
    def fprop(self, inputs):
        return 1 / (1 + np.exp(-np.clip(inputs, -700, 700)))

    def bprop(self, inputs, outputs, grads_wrt_outputs):
        return grads_wrt_outputs * outputs * (1 - outputs)


class Attention:
    pass
"""

# Parameters and gradients in dicts, `call` and `grad`; the phase is an argument.
DICTS = """
import numpy as np


class Linear:
    def __init__(self, fan_in, fan_out, seed=0):
        limit = np.sqrt(6 / (fan_in + fan_out))
        draw = np.random.default_rng(seed)
        self.params = {"W": draw.uniform(-limit, limit, (fan_in, fan_out)), "b": np.zeros((1, fan_out))}
        self.grads = {"W": None, "b": None}

    def call(self, inputs):
        self.inputs = inputs
        return inputs @ self.params["W"] + self.params["b"]

    def grad(self, upstream):
        self.grads["W"] = self.inputs.T @ upstream
        self.grads["b"] = upstream.sum(axis=0, keepdims=True)
        return upstream @ self.params["W"].T


class Relu:
    def call(self, inputs):
        self.inputs = inputs
        return np.maximum(inputs, 0)

    def grad(self, upstream):
        return upstream * (self.inputs > 0)


class Sigmoid:
    def call(self, inputs):
        self.outputs = np.where(inputs >= 0, 1 / (1 + np.exp(-abs(inputs))), 1 - 1 / (1 + np.exp(-abs(inputs))))
        return self.outputs.copy()

    def grad(self, upstream):
        return upstream * self.outputs * (1 - self.outputs)


class Softmax:
    def call(self, inputs):
        e = np.exp(inputs - inputs.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p.copy()

    def grad(self, upstream):
        return self.p * (upstream - (upstream * self.p).sum(axis=1, keepdims=True))


class Flatten:
    def call(self, inputs):
        self.shape = inputs.shape
        return inputs.reshape(len(inputs), -1).copy()

    def grad(self, upstream):
        return upstream.reshape(self.shape).copy()


class Dropout:
    def __init__(self, drop_prob):
        self.drop_prob = drop_prob

    def call(self, inputs, training=True):
        keep = 1 - self.drop_prob
        self.mask = np.random.binomial(1, keep, inputs.shape) / keep if training else np.ones(inputs.shape)
        return inputs * self.mask

    def grad(self, upstream):
        return upstream * self.mask


class MSELoss:
    def call(self, predictions, targets):
        return ((predictions - targets) ** 2).mean()

    def grad(self, predictions, targets):
        return 2 * (predictions - targets) / targets.size
"""

# A file for each class, beside one another and in no package: every class needs an import of its own.
SCATTERED_LAYER = """
import numpy as np


class {name}:
    def {forward}(self, x):
        self.y = {value}
        return self.y.copy()

    def backward(self, dy):
        return {back}
"""
_SMOOTH = {
    "Sigmoid": ("1 / (1 + np.exp(-np.clip(x, -700, 700)))", "dy * self.y * (1 - self.y)"),
    "TanH": ("np.tanh(x)", "dy * (1 - self.y**2)"),
    "Softmax": (
        "np.exp(x - x.max(1, keepdims=True)) / np.exp(x - x.max(1, keepdims=True)).sum(1, keepdims=True)",
        "self.y * (dy - (dy * self.y).sum(1, keepdims=True))",
    ),
    "Identity": ("x", "dy.copy()"),
    "Relu": ("np.maximum(x, 0)", "dy * (self.y > 0)"),
}


def _one(source: str, name: str) -> str:
    """A file with one of the classes."""
    return f"import numpy as np\n\n\nclass {name}" + source.partition(f"class {name}")[2].partition("\n\n\nclass")[0]


SCATTERED = {
    "affine.py": _one(STATELESS, "Linear"),
    "dropout.py": _one(TENSORLETS, "Drop_out"),
    "mse.py": _one(TENSORLETS, "MSE"),
} | {
    f"{name.lower()}.py": SCATTERED_LAYER.format(name=name, forward=forward, value=value, back=back)
    for (name, (value, back)), forward in zip(
        _SMOOTH.items(), ("forward", "call", "forward_pass", "propagate", "apply"), strict=True
    )
}

FRAMEWORKS = {
    "apply and grad": ({"tensorlets.py": TENSORLETS}, ["FullyConnected", "ReLU", "Dropout", "MeanSquaredError"]),
    "call and backprop": (
        NODES,
        ["FullyConnected", "TanH", "Dropout"],
    ),
    "call and grad": (
        {"minigrad.py": DICTS},
        ["FullyConnected", "ReLU", "Sigmoid", "SoftMax", "Flatten", "Dropout", "MeanSquaredError"],
    ),
    "called like functions": (
        CALLABLE,
        ["FullyConnected", "ReLU", "TanH", "Dropout", "CrossEntropyLoss"],
    ),
    "fprop and bprop": ({"nn.py": STATELESS}, ["FullyConnected", "Sigmoid"]),
}
