"""What trains a network of `jax_adapter`: losses and optimizers of Optax, initializers of JAX."""

import jax
import numpy as np
import optax
from jax import nn

from backproof.adapters.base import InitializerAdapter, LossAdapter, OptimizerAdapter

EPSILON = float(np.finfo(float).eps)
LOSSES = {
    "CrossEntropyLoss": lambda x, target: -(target * jax.numpy.log(x + EPSILON)).sum(),
    "SoftMaxCrossEntropyLoss": lambda x, target: optax.softmax_cross_entropy(x, target).mean(),
    "MeanSquaredError": lambda x, target: optax.squared_error(x, target).mean(),
    "L2Loss": lambda x, target: optax.squared_error(x, target).sum(),
}
OPTIMIZERS = {
    "Sgd": lambda spec: optax.sgd(spec.learning_rate),
    "SgdWithMomentum": lambda spec: optax.sgd(spec.learning_rate, spec.momentum_rate),
    "AdaGrad": lambda spec: optax.adagrad(spec.learning_rate, initial_accumulator_value=0.0, eps=1e-8),
    "Adam": lambda spec: optax.adam(spec.learning_rate, spec.mu, spec.rho),
}
INITIALIZERS = {
    "Constant": lambda spec, _: nn.initializers.constant(spec.value),
    "Normal": lambda spec, _: nn.initializers.normal(spec.stddev),
    "UniformRandom": lambda *_: nn.initializers.uniform(1.0),
    "Xavier": lambda _, axes: nn.initializers.variance_scaling(1.0, "fan_avg", "normal", *axes),
    "He": lambda _, axes: nn.initializers.variance_scaling(2.0, "fan_in", "normal", *axes),
}


class Loss(LossAdapter):
    def forward(self, prediction, target):
        loss, self.gradient = jax.value_and_grad(LOSSES[self.spec.name()])(prediction, target)
        return float(loss)

    def backward(self, target):
        return np.array(self.gradient)

    def predict(self, prediction):
        return np.array(nn.softmax(prediction))


class Optimizer(OptimizerAdapter):
    state = None

    def update(self, weights, gradient):
        optimizer = OPTIMIZERS[self.spec.name()](self.spec)
        self.state = optimizer.init(np.asarray(weights)) if self.state is None else self.state
        step, self.state = optimizer.update(np.asarray(gradient), self.state)
        return np.array(optax.apply_updates(weights, step))


class Initializer(InitializerAdapter):
    def reseed(self, seed):
        self.key = jax.random.key(seed)

    def initialize(self, shape, fan_in, fan_out):
        self.key, fresh = jax.random.split(getattr(self, "key", jax.random.key(0)))
        axes = (1, 0) if len(shape) > 2 else (0, 1)  # those of the inputs and the outputs
        return np.array(INITIALIZERS[self.spec.name()](self.spec, axes)(fresh, shape, float))
