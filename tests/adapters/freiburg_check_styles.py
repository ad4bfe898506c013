"""The Freiburg example's check of its own gradients, written in other ways, right and wrong ones."""

from __future__ import annotations

from .freiburg_styles import Edits

WITH_SCIPY = """
        for layer in self.layers[1:-1]:
            for p, param in enumerate(layer.params()):
                start = param.copy()

                def loss(values):
                    param[:] = values.reshape(param.shape)
                    return self._loss(X, Y)

                def gradient(values):
                    param[:] = values.reshape(param.shape)
                    self.backpropagate(Y, self.predict(X))
                    return layer.grad_params()[p].ravel()

                print("difference", check_grad(loss, gradient, start.ravel()))
                param[:] = start
"""

CENTRAL = """
        worst = 0.0
        for layer in self.layers[1:-1]:
            self.backpropagate(Y, self.predict(X))
            claimed = [layer.dW.copy(), layer.db.copy()]
            for array, grad in zip((layer.W, layer.b), claimed):
                for place in np.ndindex(array.shape):
                    old = array[place]
                    array[place] = old + 1e-5
                    above = self._loss(X, Y)
                    array[place] = old - 1e-5
                    below = self._loss(X, Y)
                    array[place] = old
                    worst = max(worst, abs((above - below) / 2e-5 - grad[place]))
        return worst < 1e-6
"""

BOUND_ANEW = """
        self.backpropagate(Y, self.predict(X))
        for number, layer in enumerate(self.layers[1:-1]):
            for name in ("W", "b"):
                start, grad = getattr(layer, name), getattr(layer, "d" + name).copy()
                numeric = np.zeros_like(start)
                for i in range(start.size):
                    step = np.zeros(start.size)
                    step[i] = 1e-4
                    setattr(layer, name, start + step.reshape(start.shape))
                    above = self._loss(X, Y)
                    setattr(layer, name, start - step.reshape(start.shape))
                    numeric.flat[i] = (above - self._loss(X, Y)) / 2e-4
                setattr(layer, name, start)
                relative = np.linalg.norm(numeric - grad) / (np.linalg.norm(numeric) + np.linalg.norm(grad))
                assert relative < 1e-4, f"layer {number}, {name}: {relative}"
"""

RANDOM_DIRECTIONS = """
        start = time.time()
        for layer in self.layers[1:-1]:
            for p, param in enumerate(layer.params()):
                old, direction = param.copy(), np.random.normal(size=param.shape)
                self.backpropagate(Y, self.predict(X))
                slope = np.sum(layer.grad_params()[p] * direction)
                param[:] = old + 1e-6 * direction
                above = self._loss(X, Y)
                param[:] = old
                print(f"{(above - self._loss(X, Y)) / 1e-6:.4f} {slope:.4f}")
        print("that took", time.time() - start, "seconds")
"""

LOGGED = """
        import logging

        for layer in self.layers[1:-1]:
            for p, param in enumerate(layer.params()):
                numeric = np.zeros_like(param)
                for place in np.ndindex(param.shape):
                    param[place] += 1e-6
                    above = self._loss(X, Y)
                    param[place] -= 2e-6
                    below = self._loss(X, Y)
                    param[place] += 1e-6
                    numeric[place] = (above - below) / 2e-6
                self.backpropagate(Y, self.predict(X), upto=1)
                good = np.allclose(numeric, layer.grad_params()[p], atol=1e-5)
                logging.getLogger("mlp").info("layer %s parameter %d: %s", layer.num_units, p, good)
"""

RIGHT: dict[str, str] = {
    "as it is": WITH_SCIPY,
    "nothing is taken back, as in the text's sketch": WITH_SCIPY.replace("                param[:] = start\n", ""),
    "it returns whether all are right": CENTRAL,
    "it asserts, and binds parameters anew": BOUND_ANEW,
    "random directions, and the time": RANDOM_DIRECTIONS,
    "it logs": LOGGED,
    "it only raises": CENTRAL.replace("return worst < 1e-6", "if worst > 1e-5:\n            raise ValueError('wrong')"),
}

# What is wrong: the text, and a check that must not pass.
WRONG: dict[str, tuple[str, str]] = {
    "gradients are fetched before they are computed": (
        WITH_SCIPY.replace("enumerate(layer.params())", "zip(layer.grad_params(), layer.params())").replace(
            "layer.grad_params()[p]", "p"
        ),
        "gradient.perceptron-check",
    ),
    "the first layer is left out": (WITH_SCIPY.replace("layers[1:-1]", "layers[2:-1]"), "gradient.perceptron-check"),
    "the last layer is left out": (CENTRAL.replace("layers[1:-1]", "layers[1:-2]"), "gradient.perceptron-check"),
    "biases are left out": (
        CENTRAL.replace("zip((layer.W, layer.b), claimed)", "zip((layer.W,), claimed)"),
        "contract.perceptron-check",
    ),
    "a copy is changed": (
        WITH_SCIPY.replace("param[:] = values.reshape(param.shape)", "pass"),
        "contract.perceptron-check",
    ),
    "steps stay": (
        CENTRAL.replace("                    array[place] = old\n", ""),
        "contract.perceptron-check",
    ),
    "random numbers stay": (
        WITH_SCIPY.replace("start.ravel()))", "np.random.normal(size=start.size)))").replace(
            "                param[:] = start\n", ""
        ),
        "contract.perceptron-check",
    ),
    "it compares the gradient with itself": (
        CENTRAL.replace("(above - below) / 2e-5", "grad[place]"),
        "gradient.perceptron-check",
    ),
    "right gradients are rejected": (
        BOUND_ANEW.replace("/ 2e-4", "/ 1e-4"),
        "gradient.perceptron-check",
    ),
}


def with_check(body: str) -> Edits:
    """The edit that gives the example this check of gradients."""
    return ((WITH_SCIPY.rstrip("\n"), body.rstrip("\n")),)
