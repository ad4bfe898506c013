"""mygrad as a subject: what its functions compute, and what `Tensor.backward` makes of it."""

import mygrad as mg
from mygrad import nnet

from backproof.adapters.autodiff import AutodiffLayer
from backproof.adapters.base import LossAdapter

FUNCTIONS = {"linear": mg.positive, "relu": nnet.relu, "sigmoid": nnet.sigmoid, "tanh": nnet.tanh}
LAYERS = {
    "FullyConnected": lambda spec, x, weights, bias: x @ weights + bias,
    "Flatten": lambda spec, x: x.reshape(len(x), -1),
    "SoftMax": lambda spec, x: nnet.softmax(x),
    "Activation": lambda spec, x: FUNCTIONS[spec.function](x),
    "ReLU": lambda spec, x: nnet.relu(x),
    "Sigmoid": lambda spec, x: nnet.sigmoid(x),
    "TanH": lambda spec, x: nnet.tanh(x),
}
OFFERED = [*LAYERS, "SoftMaxCrossEntropyLoss"]


class Layer(AutodiffLayer):
    def linearize(self, parameters, x):
        def run():
            tensors = {name: mg.tensor(value) for name, value in {"x": x, **parameters}.items()}
            return LAYERS[self.spec.name()](self.spec, **tensors), tensors

        def pull(dy):
            y, tensors = run()  # mygrad forgets the graph once it has gone through it
            y.backward(dy)
            gradients = {name: tensor.grad for name, tensor in tensors.items()}
            return gradients, gradients.pop("x")

        return run()[0].data, pull


class Loss(LossAdapter):
    def forward(self, prediction, target):
        scores = mg.tensor(prediction)
        loss = nnet.softmax_crossentropy(scores, target.argmax(axis=1))
        loss.backward()
        self.gradient = scores.grad
        return loss.item()

    def backward(self, target):
        return self.gradient.copy()

    def predict(self, prediction):
        return nnet.softmax(prediction).data


def build(spec):
    return Layer(spec) if spec.name() in LAYERS else Loss(spec) if spec.name() in OFFERED else None
