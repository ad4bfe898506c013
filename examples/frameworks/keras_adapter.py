"""Keras 3 on JAX as a subject; what trains its layers is in `keras_training`."""

import os

os.environ["KERAS_BACKEND"] = "jax"  # a worker does not get the user's environment

import jax
import keras
from keras import layers
from keras_training import INITIALIZERS, LOSSES, OPTIMIZERS, Initializer, Loss, Optimizer, compute_in

from backproof.adapters.autodiff import AutodiffLayer

# Nothing is computed while this is imported: XLA starts threads then, and every session is a fork of this process.
jax.config.update("jax_enable_x64", True)
keras.config.set_image_data_format("channels_first")
CONVENTIONS = {"loss reduction": "sum"}


def conv(spec):
    _, *kernel = spec.convolution_shape
    sides = tuple(((size - 1) // 2, size // 2) for size in kernel)  # padding="same" shifts the windows with strides
    pad = layers.ZeroPadding2D(sides) if len(kernel) == 2 else layers.ZeroPadding1D(sides[0])
    layer = layers.Conv2D if len(kernel) == 2 else layers.Conv1D
    return [pad, layer(spec.num_kernels, kernel, spec.stride_shape)]


ACTIVATIONS = {"ReLU": "relu", "Sigmoid": "sigmoid", "TanH": "tanh", "Identity": "linear", "SoftMax": "softmax"}
LAYERS = {
    "FullyConnected": lambda spec: [layers.Dense(spec.output_size)],
    "Conv": conv,
    "Pooling": lambda spec: [layers.MaxPooling2D(spec.pooling_shape, spec.stride_shape)],
    "BatchNormalization": lambda _: [layers.BatchNormalization(axis=1, momentum=0.8, epsilon=1e-15)],
    "Dropout": lambda spec: [layers.Dropout(1 - spec.keep)],
    "Flatten": lambda _: [layers.Flatten("channels_last")],  # else it moves the channels to the end
    "Activation": lambda spec: [layers.Activation(spec.function)],
    **{name: lambda _, function=function: [layers.Activation(function)] for name, function in ACTIVATIONS.items()},
}
OFFERED = [*LAYERS, *LOSSES, *OPTIMIZERS, *INITIALIZERS]


class Layer(AutodiffLayer):
    model, trained = None, False

    def reseed(self, seed):
        keras.utils.set_random_seed(seed)

    def optimizer(self, spec):
        return Optimizer(spec)

    def linearize(self, parameters, x):
        if self.model is None:
            compute_in(x.dtype)
            self.model = keras.Sequential(LAYERS[self.spec.name()](self.spec))
            self.model.build(x.shape)
            self.state = [variable.value for variable in self.model.non_trainable_variables]
        train, (*_, layer) = self.phase == "train", self.model.layers
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.8 if self.trained else 0.0  # the courses' running statistics start from the first batch
            self.trained |= train

        def run(parameters, x):
            values = [parameters[name] for name in ("weights", "bias") if parameters]
            if parameters and parameters["weights"].ndim > 2:
                values[0] = jax.numpy.moveaxis(values[0], (0, 1), (-1, -2))  # Keras puts the channels last
            y, state = self.model.stateless_call(values, self.state, x, training=train)
            return y.astype(x.dtype), state  # some operations of Keras have results of float32 whatever they are given

        y, pull, self.state = jax.vjp(run, parameters, x, has_aux=True)
        return y, pull


def build(spec):
    if spec.arguments().get("regularizer"):
        return None
    kinds = ((LAYERS, Layer), (LOSSES, Loss), (OPTIMIZERS, Optimizer), (INITIALIZERS, Initializer))
    return next((subject(spec) for table, subject in kinds if spec.name() in table), None)
