"""Adapter of nodes, begun by `backproof init`, which guesses by names: read it, mend it, check it."""

import numpy as np
from backproof.adapters.objects import Layer, adapt

from nodes.layers import DenseLayer, DropoutLayer, TanhLayer

# How layers are called. self.own is the framework's object, self.x and self.y are its latest input and output,
# self.training is False in the test phase. A layer that is called otherwise says so in its own entry.
LAYER = {"forward": lambda self, x: self.own(x), "backward": lambda self, dy: self.own.backprop(dy, 0.0)}

# How each component is made of its spec, and where the object keeps each parameter and its gradient.
# `.T` stands after what is kept transposed, `returned[1]` for what backward returns after the input's gradient.
# `backproof explain FullyConnected` says what its spec has, and the names and shapes of its parameters.
COMPONENTS = {
    "FullyConnected": Layer(
        lambda spec: DenseLayer(spec.output_size, spec.input_size, np.random),
        **LAYER,
        weights=('params["weight"]', 'grads["weight"]'),
        bias=('params["bias"]', 'grads["bias"]'),
    ),
    "TanH": Layer(lambda spec: TanhLayer(), **LAYER),
    "Dropout": Layer(
        lambda spec: DropoutLayer(probability=spec.keep),
        forward=lambda self, x: self.own(x, train=self.training),
        backward=lambda self, dy: self.own.backprop(dy, 0.0),
    ),
}


def build(spec):
    return adapt(spec, COMPONENTS)
