"""BatchNormalization: shapes of gamma and beta, ways to initialise, second optimizers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backproof.specs import BatchNormalization, Phase

from .submissions import changed, load, write

PATH = "Layers/BatchNormalization.py"
SPEC = BatchNormalization(channels=3)
INITIALIZE = "def initialize(self, weights_initializer=None, bias_initializer=None):"
PROPERTY = """    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        # gamma and beta must not share the momentum, so beta gets its own copy
        self._optimizer = optimizer
        self._bias_optimizer = copy.deepcopy(optimizer)
"""
ROWS = (
    (PATH, "np.ones(self.channels)\n        self.bias", "np.ones((1, self.channels))\n        self.bias"),
    (PATH, "self.bias = np.zeros(self.channels)", "self.bias = np.zeros((1, self.channels))"),
    (PATH, "self.normalized, axis=0)", "self.normalized, axis=0, keepdims=True)"),
    (PATH, "np.sum(error, axis=0)", "np.sum(error, axis=0, keepdims=True)"),
)
ACCESS = """    @property
    def weights(self):
        return self.gamma

    @weights.setter
    def weights(self, weights):
        self.gamma = weights

"""
GAMMA_PROPERTY = (
    (PATH, "self.weights", "self.gamma"),
    (PATH, "    @property\n    def optimizer", ACCESS + "    @property\n    def optimizer"),
)


@pytest.mark.parametrize("changes", [(), ROWS, GAMMA_PROPERTY], ids=["(C,)", "(1, C)", "property"])
def test_parameters_and_gradients_are_vectors(tmp_path: Path, changes: tuple[tuple[str, str, str], ...]) -> None:
    files = changed(*changes)
    files["Layers/Base.py"] = files["Layers/Base.py"].replace("self.weights = None", "pass")
    subject = load(write(tmp_path, files)).build(SPEC)
    shape = np.shape(subject.layer.weights)
    subject.assign({"weights": np.array([1.0, 2.0, 3.0]), "bias": np.array([4.0, 5.0, 6.0])})
    assert np.shape(subject.layer.weights) == shape
    assert {name: value.tolist() for name, value in subject.parameters().items()} == {
        "weights": [1, 2, 3],
        "bias": [4, 5, 6],
    }
    x = np.random.default_rng(0).normal(size=(7, 3))
    y = subject.forward(x)
    np.testing.assert_allclose(y.mean(axis=0), [4, 5, 6])
    np.testing.assert_allclose(y.std(axis=0), [1, 2, 3])
    subject.backward(y)
    assert {name: value.shape for name, value in subject.gradients().items()} == {"weights": (3,), "bias": (3,)}


@pytest.mark.parametrize(
    "signature",
    [INITIALIZE, "def initialize(self):", "def initialize(self, w):", "def initialize(self, w, b):",
     "def initialize(self, *ignored):"],
)  # fmt: skip
def test_initialize_takes_what_it_takes(tmp_path: Path, signature: str) -> None:
    files = changed((PATH, INITIALIZE, signature))
    arguments = signature.partition("self")[2].strip("):").count(",")
    if "*" not in signature and "=" not in signature:
        files[PATH] = files[PATH].replace("self.initialize()", f"self.initialize({', '.join(['None'] * arguments)})")
    subject = load(write(tmp_path, files)).build(SPEC)
    subject.assign({"weights": np.full(3, 7.0)})
    assert subject.initialize(2.0, 3.0) == {"fans": []}
    assert subject.parameters()["weights"].tolist() == [1, 1, 1]


IF_OPTIMIZER = "        if self.optimizer is not None:\n"
HANG = """            if not hasattr(self.optimizer, "b"):
                self.optimizer.b = copy.deepcopy(self.optimizer)
"""
SECOND = {
    "property": (),
    **{
        name: (
            (PATH, PROPERTY, ""),
            (PATH, "self.initialize()\n", f"self.{name} = None\n        self.initialize()\n"),
            (PATH, "self._bias_optimizer", f"self.{name}"),
        )
        for name in ("bias_optimizer", "optimizer_bias", "optimizer_b")
    },
    "hung on the optimizer": (
        (PATH, PROPERTY, ""),
        (PATH, IF_OPTIMIZER, IF_OPTIMIZER + HANG),
        (PATH, "self._bias_optimizer", "self.optimizer.b"),
    ),
}  # fmt: skip
SHARED = ((PATH, PROPERTY, ""), (PATH, "self._bias_optimizer", "self.optimizer"))


def momentum_is_right(folder: Path) -> bool:
    """Three updates of gamma and beta, compared with momentum kept apart for each."""
    subject = load(folder).build(SPEC)
    subject.attach_optimizer(0.1, 0.5)
    generator = np.random.default_rng(2)
    expected, velocity = dict(subject.parameters()), {"weights": 0.0, "bias": 0.0}
    for _ in range(3):
        subject.forward(generator.normal(size=(6, 3)))
        subject.backward(generator.normal(size=(6, 3)))
        for name, gradient in subject.gradients().items():
            velocity[name] = 0.5 * velocity[name] - 0.1 * gradient
            expected[name] = expected[name] + velocity[name]
    return all(np.allclose(value, expected[name], rtol=1e-12) for name, value in subject.parameters().items())


@pytest.mark.parametrize("way", SECOND)
def test_second_optimizers_are_served(tmp_path: Path, way: str) -> None:
    assert momentum_is_right(write(tmp_path, changed(*SECOND[way])))


def test_a_shared_optimizer_stays_shared(tmp_path: Path) -> None:
    assert not momentum_is_right(write(tmp_path, changed(*SHARED)))


def test_the_test_phase_reaches_the_layer(tmp_path: Path) -> None:
    subject = load(write(tmp_path, changed())).build(SPEC)
    x = np.random.default_rng(0).normal(size=(7, 3))
    train = subject.forward(x)
    subject.set_phase(Phase.TEST)
    np.testing.assert_allclose(subject.forward(x), train, atol=1e-12)
    assert abs(subject.forward(x[:1])).max() > 0
    subject.set_phase(Phase.TRAIN)
    assert abs(subject.forward(x[:1])).max() == 0


def test_wrong_shapes_are_named(tmp_path: Path) -> None:
    files = changed((PATH, "np.sum(error, axis=0)", "np.sum(error)"))
    subject = load(write(tmp_path, files)).build(SPEC)
    subject.backward(subject.forward(np.random.default_rng(0).normal(size=(7, 3))))
    with pytest.raises(ValueError, match=r"gradient_bias has the shape \(1,\), but should have \(3,\)"):
        subject.gradients()
