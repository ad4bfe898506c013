"""The correct Freiburg example in other legitimate styles, and in wrong ones: its text with a few lines replaced."""

from __future__ import annotations

import json

from .submissions import EXAMPLES

Edits = tuple[tuple[str, str], ...]

NOTEBOOK = EXAMPLES / "freiburg_mlp" / "mlp.ipynb"

DIVIDED_BY_OUTPUT: Edits = (
    ("return Y_pred - Y", "return (Y_pred - Y) / Y.shape[0]"),
    ("np.dot(self.last_input.T, delta) / n", "np.dot(self.last_input.T, delta)"),
    ("np.sum(delta, axis=0) / n", "np.sum(delta, axis=0)"),
)
NO_CHECK_FOR_NONE: Edits = (
    (
        "linear if self.activation_fun is None else self.activation_fun.fprop(linear)",
        "self.activation_fun.fprop(linear)",
    ),
    (
        "output_grad if self.activation_fun is None else self.activation_fun.bprop(output_grad)",
        "self.activation_fun.bprop(output_grad)",
    ),
)
UNKNOWN_IS_LINEAR: Edits = (
    (
        'raise ValueError("unknown activation " + str(tname))',
        "self.act, self.act_d = (lambda x: x), (lambda x: np.ones_like(x))",
    ),
)
IN_PLACE = "            layer.W -= learning_rate * layer.dW\n            layer.b -= learning_rate * layer.db\n"
REBOUND = (
    "            layer.W = layer.W - learning_rate * layer.dW\n"
    "            layer.b = layer.b - learning_rate * np.reshape(layer.db, layer.b.shape)\n"
)
EPOCH = "def sgd_epoch(self, X, Y, learning_rate, batch_size):"
LOOP = "        for layer in self.layers[-2 : upto - 1 if upto > 0 else None : -1]:"

RIGHT: dict[str, Edits] = {
    "as it is": (),
    "the output divides by the batch": DIVIDED_BY_OUTPUT,
    "b and db are rows": (
        ("self.b = np.zeros(num_units)", "self.b = np.zeros((1, num_units))"),
        ("np.sum(delta, axis=0) / n", "np.sum(delta, axis=0, keepdims=True) / n"),
    ),
    "b is a vector, db a row": (
        ("np.sum(delta, axis=0) / n", "np.mean(delta, axis=0, keepdims=True)"),
        (IN_PLACE, REBOUND),
    ),
    "b is a row, db a vector": (("self.b = np.zeros(num_units)", "self.b = np.zeros((1, num_units))"),),
    "parameters are bound anew": ((IN_PLACE, REBOUND),),
    "linear is Activation(None), None raises": (
        *NO_CHECK_FOR_NONE,
        (
            "        else:\n            raise ValueError",
            (
                "        elif tname is None:\n"
                "            self.act, self.act_d = (lambda x: x), np.ones_like\n"
                "        else:\n"
                "            raise ValueError"
            ),
        ),
    ),
    "any unknown name is linear, None raises": (*NO_CHECK_FOR_NONE, *UNKNOWN_IS_LINEAR),
    "there is no linear activation, None raises": NO_CHECK_FOR_NONE,
    "backpropagate returns nothing": (
        ("            grad = layer.bprop(grad)\n        return grad\n", "            grad = layer.bprop(grad)\n"),
    ),
    "backpropagate ignores upto": ((LOOP, "        for layer in reversed(self.layers[:-1]):"),),
    "backpropagate skips the input layer": ((LOOP, "        for layer in self.layers[-2:0:-1]:"),),
    "classes are one-hot rows in classification_error": (
        ("np.mean(unhot(self.predict(X)) != Y)", "np.mean(unhot(self.predict(X)) != unhot(Y))"),
    ),
    "arguments are added": (
        (
            EPOCH,
            "def sgd_epoch(self, X, Y, learning_rate, batch_size, dropout_rate, penalty, optimizer, verbose=True):",
        ),
        ("def gd_epoch(self, X, Y, learning_rate):", "def gd_epoch(self, X, Y, learning_rate, momentum, lr_decay=0):"),
        (
            "self.sgd_epoch(X, Y_train, learning_rate, batch_size)",
            "self.sgd_epoch(X, Y_train, learning_rate, batch_size, drop, alpha, None)",
        ),
        ("self.gd_epoch(X, Y_train, learning_rate)", "self.gd_epoch(X, Y_train, learning_rate, 0.0)"),
        (
            "        Y_valid,\n        learning_rate=0.1",
            "        Y_valid,\n        drop,\n        alpha,\n        learning_rate=0.1",
        ),
    ),
    "gradients add up until they are set back": (
        ("self.dW = np.dot(self.last_input.T, delta) / n", "self.dW += np.dot(self.last_input.T, delta) / n"),
        ("self.db = np.sum(delta, axis=0) / n", "self.db += np.sum(delta, axis=0) / n"),
        (
            "    def params(self):",
            (
                "    def reset_gradients(self):\n"
                "        self.dW = np.zeros_like(self.W)\n"
                "        self.db = np.zeros_like(self.b)\n"
                "\n"
                "    def params(self):"
            ),
        ),
        (IN_PLACE, IN_PLACE + "            layer.reset_gradients()\n"),
    ),
    "arguments have other names": (
        (
            "def fprop(self, input):\n        self.last_input = input\n        linear = np.dot(input,",
            "def fprop(self, _input):\n        self.last_input = _input\n        linear = np.dot(_input,",
        ),
        (
            "def __init__(self, input_layer, num_units, init_stddev, activation_fun",
            "def __init__(self, below, units, sigma, activation_fun",
        ),
        (
            "self.num_units = num_units",
            "num_units, init_stddev, input_layer = units, sigma, below\n        self.num_units = num_units",
        ),
        ("learning_rate=0.1,\n        max_epochs=100", "lr=0.1,\n        epochs=100"),
        ("        start = time.time()\n", "        start, learning_rate, max_epochs = time.time(), lr, epochs\n"),
    ),
    "samples are shuffled with random": (
        (
            EPOCH,
            EPOCH
            + "\n        import random\n\n        order = list(range(X.shape[0]))"
            + "\n        random.shuffle(order)\n        X, Y = X[order], Y[order]",
        ),
    ),
    "samples are shuffled with NumPy": (
        (EPOCH, EPOCH + "\n        order = np.random.permutation(X.shape[0])\n        X, Y = X[order], Y[order]"),
    ),
    "the slope of the rectifier at 0 is 1": (("return (x > 0.0).astype(float)", "return (x >= 0.0).astype(float)"),),
    "the input layer wants a batch size": (
        (
            "        self.input_shape = input_shape\n",
            (
                "        if input_shape[0] is None:\n"
                '            raise ValueError("no batch size")\n'
                "        self.input_shape = input_shape\n"
            ),
        ),
    ),
    "the remainder is a batch as well": (
        ("range(X.shape[0] // batch_size)", "range(int(np.ceil(X.shape[0] / float(batch_size))))"),
    ),
}

