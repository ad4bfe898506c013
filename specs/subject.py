"""Subject: an implementation under test, seen in the spec's terms.

One protocol per kind of spec. An adapter returns objects that follow them; the sandbox carries the
calls to the worker. Arrays are in the layout of the spec, whatever the implementation uses inside.
A method that an implementation cannot offer raises `Unsupported`, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from .spec import Spec
from .vocabulary import Phase

Array = NDArray[Any]


class Unsupported(Exception):  # noqa: N818 - not an error: the implementation does not offer this
    """The adapter does not offer this component or this operation; the text says why."""


class LayerSubject(Protocol):
    """A layer."""

    def set_phase(self, phase: Phase) -> None:
        """Switch between the train and the test phase."""

    def forward(self, x: Array) -> Array:
        """Y = f(x; parameters)."""

    def backward(self, dy: Array) -> Array:
        """The gradient with respect to the latest forward's input; updates if an optimizer is attached."""

    def parameters(self) -> Mapping[str, Array]:
        """Copies of the parameters by name, in the spec's layout."""

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""

    def gradients(self) -> Mapping[str, Array]:
        """Copies of the parameters' gradients of the latest backward, by name."""

    def reseed(self, seed: int) -> None:
        """Seed every source of randomness that forward may use."""

    def attach_optimizer(self, learning_rate: float, momentum: float) -> None:
        """Give the layer gradient descent with momentum; v' = momentum v - learning_rate g, w' = w + v'."""

    def initialize(self, weights_value: float, bias_value: float) -> Mapping[str, Any]:
        """Initialise with constants; returns how the weights initializer was called: {"fans": [[in, out], ...]}."""

    def memorize(self, on: bool) -> None:
        """Recurrent layers: let the next sequence start from the state in which the latest one ended, or from zeros."""

    def attach_penalty(self, alpha: float) -> None:
        """Recurrent layers: give the layer an optimizer with learning rate 0 and the penalty alpha sum |w|."""

    def regularization_loss(self) -> float:
        """Recurrent layers: the penalty that the layer reports."""

    def declared(self) -> Mapping[str, Any]:
        """What the layer says of itself, as far as it does: base, testing_phase and trainable, each True or False."""

    def reformat(self, tensor: Array) -> Array | None:
        """Images to rows of channels, and rows to images of the latest forward's shape; None if it cannot."""


class CodeTemplates(Protocol):
    """Optional, for a subject of any kind: how its calls read as Python code in the implementation's own API.

    Reports show them as a snippet that fails as the checks have failed, and needs NumPy and the implementation only.
    """

    def code_templates(self) -> Mapping[str, str]:
        """Lines or expressions by what they are for. `$self` stands for the subject, `$0`, `$1` for arguments.

        `path`: the folder to import from; `imports`: lines; `construct`: lines that make `$self`; `uses`: what the
        snippet must bring along, of `Momentum`, `Penalty`, `Fill`, `Batch`, `Watched`, `Helpers`, separated by
        blanks; a method's name, such as `forward`: an expression; `phase train`, `phase test`, `assign` (`$p_weights`
        stands for a value), `attach_optimizer`, `attach_penalty`, `memorize`, `initialize` of a layer: lines, and
        `fans`: an expression for how the weights initializer was called; `parameter NAME`, `gradient NAME`:
        expressions for one, in the layout of the spec; `before gradient NAME`: lines in front of a backward (`$0` is
        its argument) without which the gradient cannot be read; `block NAME`, `block gradient NAME`: the attribute
        that holds it, as it is stored. What is missing is not said.
        """


class LossSubject(Protocol):
    """A loss; targets are one-hot rows, or as predictions where the loss is not categorical."""

    def forward(self, prediction: Array, target: Array) -> float:
        """The loss, reduced over the batch as the conventions say."""

    def backward(self, target: Array) -> Array:
        """Its gradient with respect to the latest forward's prediction."""

    def predict(self, prediction: Array) -> Array:
        """Losses of scores: their softmax, which a network that ends with this loss predicts."""


class RegularizerSubject(Protocol):
    """A regularizer."""

    def norm(self, weights: Array) -> float:
        """The loss that it adds."""

    def gradient(self, weights: Array) -> Array:
        """The (sub-)gradient that it adds."""


