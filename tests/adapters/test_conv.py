"""Conv: shapes of weights and bias, forms of the stride, second optimizers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backproof import adapters
from backproof.specs import Conv

from .submissions import changed, load, write

PATH = "Layers/Conv.py"
IMAGES = Conv(stride_shape=(2, 1), convolution_shape=(2, 3, 2), num_kernels=3)
SEQUENCES = Conv(stride_shape=(2,), convolution_shape=(2, 3), num_kernels=4)
RANDOM_WEIGHTS = "np.random.uniform(0, 1, (num_kernels, *convolution_shape))"
RANDOM_BIAS = "np.random.uniform(0, 1, num_kernels)"
BIAS_SUM = "self.gradient_bias = np.sum(error, axis=(0, 2, 3))"
INITIAL_BIAS = "        self.bias = bias_initializer"
COUNT = "        self.num_kernels = num_kernels\n"
GRADIENT = "        gradient = np.zeros"
FIRST_ENTRY = "self.stride = (1, stride_shape[0])"

Changes = tuple[tuple[str, str, str], ...]


def behaves_like_the_reference(folder: Path, spec: Conv) -> bool:
    """Outputs, gradients, updates and initial values of the submission and of the reference framework are equal."""
    results = []
    for subject in (load(folder).build(spec), adapters.load({"kind": "builtin"}).build(spec)):
        generator = np.random.default_rng(3)
        values = {name: generator.normal(size=p.shape) for name, p in spec.parameters().items()}
        subject.assign(values)
        found = [subject.parameters()[name] for name in values]
        subject.attach_optimizer(0.1, 0.5)
        for _ in range(3):
            y = subject.forward(generator.normal(size=(2, 2, 5, 4)[: len(spec.convolution_shape) + 1]))
            found += [y, subject.backward(generator.normal(size=y.shape))]
            found += [subject.gradients()[name] for name in values] + [subject.parameters()[name] for name in values]
        found.append(np.asarray(subject.initialize(2.0, 3.0)["fans"][0]))
        results.append([*found, *(subject.parameters()[name] for name in values)])
    return all(one.shape == other.shape and np.allclose(one, other) for one, other in zip(*results, strict=True))


BIASES: dict[str, Changes] = {
    "(K,)": (),
    "(K, 1)": (
        (PATH, RANDOM_BIAS, "np.random.uniform(0, 1, (num_kernels, 1))"),
        (
            PATH,
            "bias_initializer.initialize((self.num_kernels,),",
            "bias_initializer.initialize((self.num_kernels, 1),",
        ),
        (PATH, BIAS_SUM, "self.gradient_bias = np.sum(error, axis=(0, 2, 3)).reshape(-1, 1)"),
    ),
    "(1, K, 1, 1)": (
        (PATH, RANDOM_BIAS, "np.random.uniform(0, 1, (1, num_kernels, 1, 1))"),
        (PATH, "initialize((self.num_kernels,),", "initialize((1, self.num_kernels, 1, 1),"),
        (PATH, BIAS_SUM, "self.gradient_bias = np.sum(error, axis=(0, 2, 3), keepdims=True)"),
    ),
    "a number after initialize": (
        (PATH, "initialize((self.num_kernels,), fan_in, fan_out)", "initialize((1,), fan_in, fan_out)[0]"),
        (PATH, "self.bias.reshape", "np.resize(self.bias, self.num_kernels).reshape"),
    ),
}


@pytest.mark.parametrize("spec", [IMAGES, SEQUENCES], ids=["images", "sequences"])
@pytest.mark.parametrize("shape", BIASES)
def test_bias_in_every_shape(tmp_path: Path, shape: str, spec: Conv) -> None:
    assert behaves_like_the_reference(write(tmp_path, changed(*BIASES[shape])), spec)


@pytest.mark.parametrize(
    "shape", ["(*self.convolution_shape, 1)", "(self.convolution_shape[0], 1, *self.kernel_size[1:])"]
)
def test_weights_of_sequences_may_have_an_axis_more(tmp_path: Path, shape: str) -> None:
    stored = f"(self.num_kernels, *{shape})"
    reshaped = f"self.weights = self.weights.reshape({stored})"
    files = changed(
        (PATH, RANDOM_WEIGHTS, f"np.random.uniform(0, 1, {stored}) if self.is_1d else {RANDOM_WEIGHTS}"),
        (PATH, INITIAL_BIAS, f"        if self.is_1d:\n            {reshaped}\n{INITIAL_BIAS}"),
    )
    folder = write(tmp_path, files)
    layer = load(folder).build(SEQUENCES).layer
    assert layer.weights.shape in {(4, 2, 3, 1), (4, 2, 1, 3)}
    assert behaves_like_the_reference(folder, SEQUENCES)
    assert behaves_like_the_reference(folder, IMAGES)


def one_line_more(line: str) -> Changes:
    """For sequences the constructor executes `line` as well."""
    return ((PATH, FIRST_ENTRY, f"{FIRST_ENTRY}\n            {line}"),)


STRIDES: dict[str, tuple[Changes, object]] = {
    "a list": ((), [2]),
    "nothing but a list": (one_line_more("assert isinstance(stride_shape, list)"), [2]),
    "nothing but a tuple": (one_line_more("assert isinstance(stride_shape, tuple)"), (2,)),
    "a second entry in the constructor": (((PATH, FIRST_ENTRY, "self.stride = (1, stride_shape[1])"),), (2, 2)),
    "a second entry in backward": (((PATH, GRADIENT, f"        self.given[1]\n{GRADIENT}"),), (2, 2)),
    "a number": (((PATH, FIRST_ENTRY, "self.stride = (1, int(stride_shape))"),), 2),
}


@pytest.mark.parametrize("form", STRIDES)
def test_strides_of_sequences_in_the_form_that_works(tmp_path: Path, form: str) -> None:
    changes, expected = STRIDES[form]
    recorded = (PATH, COUNT, f"{COUNT}        self.given = stride_shape\n")
    folder = write(tmp_path, changed(*changes, recorded))
    given = load(folder).build(SEQUENCES).layer.given
    assert (type(given), given) == (type(expected), expected)
    assert behaves_like_the_reference(folder, SEQUENCES)


def test_a_layer_for_images_only_is_offered_and_raises_for_sequences(tmp_path: Path) -> None:
    line = "        self.input_shape = input_tensor.shape\n"
    files = changed((PATH, line, line + "        batch, channels, rows, columns = input_tensor.shape\n"))
    folder = write(tmp_path, files)
    assert behaves_like_the_reference(folder, IMAGES)
    subject = load(folder).build(SEQUENCES)
    with pytest.raises(ValueError, match="not enough values to unpack"):
        subject.forward(np.ones((1, 2, 5)))


def test_finding_the_stride_leaves_the_random_state_alone(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, changed()))
    drawn = []
    for _ in range(2):
        np.random.seed(5)  # noqa: NPY002 - what submissions draw from
        drawn.append(adapter.build(SEQUENCES).parameters()["weights"])
    np.random.seed(5)  # noqa: NPY002 - as above
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(drawn[0], np.random.uniform(0, 1, (4, 2, 3)))  # noqa: NPY002 - as above


PROPERTY = """    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        # weights and bias must not share the momentum
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)

