"""Neural network: mistakes that show in a sequence of calls."""

from __future__ import annotations

from ..framework import NeuralNetwork, Optimizer
from ..framework.validation import Tensor
from .registry import Declare

mistake = Declare(families=("state",))


@mistake(hint="input_tensor, self.label_tensor = self.data_layer.next() in every forward")
class FirstBatchOnly(NeuralNetwork):
    """The network asks for a batch only once.

    forward keeps the first batch that the data layer hands out. The loss goes down all the same, but only one batch
    is ever learned.
    """

    batch: tuple[Tensor, Tensor] | None = None

    def forward(self) -> float:
        source = self.data_layer
        assert source is not None  # noqa: S101 - set before forward
        if self.batch is None:
            self.batch = source.next()
        output, data_loss = self._forward(*self.batch)
        del output
        return data_loss + self.regularization_loss()


@mistake(hint="in test set self.phase = True, and leave layer.optimizer alone")
class LearningEndsWithTest(NeuralNetwork):
    """Testing takes the optimizers away.

    test removes them, so that nothing can be learned from test data, and nothing puts them back: training goes on
    without effect.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        for layer in self.layers:
            layer.optimizer = None
        return super().test(input_tensor)


@mistake(hint="give each layer its copy of the optimizer in append_layer, and keep it")
class OptimizerNewAfterTest(NeuralNetwork):
    """Only the first layer goes on learning after a test.

    test puts copies of the optimizer into the layers it finds first and returns too early: the others have none.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        prediction = super().test(input_tensor)
        kept: Optimizer | None = None
        for layer in self.layers:
            if layer.trainable:
                kept, layer.optimizer = (layer.optimizer, layer.optimizer) if kept is None else (kept, None)
        return prediction


@mistake(
    hint="for layer in self.layers: input_tensor = layer.forward(input_tensor), and nothing else", families=("network",)
)
class TestCentresTheBatch(NeuralNetwork):
    """test subtracts the mean of the samples that it is given.

    The prediction for a sample then depends on the others that are tested with it, and for a single one it is that of
    zeros.
    """

    def test(self, input_tensor: Tensor) -> Tensor:
        return super().test(input_tensor - input_tensor.mean(axis=0))
