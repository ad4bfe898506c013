"""Adapter of tensorlets, begun by `backproof init`, which guesses by names: read it, mend it, check it."""

from backproof.adapters.objects import Layer, Loss, adapt

from tensorlets import MSE, Affine, Drop_out, Rectifier

# How layers are called. self.own is the framework's object, self.x and self.y are its latest input and output,
# self.training is False in the test phase. A layer that is called otherwise says so in its own entry.
LAYER = {"forward": lambda self, x: self.own.apply(x), "backward": lambda self, dy: self.own.grad(dy)}
LOSS = {
    "forward": lambda self, prediction, target: self.own.apply(prediction, target),
    "backward": lambda self, target: self.own.grad(),
}

# How each component is made of its spec, and where the object keeps each parameter and its gradient.
# `.T` stands after what is kept transposed, `returned[1]` for what backward returns after the input's gradient.
# `backproof explain FullyConnected` says what its spec has, and the names and shapes of its parameters.
COMPONENTS = {
    "FullyConnected": Layer(
        lambda spec: Affine(spec.input_size, spec.output_size), **LAYER, weights=("W.T", "dW.T"), bias=("b", "db")
    ),
    "ReLU": Layer(lambda spec: Rectifier(), **LAYER),
    "Dropout": Layer(lambda spec: Drop_out(1 - spec.keep), **LAYER, training="training"),
    "MeanSquaredError": Loss(lambda spec: MSE(), **LOSS),
}


def build(spec):
    return adapt(spec, COMPONENTS)