"""
IF_OPTIMIZER = "        if self.optimizer is not None:\n"
HANG = """            if not hasattr(self.optimizer, "b"):
                self.optimizer.b = copy.deepcopy(self.optimizer)
"""
SECOND: dict[str, Changes] = {
    "bias_optimizer": (
        (PATH, PROPERTY, ""),
        (PATH, "self.trainable = True\n", "self.trainable = True\n        self.bias_optimizer = None\n"),
        (PATH, "self._bias_optimizer", "self.bias_optimizer"),
    ),
    "hung on the optimizer": (
        (PATH, PROPERTY, ""),
        (PATH, IF_OPTIMIZER, IF_OPTIMIZER + HANG),
        (PATH, "self._bias_optimizer", "self.optimizer.b"),
    ),
}
SHARED: Changes = ((PATH, PROPERTY, ""), (PATH, "self._bias_optimizer", "self.optimizer"))


@pytest.mark.parametrize("way", SECOND)
def test_second_optimizers_are_served(tmp_path: Path, way: str) -> None:
    assert behaves_like_the_reference(write(tmp_path, changed(*SECOND[way])), IMAGES)


def test_a_shared_optimizer_is_refused_once_it_has_momentum(tmp_path: Path) -> None:
    folder = write(tmp_path, changed(*SHARED))
    for momentum in (0.0, 0.5):
        subject = load(folder).build(IMAGES)
        subject.attach_optimizer(0.1, momentum)
        before = subject.parameters()
        y = subject.forward(np.ones((1, 2, 4, 4)))
        if momentum:
            with pytest.raises(ValueError, match=r"shape \(3, 2, 3, 2\), but is called with one of shape \(3,\)"):
                subject.backward(y)
        else:
            subject.backward(y)
            for name, gradient in subject.gradients().items():
                np.testing.assert_allclose(subject.parameters()[name], before[name] - 0.1 * gradient)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (BIAS_SUM, "self.gradient_bias = np.sum(error, axis=0)", r"gradient_bias has the shape \(24,\), but .* \(3,\)"),
        (BIAS_SUM, "self.gradient_bias = None", "gradient_bias is missing after backward"),
        (
            "gradient.reshape(self.weights.shape)",
            "gradient.swapaxes(0, 1)",
            r"gradient_weights has the shape \(2, 3, 3, 2\), but should have \(3, 2, 3, 2\)",
        ),
    ],
)
def test_wrong_shapes_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    without_update = (PATH, IF_OPTIMIZER, "        if False:\n")
    subject = load(write(tmp_path, changed((PATH, old, new), without_update))).build(IMAGES)
    subject.backward(subject.forward(np.ones((2, 2, 4, 4))))
    with pytest.raises((ValueError, AttributeError), match=message):
        subject.gradients()