class OptimizerSubject(Protocol):
    """An optimizer, with its regularizer if the spec has one."""

    def update(self, weights: Array, gradient: Array) -> Array:
        """The new weights."""

    def declared(self) -> Mapping[str, Any]:
        """What the optimizer says of itself, as far as it does: base, and regularizer if it keeps its own there."""


class InitializerSubject(Protocol):
    """An initializer."""

    def initialize(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """An array of `shape`."""

    def reseed(self, seed: int) -> None:
        """Seed every source of randomness that it may use."""


class NetworkSubject(Protocol):
    """A network whose layers, loss and optimizer come from the same implementation.

    Parameters are named `INDEX.NAME`, for example `0.weights`.
    """

    def feed(self, inputs: Array, labels: Array) -> None:
        """Set the batch that the data layer hands out at every iteration."""

    def forward(self) -> float:
        """One forward pass over the batch: the loss."""

    def backward(self) -> None:
        """One backward pass, with the optimizer's update."""

    def train(self, iterations: int) -> list[float]:
        """Train; returns the losses that the network has recorded so far."""

    def test(self, inputs: Array) -> Array:
        """The prediction in the test phase."""

    def set_phase(self, phase: Phase) -> None:
        """Set the network's phase."""

    def seen_phases(self) -> list[str]:
        """The phase that each layer was in during its latest forward."""

    def parameters(self) -> Mapping[str, Array]:
        """Copies of all parameters."""

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""

    def gradients(self) -> Mapping[str, Array]:
        """Copies of all gradients of the latest backward."""

    def reseed(self, seed: int) -> None:
        """Seed every source of randomness."""


class PerceptronSubject(Protocol):
    """A perceptron; parameters are named `INDEX.NAME`, with the index of the fully connected layer."""

    def loss(self, inputs: Array, targets: Array) -> float:
        """The loss of a batch, with one-hot rows or numbers as targets."""

    def predict(self, inputs: Array) -> Array:
        """Probabilities where the loss is one of scores, else the outputs."""

    def differentiate(self, inputs: Array, targets: Array) -> Mapping[str, Array]:
        """The gradients of the loss with respect to the parameters, by name; nothing is updated."""

    def input_gradient(self, inputs: Array, targets: Array) -> Array:
        """What comes out of the backward pass at the inputs."""

    def epoch(self, inputs: Array, targets: Array, learning_rate: float, batch_size: int) -> None:
        """One epoch of stochastic gradient descent; a batch size of 0 asks for gradient descent on everything."""

    def train(self, inputs: Array, labels: Array, learning_rate: float, batch_size: int) -> None:
        """Some epochs with numbers of classes as labels, by the method that `epoch` takes for the batch size."""

    def error_rate(self, inputs: Array, labels: Array) -> float:
        """The share of samples that are not predicted to be of their class, given as numbers."""

    def check_gradients(self, inputs: Array, targets: Array, layer: int, factor: float) -> Mapping[str, Any]:
        """Optional: the implementation's own check of its gradients, once.

        Args:
            inputs: of a batch.
            targets: one-hot rows or numbers.
            layer: index of a fully connected layer, whose gradients are `factor` times what they should be meanwhile.
            factor: a power of two; 1 leaves them as they are.

        Returns:
            `passes`: number of forward passes; `raised`: the exception as text, or ""; `said`: the words that are
            returned or printed; `tried`: the names of the parameters that had other values during a forward pass.
        """

    def parameters(self) -> Mapping[str, Array]:
        """Copies of all parameters."""

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""

    def reseed(self, seed: int) -> None:
        """Seed every source of randomness."""


class ModelSubject(Protocol):
    """A network that was built by a function, with its loss and its optimizers."""

    def feed(self, inputs: Array, labels: Array) -> None:
        """Set the batch that the data layer hands out at every iteration."""

    def forward(self) -> float:
        """One forward pass over the batch: the loss."""

    def backward(self) -> None:
        """One backward pass, with the optimizers' updates."""

    def test(self, inputs: Array) -> Array:
        """The prediction in the test phase."""

    def structure(self) -> list[str]:
        """The layers in order, by the names of their specs; another name for a layer that has no spec."""

    def steps(self, gradients: list[float]) -> list[list[float]]:
        """For each layer with an optimizer: the first step from the weight 0, for each of the gradients."""

    def penalty_gradients(self, weights: list[float]) -> list[list[float] | None]:
        """For each layer with an optimizer: the gradient of its penalty at the weights; None without a penalty."""


class CheckpointSubject(Protocol):
    """A network that can be saved; the methods are as in `NetworkSubject`."""

    def feed(self, inputs: Array, labels: Array) -> None:
        """Set the batch that the data layer hands out at every iteration."""

    def train(self, iterations: int) -> list[float]:
        """Train; returns the losses that the network has recorded so far."""

    def test(self, inputs: Array) -> Array:
        """The prediction in the test phase."""

    def parameters(self) -> Mapping[str, Array]:
        """Copies of all parameters."""

    def assign(self, parameters: Mapping[str, Array]) -> None:
        """Set the parameters named."""

    def save_and_load(self) -> Mapping[str, bool]:
        """Save the network, load it, and go on with what was loaded.

        Returns:
            What has become of the data layer: `kept` by the network that was saved, left out (`dropped`) where the
            network is pickled and unpickled, `set` to the new one by loading.
        """


class TrainerSubject(Protocol):
    """A training loop, which is given a linear network, a mean cross-entropy, gradient descent and a schedule."""

    def run(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Train from the parameters `start` (weights: (features, classes), bias: (classes,)), with new objects.

        Args:
            start: the parameters at the beginning.
            inputs: first those of the training batches, then those of the validation batches.
            labels: numbers of classes.
            batch_size: of all batches.

        Returns:
            `record`: the losses that the trainer keeps, (epochs, 2), training and validation. Of each forward pass, in
            order: `batch`, its index among all batches; `training`, whether the network was in the train phase;
            `differentiated`, whether gradients were computed; `loss`, of that batch, without penalty; `rate`, the
            optimizer's; `weights` and `bias`. `final_weights` and `final_bias`, after the last epoch.
        """

    def count(self, start: Mapping[str, Array], inputs: Array, labels: Array, batch_size: int) -> Mapping[str, Array]:
        """Optional: `run` with a function that counts right predictions; it notes every call.

        Returns:
            What `run` returns, and of each call, in order: `counted_pass`, the index of the latest forward pass;
            `counted_predictions` and `counted_targets`, the classes that it was given, (calls, batch size); -1 where
            there are fewer.
        """


class EvaluatorSubject(Protocol):
    """What loads a trained linear network, tests it with the mean cross-entropy, and predicts.

    The network as constructed has the parameters `fresh`; those `stored` are what its training has ended with
    (weights: (features, classes), bias: (classes,)).
    """

    def test(
        self,
        stored: Mapping[str, Array],
        fresh: Mapping[str, Array],
        inputs: Array,
        labels: Array,
        batch_size: int,
    ) -> Mapping[str, Any]:
        """Load the network and test it; the last batch is what is left.

        Returns:
            Of each forward pass, in order: `batch`, its index among the test batches (-1: none of these); `training`,
            whether the network was in the train phase; `differentiated`, whether gradients were computed; `weights`
            and `bias`. `final_weights` and `final_bias`, when the test is over. `numbers`, all that the test returns
            or prints, (count, 2): each with the half of its last digit's unit; `labels`, what they are called, ""
            where nothing says it. `counted_predictions` and `counted_targets` as a trainer's `count` has them, where
            a function that counts is taken.
        """

    def predict(self, stored: Mapping[str, Array], fresh: Mapping[str, Array], inputs: Array) -> Mapping[str, Any]:
        """Make a predictor and give it the samples, one by one.

        Returns:
            `classes`: the class that is predicted for each sample. `training`, `weights`, `bias`, `final_weights` and
            `final_bias` as `test` has them.
        """


class Adapter(Protocol):
    """Maps specs to subjects. A module with a function `build` is one as well."""

    def build(self, spec: Spec) -> Any:
        """A subject of the spec's kind, or None where the implementation does not have the component."""


Build = Callable[[Spec], Any]
