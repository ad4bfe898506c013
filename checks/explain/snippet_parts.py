"""What a snippet brings along beside NumPy and the implementation: short stand-ins, as text."""

from __future__ import annotations

PARTS = {
    "Momentum": '''\
class Momentum:
    """Gradient descent: v' = momentum * v - rate * g; w' = w + v'."""

    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity, self.regularizer = rate, momentum, 0.0, None

    def calculate_update(self, weights, gradient):
        if np.ndim(self.velocity) and np.shape(self.velocity) != np.shape(gradient):
            raise ValueError("one optimizer is used for several parameters, but should be copied for each")
        self.velocity = self.momentum * self.velocity - self.rate * gradient
        return weights + self.velocity
''',
    "Penalty": '''\
class Penalty:
    """The regularizer alpha * sum |w|."""

    def __init__(self, alpha):
        self.alpha = alpha

    def norm(self, weights):
        return self.alpha * np.abs(weights).sum()

    def calculate_gradient(self, weights):
        return self.alpha * np.sign(weights)
''',
    "Watched": '''\
class Watched:
    """A copy of a layer after backward, with an optimizer that changes nothing and notes what it is asked for."""

    def __init__(self, layer, error_tensor):
        self.updates, self.regularizer = [], None
        self.layer = copy.deepcopy(layer)
        self.layer.optimizer = self
        self.layer.backward(error_tensor.copy())

    def __deepcopy__(self, memo):
        return self

    def calculate_update(self, weights, gradient):
        self.updates.append((np.array(weights), np.array(gradient)))
        return np.array(weights)

    def gradient_of(self, weights):
        shares = [gradient for one, gradient in self.updates if np.array_equal(one, weights)]
        if not shares:
            raise AttributeError("backward passes these weights to no optimizer")
        return np.sum(shares, axis=0)
''',
    "Fill": '''\
class Fill:
    """An initializer that fills with one value, and notes how it is called."""

    def __init__(self, value):
        self.value, self.fans = value, []

    def initialize(self, shape, fan_in=None, fan_out=None):
        self.fans.append([fan_in, fan_out])
        return np.full(shape, self.value)
''',
    "Batch": '''\
class Batch:
    """A data layer that hands out one batch for ever."""

    def __init__(self, inputs, labels):
        self.inputs, self.labels = inputs, labels

    def next(self):
        return self.inputs.copy(), self.labels.copy()

    forward = next
''',
}

HELPERS = """\
# Layers/Helpers.py, which the course supplies: what a layer needs of it.
helpers = types.ModuleType("Helpers")
sys.modules["Helpers"] = sys.modules["Layers.Helpers"] = helpers


def compute_bn_gradients(error_tensor, input_tensor, weights, mean, var, eps=np.finfo(float).eps):
    deviation = np.sqrt(var + eps)
    normalized, scaled = (input_tensor - mean) / deviation, error_tensor * weights
    through_variance = normalized * (scaled * normalized).mean(axis=0)
    return (scaled - scaled.mean(axis=0) - through_variance) / deviation


helpers.compute_bn_gradients = compute_bn_gradients
"""

HEAD = '''\
"""{id}

{law}
This needs NumPy and the implementation only. It ends with an error as long as the law
is broken, and without a word when it holds.
"""
'''

INPUT_DIFFERENCES = """\
# Central differences: move one entry at a time, and see how much {watched} changes.
step = {step}
expected = np.zeros_like({x})
for index in np.ndindex(*{x}.shape):
    right, left = {x}.copy(), {x}.copy()
    right[index] += step
    left[index] -= step
    change = {right} - {left}
    expected[index] = {contracted} / (2 * step)
"""

BLOCK_DIFFERENCES = """\
# Central differences: move one entry at a time, and see how much {watched} changes.
step = {step}
values = np.array({block})
expected = np.zeros_like(values)
for index in np.ndindex(*values.shape):
    sides = []
    for distance in (step, -step):
        moved = values.copy()
        moved[index] += distance
        {block} = moved
        sides.append({forward})
    expected[index] = {contracted} / (2 * step)
"""
