"""tinygrad as a subject: its tensor operations, and the gradients that it derives from them."""

import os

os.environ["DEV"] = "PYTHON"  # interpreted kernels: the sandbox lets no compiler be started
os.environ["CACHELEVEL"] = "0"  # no database of kernels beside the user's files

from tinygrad import Tensor

from backproof.adapters.autodiff import AutodiffLayer
from backproof.adapters.base import LossAdapter

ACTIVATIONS = {"linear": lambda x: x, "relu": Tensor.relu, "sigmoid": Tensor.sigmoid, "tanh": Tensor.tanh}
LAYERS = {
    "FullyConnected": lambda spec, x, weights, bias: x.linear(weights, bias),
    "Flatten": lambda spec, x: x.flatten(1),
    "SoftMax": lambda spec, x: x.softmax(),
    "ReLU": lambda spec, x: x.relu(),
    "Sigmoid": lambda spec, x: x.sigmoid(),
    "TanH": lambda spec, x: x.tanh(),
    "Activation": lambda spec, x: ACTIVATIONS[spec.function](x),
}
LOSSES = {
    "SoftMaxCrossEntropyLoss": lambda x, target: x.cross_entropy(target),
    "MeanSquaredError": lambda x, target: (x - target).square().mean(),
}
OFFERED = [*LAYERS, *LOSSES]


class Layer(AutodiffLayer):
    def linearize(self, parameters, x):
        tensors = {name: Tensor(value, device="PYTHON") for name, value in {"x": x, **parameters}.items()}
        y = LAYERS[self.spec.name()](self.spec, **tensors)

        def pull(dy):
            found = y.gradient(*tensors.values(), gradient=Tensor(dy, device="PYTHON"))
            gradients = {name: tensor.numpy() for name, tensor in zip(tensors, found, strict=True)}
            return gradients, gradients.pop("x")

        return y.numpy(), pull


class Loss(LossAdapter):
    def forward(self, prediction, target):
        x = Tensor(prediction)
        loss = LOSSES[self.spec.name()](x, Tensor(target))
        self.gradient = loss.gradient(x)[0].numpy()
        return loss.item()

    def backward(self, target):
        return self.gradient.copy()

    def predict(self, prediction):
        return Tensor(prediction).softmax().numpy()


def build(spec):
    return Layer(spec) if spec.name() in LAYERS else Loss(spec) if spec.name() in LOSSES else None
