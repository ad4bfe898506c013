"""Adapter of minigrad, begun by `backproof init`, which guesses by names: read it, mend it, check it."""

from backproof.adapters.objects import Layer, Loss, adapt

from minigrad import Dropout, Flatten, Linear, MSELoss, Relu, Sigmoid, Softmax

# How layers are called. self.own is the framework's object, self.x and self.y are its latest input and output,
# self.training is False in the test phase. A layer that is called otherwise says so in its own entry.
LAYER = {"forward": lambda self, x: self.own.call(x), "backward": lambda self, dy: self.own.grad(dy)}
LOSS = {
    "forward": lambda self, prediction, target: self.own.call(prediction, target),
    "backward": lambda self, target: self.own.grad(self.prediction, target),
}

# How each component is made of its spec, and where the object keeps each parameter and its gradient.
# `.T` stands after what is kept transposed, `returned[1]` for what backward returns after the input's gradient.
# `backproof explain FullyConnected` says what its spec has, and the names and shapes of its parameters.
COMPONENTS = {
    "FullyConnected": Layer(
        lambda spec: Linear(spec.input_size, spec.output_size),
        **LAYER,
        weights=('params["W"]', 'grads["W"]'),
        bias=('params["b"]', 'grads["b"]'),
    ),
    "ReLU": Layer(lambda spec: Relu(), **LAYER),
    "Sigmoid": Layer(lambda spec: Sigmoid(), **LAYER),
    "SoftMax": Layer(lambda spec: Softmax(), **LAYER),
    "Flatten": Layer(lambda spec: Flatten(), **LAYER),
    "Dropout": Layer(
        lambda spec: Dropout(1 - spec.keep),
        forward=lambda self, x: self.own.call(x, training=self.training),
        backward=lambda self, dy: self.own.grad(dy),
    ),
    "MeanSquaredError": Loss(lambda spec: MSELoss(), **LOSS),
}


def build(spec):
    return adapt(spec, COMPONENTS)
