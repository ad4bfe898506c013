"""State: random sequences of calls agree with a model, so that stale caches and leaks have nowhere to hide."""

from __future__ import annotations

from ...specs import Case, Kind
from ..context import Context
from ..law import Law, Level, check
from .contract import BACKWARD
from .network_parts import findings_of_everything, is_plain
from .optimizer import plain
from .selection import training
from .state_components import InitializerModel, LossModel, OptimizerModel, RegularizerModel
from .state_layer import layer_model
from .state_network import network_model
from .state_program import explore

# What says the same of fewer calls, and so explains a failure better.
_LAYER = (
    *BACKWARD,
    "contract.gradients",
    "contract.repeatable",
    "contract.latest",
    "contract.accumulation",
    "contract.instances",
    "value.forward",
    "gradient.mask",
    "gradient.before-update",
    "optimizer.applied",
    "optimizer.state",
    "phase.same",
    "phase.identity",
    "phase.deterministic",
    "phase.restored",
    "phase.mask-values",
    "phase.mask-fresh",
    "phase.running-frozen",
)


def _first(case: Case) -> bool:
    """One case of a spec is enough: what is drawn is the sequence."""
    return case.name == case.spec.plainest().name


def _first_in_training(case: Case) -> bool:
    return _first(case) and training(case)


@check("state.layer", Kind.LAYER, when=_first_in_training, needs=_LAYER)
def layer_follows_its_model(context: Context) -> Law:
    """Whatever came before, a layer's answers depend on parameters, phase, declared state and latest forward alone."""
    yield from explore((yield from layer_model(context, again=False)))


@check("state.layer-again", Kind.LAYER, when=_first_in_training, level=Level.STRICT, needs=("state.layer",))
def backward_may_be_repeated(context: Context) -> Law:
    """Backward belongs to the latest forward, in either phase and as often as it is called."""
    yield from explore((yield from layer_model(context, again=True)))


@check(
    "state.loss",
    Kind.LOSS,
    when=_first,
    needs=("contract.loss-backward", "contract.loss-latest", "contract.loss-instances", "value.loss"),
)
def loss_follows_its_model(context: Context) -> Law:
    """Whatever came before, a loss's answers depend on the latest prediction and target alone."""
    yield from explore(LossModel(context, again=False))


@check("state.loss-again", Kind.LOSS, when=_first, level=Level.STRICT, needs=("state.loss",))
def loss_backward_may_be_repeated(context: Context) -> Law:
    """Backward of a loss gives the same as often as it is called."""
    yield from explore(LossModel(context, again=True))


@check(
    "state.optimizer",
    Kind.OPTIMIZER,
    when=lambda case: _first(case) and plain(case),
    needs=("optimizer.trajectory", "optimizer.instances"),
)
def optimizer_follows_its_model(context: Context) -> Law:
    """Every update follows from the optimizer's own gradients alone, however many there were."""
    yield from explore(OptimizerModel(context))


@check("state.regularizer", Kind.REGULARIZER, when=_first, needs=("regularization.norm", "regularization.gradient"))
def regularizer_has_no_state(context: Context) -> Law:
    """Norm and gradient depend on the weights of the call alone."""
    yield from explore(RegularizerModel(context))


@check(
    "state.initializer",
    Kind.INITIALIZER,
    when=_first,
    needs=("contract.initializer", "initializer.constant", "initializer.distribution", "initializer.fresh"),
)
def initializer_has_no_state(context: Context) -> Law:
    """Every call draws anew, for its own shape and fans (exact tests, each with a false-alarm rate of 1e-12)."""
    yield from explore(InitializerModel(context), length=12)


@check(
    "state.network",
    Kind.NETWORK,
    when=lambda case: _first(case) and is_plain(case),
    needs=("network.gradient", "network.batch", "network.train", "optimizer.network"),
    components=findings_of_everything,
)
def network_follows_its_model(context: Context) -> Law:
    """Whatever came before, a network's answers depend on its parameters, its optimizers' state and the batch alone."""
    yield from explore((yield from network_model(context)))
