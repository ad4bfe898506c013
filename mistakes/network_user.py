"""Network user: mistakes in loading, in the phase, in the mean loss, in counting right predictions, in predicting."""

from __future__ import annotations

import numpy as np

from ..specs import Array
from .registry import Declare
from .user_models import NetworkUser, Values

mistake = Declare(families=("network",))


@mistake(hint="network.load_state_dict(torch.load(path)) after network = network_class(**network_params)")
class NotLoaded(NetworkUser):
    """The network that is tested is a new one.

    It is constructed, but the stored parameters are never loaded: the test tells what random weights achieve.
    """

    def load(self, stored: Values, fresh: Values) -> None:
        super().load(stored=fresh, fresh=stored)


@mistake(hint="network.eval() after loading the parameters", families=("phase",))
class TrainPhase(NetworkUser):
    """The network is used in the train phase.

    A new network is in the train phase, and network.eval() is missing: dropout drops, and batch normalisation takes
    the statistics of the test batches, and changes the running ones.
    """

    def evaluate(self, *, testing: bool) -> None:
        super().evaluate(testing=testing)
        self.training = True


@mistake(hint="with torch.no_grad(): around the loop over the batches", families=("phase",))
class Gradients(NetworkUser):
    """The test computes gradients.

    torch.no_grad() is missing. The graph of every batch is built for nothing: memory and time are lost.
    """

    def evaluate(self, *, testing: bool) -> None:
        super().evaluate(testing=testing)
        self.differentiates = True


@mistake(hint="for *inputs, target in self.data_loader('test')", families=("contract",))
class OtherData(NetworkUser):
    """The test runs on data that training has seen.

    It asks the loader for another part than the test data, so that it says nothing about unseen samples.
    """

    def test_batch(self, index: int, inputs: Array, labels: Array) -> tuple[float, int]:
        del index
        return super().test_batch(-1, inputs, labels)


@mistake(hint="no optimizer, no loss.backward() and no step in a test", families=("contract",))
class Trains(NetworkUser):
    """The test trains.

    Its loop is a copy of that over the training batches, with its steps: the network has seen the test data then.
    """

    def test_batch(self, index: int, inputs: Array, labels: Array) -> tuple[float, int]:
        result = super().test_batch(index, inputs, labels)
        self.bias = self.bias + 0.1 * (np.bincount(labels, minlength=self.spec.classes) > 0)
        return result


@mistake(hint="sum of the batches' losses / len(loader), since the loss of a batch is a mean already")
class LossBySamples(NetworkUser):
    """The test loss is too small by the batch size.

    The losses of the batches, which are means already, are added up and divided by the number of samples.
    """

    def loss(self, losses: list[float], sizes: list[int]) -> float:
        return sum(losses) / sum(sizes)


@mistake(hint="test_loss / len(loader)")
class LossNotDivided(NetworkUser):
    """The test loss is the sum over the batches.

    It cannot be compared with the losses of training and validation, which are means.
    """

    def loss(self, losses: list[float], sizes: list[int]) -> float:
        del sizes
        return sum(losses)


@mistake(hint="test_loss += loss.item(), with += and not =")
class LossOfLastBatch(NetworkUser):
    """The test loss is that of the last batch.

    It is set in every batch, not added up.
    """

    def loss(self, losses: list[float], sizes: list[int]) -> float:
        del sizes
        return losses[-1]


@mistake(hint="right / number of samples, since what is counted are samples")
class AccuracyByBatches(NetworkUser):
    """The accuracy is divided by the number of batches.

    The number of right predictions is one of samples, but it is divided by len(loader): more than 100 % can be right.
    """

    def accuracy(self, rights: list[int], sizes: list[int], batch_size: int) -> float:
        del sizes, batch_size
        return sum(rights) / len(rights)


@mistake(hint="add up len(target) of every batch, or take len(loader.dataset)", cases=("with-rest",))
class FullLastBatch(NetworkUser):
    """The last batch counts as a full one.

    The number of samples is taken for the number of batches times the batch size. The last batch is smaller, so the
    accuracy is too low.
    """

    def accuracy(self, rights: list[int], sizes: list[int], batch_size: int) -> float:
        return sum(rights) / (len(sizes) * batch_size)


@mistake(hint="scores.argmax(dim=1)", families=("value",))
class LeastLikely(NetworkUser):
    """The predictor gives the least likely class.

    It looks for the smallest score, as one does for a loss.
    """

    def choice(self, scores: Array) -> int:
        return int(scores.argmin())
