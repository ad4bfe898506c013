"""Training loop: mistakes in the record, the schedule, the phases, the gradients and the penalty."""

from __future__ import annotations

from ..specs import Array
from .registry import Declare
from .trainer_models import Trainer

PLAIN = ("plain",)
PENALISED = ("with-L1", "with-L2")

mistake = Declare(families=("optimizer",))


@mistake(
    hint="epoch_loss / len(loader), since the loss of a batch is a mean already", families=("network",), cases=PLAIN
)
class LossBySamples(Trainer):
    """The recorded loss is too small by the batch size.

    The losses of the batches, which are means already, are added up and divided by the number of samples.
    """

    def mean(self, losses: list[float], batch_size: int) -> float:
        return super().mean(losses, batch_size) / batch_size


@mistake(hint="epoch_loss / len(loader)", families=("network",), cases=PLAIN)
class LossNotDivided(Trainer):
    """The recorded loss is the sum over the batches.

    Training and validation, which have different numbers of batches, cannot be compared then.
    """

    def mean(self, losses: list[float], batch_size: int) -> float:
        return super().mean(losses, batch_size) * len(losses)


@mistake(hint="scheduler.step(), without an argument; only ReduceLROnPlateau takes the validation loss", cases=PLAIN)
class ScheduleByLoss(Trainer):
    """The schedule is given the loss.

    scheduler.step(loss) in a try block does not raise: StepLR takes the loss for the number of the epoch, so the
    learning rate follows the loss, and hardly ever changes.
    """

    def schedule(self) -> None:
        self.epoch += 1
        self.rate = self.spec.learning_rate * self.spec.gamma ** (self.record[-1][1] // self.spec.step_size)


@mistake(hint="scheduler.step() behind the loop over the batches, not in it")
class ScheduleByBatch(Trainer):
    """The schedule steps after every batch.

    Its steps are meant to be epochs. The learning rate is gone before the first epoch is over.
    """

    def train_batch(self, index: int, inputs: Array, labels: Array) -> float:
        loss = super().train_batch(index, inputs, labels)
        super().schedule()
        return loss

    def schedule(self) -> None:
        """Nothing at the end of the epoch."""


@mistake(hint="network.eval() before the loop over the validation batches", families=("phase",))
class TrainPhaseInValidation(Trainer):
    """Validation runs in the train phase.

    network.eval() is missing: dropout drops, and batch normalisation takes the statistics of the validation batches,
    and changes the running ones.
    """

    def forward(self, index: int, inputs: Array, labels: Array) -> float:
        self.training = True
        return super().forward(index, inputs, labels)


@mistake(hint="network.train() at the start of every epoch, not once before the first one", families=("phase",))
class TestPhaseForEver(Trainer):
    """After the first validation, training goes on in the test phase.

    network.train() is called once, before the first epoch, but network.eval() in each.
    """

    def forward(self, index: int, inputs: Array, labels: Array) -> float:
        self.training = self.training and self.epoch == 0
        return super().forward(index, inputs, labels)


@mistake(hint="with torch.no_grad(): around the loop over the validation batches", families=("phase",))
class GradientsInValidation(Trainer):
    """Validation computes gradients.

    torch.no_grad() is missing. The graph of every validation batch is built for nothing: memory and time are lost.
    """

    def forward(self, index: int, inputs: Array, labels: Array) -> float:
        self.differentiates = True
        return super().forward(index, inputs, labels)


@mistake(hint="optimizer.zero_grad() before loss.backward()")
class GradientsNotZeroed(Trainer):
    """Gradients are never set to zero.

    optimizer.zero_grad() is missing, so every step is by the sum of all gradients so far.
    """

    def zero_gradients(self) -> None:
        """Nothing is forgotten."""


@mistake(hint="no loss.backward() and no optimizer.step() in the loop over the validation batches")
class StepInValidation(Trainer):
    """Validation trains.

    The loop over the validation batches is a copy of that over the training batches, with its steps. The validation
    loss says nothing about unseen data then.
    """

    def validate(self) -> float:
        self.training = self.differentiates = False
        batches = self.data[self.spec.batches :]
        return self.mean([self.train_batch(*batch) for batch in batches], len(batches[0][2]))


@mistake(hint="loss = loss_function(output, target) + regularization(network)", cases=PENALISED)
class PenaltyLeftOut(Trainer):
    """The penalty is not added to the loss.

    regularization is an argument that nothing uses: weights do not decay.
    """

    def pull(self, values: Array) -> Array:
        return 0 * super().pull(values)


@mistake(
    hint="sum_correct_preds(output, target) inside of the loop over the batches, with those of the batch",
    families=("network",),
)
class CountsLastTargets(Trainer):
    """Right predictions are counted with the targets of another batch.

    Targets of the training loop are still at hand in the loop over the validation batches, and are taken there.
    """

    def count_right(self, labels: Array) -> None:
        if not self.training:
            labels = self.data[self.spec.batches - 1][2]
        super().count_right(labels)


@mistake(hint="correct += sum_correct_preds(output, target) inside of the loop over the batches", families=("network",))
class CountsLastBatch(Trainer):
    """Right predictions are counted in the last batch only.

    The call stands behind the loop over the batches, where only the last batch is left.
    """

    def count_right(self, labels: Array) -> None:
        last = self.spec.batches if self.training else len(self.data)
        if labels is self.data[last - 1][2]:
            super().count_right(labels)
