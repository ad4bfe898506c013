"""Frameworks in several files, as packages."""

# A package: __call__ and backprop, dicts of parameters, a learning rate in backprop, a base class, phases by call.
_BASE = """
class Node:
    def __init__(self):
        self.params, self.grads = {}, {}
"""
_LAYERS = """
import numpy as np

from .base import Node


class DenseLayer(Node):
    def __init__(self, units, in_features, rng):
        super().__init__()
        self.params = {"weight": rng.normal(size=(in_features, units)), "bias": np.zeros(units)}

    def __call__(self, x):
        self.cache = x
        return x @ self.params["weight"] + self.params["bias"]

    def backprop(self, grad_output, learning_rate):
        self.grads["weight"] = self.cache.T @ grad_output
        self.grads["bias"] = grad_output.sum(0)
        back = grad_output @ self.params["weight"].T
        for name in self.params:
            self.params[name] = self.params[name] - learning_rate * self.grads[name]
        return back


class TanhLayer(Node):
    def __call__(self, x):
        self.out = np.tanh(x)
        return self.out.copy()

    def backprop(self, grad_output, learning_rate):
        return grad_output * (1 - self.out**2)


class DropoutLayer(Node):
    def __init__(self, probability=0.5):  # to keep
        super().__init__()
        self.probability = probability

    def __call__(self, x, train=True):
        self.mask = (np.random.rand(*x.shape) < self.probability) / self.probability if train else np.ones_like(x)
        return x * self.mask

    def backprop(self, grad_output, learning_rate):
        return grad_output * self.mask
"""
NODES = {"nodes/__init__.py": "", "nodes/base.py": _BASE, "nodes/layers.py": _LAYERS}

# Objects that are called like functions, after a parent that says how; attributes W, b, dW and db.
_OP = """
class Op:
    training = True

    def __call__(self, x):
        raise NotImplementedError

    def train(self):
        self.training = True

    def eval(self):
        self.training = False
"""
CALLABLE = {
    "ops/__init__.py": "",
    "ops/base.py": _OP,
    "ops/dense.py": """
import numpy as np

from .base import Op


class Dense(Op):
    def __init__(self, n_inputs, n_outputs):
        self.W = 0.1 * np.random.standard_normal((n_inputs, n_outputs))
        self.b = np.zeros(n_outputs)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    def __call__(self, x):
        self._x = x
        return x.dot(self.W) + self.b

    def backprop(self, dout):
        self.dW[:] = self._x.T.dot(dout)
        self.db[:] = dout.sum(0)
        return dout.dot(self.W.T)
""",
    "ops/relu.py": """
import numpy as np

from .base import Op


class ReLU(Op):
    def __call__(self, x):
        self._on = x > 0
        return np.where(self._on, x, 0.0)

    def backprop(self, dout):
        return dout * self._on
""",
    "ops/tanh.py": """
import numpy as np

from .base import Op


class Tanh(Op):
    def __call__(self, x):
        self._y = np.tanh(x)
        return self._y.copy()

    def backprop(self, dout):
        return dout * (1 - np.square(self._y))
""",
    "ops/dropout.py": """
import numpy as np

from .base import Op


class Dropout(Op):
    def __init__(self, keep_prob):
        self.keep_prob = keep_prob

    def __call__(self, x):
        if not self.training:
            return x.copy()
        self._mask = (np.random.random_sample(x.shape) < self.keep_prob) / self.keep_prob
        return x * self._mask

    def backprop(self, dout):
        return dout * self._mask if self.training else dout.copy()
""",
    "ops/losses.py": """
import numpy as np


class CrossEntropy:
    def __call__(self, probs, labels):
        self._probs = probs
        return -np.log(probs[labels == 1] + np.finfo(float).eps).sum()

    def backprop(self, labels):
        return -labels / (self._probs + np.finfo(float).eps)
""",
}
