"""Adapter of mine, begun by `backproof init`, which guesses by names: read it, mend it, check it."""

from backproof.adapters.objects import Layer, adapt

from affine import Linear
from dropout import Drop_out
from identity import Identity

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
    "Dropout": Layer(
        lambda spec: Drop_out(1 - spec.keep),
        forward=lambda self, x: self.own.apply(x),
        backward=lambda self, dy: self.own.grad(dy),
        training="training",
    ),
    "Identity": Layer(
        lambda spec: Identity(),
        forward=lambda self, x: self.own.propagate(x),
        backward=lambda self, dy: self.own.backward(dy),
    ),
    # Left out, to keep this short: MeanSquaredError (mse.MSE), ReLU (relu.Relu), Sigmoid (sigmoid.Sigmoid), SoftMax
    # (softmax.Softmax), TanH (tanh.TanH). Import each class and add an entry like those above.
}


def build(spec):
    return adapt(spec, COMPONENTS)
