"""Adapter of ops, begun by `backproof init`, which guesses by names: read it, mend it, check it."""

from backproof.adapters.objects import Layer, Loss, adapt

from ops import dense, dropout, losses, relu, tanh

# How layers are called. self.own is the framework's object, self.x and self.y are its latest input and output,
# self.training is False in the test phase. A layer that is called otherwise says so in its own entry.
LAYER = {"forward": lambda self, x: self.own(x), "backward": lambda self, dy: self.own.backprop(dy)}
LOSS = {
    "forward": lambda self, prediction, target: self.own(prediction, target),
    "backward": lambda self, target: self.own.backprop(target),
}

# How each component is made of its spec, and where the object keeps each parameter and its gradient.
# `.T` stands after what is kept transposed, `returned[1]` for what backward returns after the input's gradient.
# `backproof explain FullyConnected` says what its spec has, and the names and shapes of its parameters.
COMPONENTS = {
    "FullyConnected": Layer(
        lambda spec: dense.Dense(spec.input_size, spec.output_size), **LAYER, weights=("W", "dW"), bias=("b", "db")
    ),
    "Dropout": Layer(lambda spec: dropout.Dropout(spec.keep), **LAYER, training="training"),
    "CrossEntropyLoss": Loss(lambda spec: losses.CrossEntropy(), **LOSS),
    "ReLU": Layer(lambda spec: relu.ReLU(), **LAYER),
    "TanH": Layer(lambda spec: tanh.Tanh(), **LAYER),
}


def build(spec):
    return adapt(spec, COMPONENTS)
