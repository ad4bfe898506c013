"""What trains a network of `keras_adapter`: losses, optimizers and initializers of Keras."""

import jax
import keras
import numpy as np
from keras import initializers, losses, optimizers

from backproof.adapters.base import InitializerAdapter, LossAdapter, OptimizerAdapter

EPSILON = float(np.finfo(float).eps)
# Of probabilities: Keras divides them by their sum and clips them at 1e-7, so the loss of scores alone is offered.
LOSSES = {
    "SoftMaxCrossEntropyLoss": lambda: losses.CategoricalCrossentropy(from_logits=True),
    "MeanSquaredError": losses.MeanSquaredError,
}
OPTIMIZERS = {
    "Sgd": lambda spec: optimizers.SGD(spec.learning_rate),
    "SgdWithMomentum": lambda spec: optimizers.SGD(spec.learning_rate, spec.momentum_rate),
    "AdaGrad": lambda spec: optimizers.Adagrad(spec.learning_rate, initial_accumulator_value=0.0, epsilon=1e-8),
    "Adam": lambda spec: optimizers.Adam(spec.learning_rate, spec.mu, spec.rho, epsilon=EPSILON),
}
INITIALIZERS = {
    "Constant": lambda spec, _: initializers.Constant(spec.value),
    "Normal": lambda spec, seed: initializers.RandomNormal(stddev=spec.stddev, seed=seed),
    "UniformRandom": lambda _, seed: initializers.RandomUniform(0.0, 1.0, seed=seed),
    "Xavier": lambda _, seed: initializers.VarianceScaling(1.0, "fan_avg", "untruncated_normal", seed=seed),
    "He": lambda _, seed: initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal", seed=seed),
}


def compute_in(dtype):
    keras.config.set_floatx(str(dtype))
    keras.config.set_dtype_policy(str(dtype))


class Loss(LossAdapter):
    def forward(self, prediction, target):
        compute_in(prediction.dtype)
        loss = LOSSES[self.spec.name()]()
        value, self.gradient = jax.value_and_grad(lambda x: loss(target, x))(prediction)
        return float(value)

    def backward(self, target):
        return np.array(self.gradient)

    def predict(self, prediction):
        return np.array(keras.ops.softmax(prediction))


class Optimizer(OptimizerAdapter):
    variable = None

    def update(self, weights, gradient):
        weights = np.asarray(weights)
        if self.variable is None:
            compute_in(weights.dtype)
            self.variable = keras.Variable(weights, dtype=str(weights.dtype))
            self.keras = OPTIMIZERS[self.spec.name()](self.spec)
        self.variable.assign(weights)
        self.keras.apply([keras.ops.convert_to_tensor(np.asarray(gradient, weights.dtype))], [self.variable])
        return np.array(self.variable.value)


class Initializer(InitializerAdapter):
    def reseed(self, seed):
        self.seeds = keras.random.SeedGenerator(seed)

    def initialize(self, shape, fan_in, fan_out):
        self.seeds = getattr(self, "seeds", None) or keras.random.SeedGenerator(0)
        place = (*shape[2:], shape[1], shape[0]) if len(shape) > 2 else shape  # Keras puts the channels last
        drawn = INITIALIZERS[self.spec.name()](self.spec, self.seeds)(place, dtype="float64")
        return np.array(drawn).reshape(shape)
