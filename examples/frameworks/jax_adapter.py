"""JAX as a subject: layers of Equinox; what trains them is in `jax_training`."""

import tempfile

import equinox as eqx
import jax
from jax import nn
from jax_training import INITIALIZERS, LOSSES, OPTIMIZERS, Initializer, Loss, Optimizer

from backproof.adapters.autodiff import AutodiffLayer

# Nothing is computed while this is imported: XLA starts threads then, and every session is a fork of this process.
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_compilation_cache_dir", tempfile.gettempdir())  # what a session compiles, the next one finds
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
CONVENTIONS = {"loss reduction": "sum"}
key = jax.random.key


def conv(spec):
    channels, *kernel = spec.convolution_shape
    sides = [((size - 1) // 2, size // 2) for size in kernel]  # padding="SAME" shifts the windows if there are strides
    return eqx.nn.Conv(len(kernel), channels, spec.num_kernels, kernel, spec.stride_shape, sides, key=key(0))


ACTIVATIONS = {"linear": jax.numpy.positive, "relu": nn.relu, "sigmoid": nn.sigmoid, "tanh": nn.tanh}
FLATTEN = eqx.nn.Lambda(lambda x: x.reshape(-1))
LAYERS = {
    "FullyConnected": lambda spec: eqx.nn.Linear(spec.input_size, spec.output_size, key=key(0)),
    "Conv": conv,
    "Pooling": lambda spec: eqx.nn.MaxPool2d(spec.pooling_shape, spec.stride_shape),
    "BatchNormalization": lambda spec: eqx.nn.BatchNorm(spec.channels, "batch", eps=1e-15, mode="batch"),
    "Dropout": lambda spec: eqx.nn.Dropout(1 - spec.keep),
    "Flatten": lambda _: FLATTEN,
    "SoftMax": lambda _: eqx.nn.Lambda(nn.softmax),
    "Identity": lambda _: eqx.nn.Identity(),
    "Activation": lambda spec: eqx.nn.Lambda(ACTIVATIONS[spec.function]),
    **{name: lambda _, name=name: eqx.nn.Lambda(ACTIVATIONS[name.lower()]) for name in ("ReLU", "Sigmoid", "TanH")},
}
OFFERED = [*LAYERS, *LOSSES, *OPTIMIZERS, *INITIALIZERS]


@eqx.filter_jit
def linearize(module, parameters, x, state, key):
    def run(parameters, x, layer=module):
        if parameters:  # the framework's layout: (outputs, inputs), and a bias that has the axes of an image
            w, b = parameters["weights"], parameters["bias"].reshape(module.bias.shape)
            layer = eqx.tree_at(lambda m: (m.weight, m.bias), module, (w.T if w.ndim == 2 else w, b))
        if isinstance(layer, eqx.nn.Dropout):
            return layer(x, key=key), state  # not one mask for all samples
        if isinstance(layer, eqx.nn.BatchNorm):
            return jax.vmap(layer, axis_name="batch", in_axes=(0, None), out_axes=(0, None))(x, state)
        return jax.vmap(layer)(x), state

    return jax.vjp(run, parameters, x, has_aux=True)


class Layer(AutodiffLayer):
    def __init__(self, spec):
        super().__init__(spec)
        self.module = LAYERS[spec.name()](spec)
        self.state, self.key = eqx.nn.State(self.module), key(0)

    def reseed(self, seed):
        self.key = key(seed)

    def optimizer(self, spec):
        return Optimizer(spec)

    def linearize(self, parameters, x):
        self.key, fresh = jax.random.split(self.key)
        layer = eqx.nn.inference_mode(self.module, self.phase == "test")
        y, pull, self.state = linearize(layer, parameters, x, self.state, fresh)
        return y, pull


def build(spec):
    kinds = ((LAYERS, Layer), (LOSSES, Loss), (OPTIMIZERS, Optimizer), (INITIALIZERS, Initializer))
    plain = spec.arguments().get("regularizer") is None  # Optax's weight decay belongs to the gradient or to AdamW
    return next((subject(spec) for table, subject in kinds if plain and spec.name() in table), None)