# What is wrong: the edits, a component, a check that must not pass.
WRONG: dict[str, tuple[Edits, str, str]] = {
    "divided twice": (DIVIDED_BY_OUTPUT[:1], "MultilayerPerceptron", "gradient.perceptron"),
    "never divided": (DIVIDED_BY_OUTPUT[1:], "MultilayerPerceptron", "gradient.perceptron"),
    "dW of the mean, db of the sum": (DIVIDED_BY_OUTPUT[2:], "FullyConnected", "gradient.parameter"),
    "an activation where None was asked for": (
        ((NO_CHECK_FOR_NONE[0][0], "(self.activation_fun or Activation('relu')).fprop(linear)"),),
        "FullyConnected",
        "value.forward",
    ),
    "layers below an activation get its gradient unscaled": (
        (("return np.dot(delta, self.W.T)", "return np.dot(output_grad, self.W.T)"),),
        "MultilayerPerceptron",
        "gradient.perceptron",
    ),
    "one activation for the whole network": (
        (
            (
                "        self.activation_fun = activation_fun\n",
                (
                    "        name = activation_fun and activation_fun.act\n"
                    "        self.activation_fun = SHARED.setdefault(name, activation_fun)\n"
                ),
            ),
            ("class FullyConnectedLayer:", "SHARED = {}\n\n\nclass FullyConnectedLayer:"),
        ),
        "MultilayerPerceptron",
        "gradient.perceptron",
    ),
    "gradients add up for ever": (
        (("self.dW = np.dot", "self.dW += np.dot"),),
        "FullyConnected",
        "contract.accumulation",
    ),
    "an epoch skips a layer": (
        (("self.layers[1:-1]:\n            layer.W", "self.layers[2:-1]:\n            layer.W"),),
        "MultilayerPerceptron",
        "optimizer.perceptron",
    ),
    "every batch is the first": (
        (("rows = slice(i * batch_size, (i + 1) * batch_size)", "rows = slice(0, batch_size)"),),
        "MultilayerPerceptron",
        "optimizer.perceptron-batches",
    ),
}


def edited(edits: Edits) -> str:
    """The example's definitions as one text, with the replacements made."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"][:-1]  # the last one trains
    text = "\n\n\n".join(code).replace("%matplotlib inline\n", "")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text
