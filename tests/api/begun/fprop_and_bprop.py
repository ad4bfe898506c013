"""Adapter of nn, begun by `backproof init`, which guesses by names: read it, mend it, check it."""

from backproof.adapters.objects import Layer, adapt

from nn import Linear, SigmoidLayer

# How layers are called. self.own is the framework's object, self.x and self.y are its latest input and output,
# self.training is False in the test phase. A layer that is called otherwise says so in its own entry.
LAYER = {"forward": lambda self, x: self.own.fprop(x), "backward": lambda self, dy: self.own.bprop(self.x, self.y, dy)}

# How each component is made of its spec, and where the object keeps each parameter and its gradient.
# `.T` stands after what is kept transposed, `returned[1]` for what backward returns after the input's gradient.
# `backproof explain FullyConnected` says what its spec has, and the names and shapes of its parameters.
COMPONENTS = {
    "FullyConnected": Layer(
        lambda spec: Linear(spec.input_size, spec.output_size),
        **LAYER,
        weights=("weights", "returned[1]"),
        bias=("biases", "returned[2]"),
    ),
    "Sigmoid": Layer(lambda spec: SigmoidLayer(), **LAYER),
}


def build(spec):
    return adapt(spec, COMPONENTS)
