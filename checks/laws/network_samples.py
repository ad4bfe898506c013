"""Network: a prediction belongs to its sample."""

from __future__ import annotations

from ...specs import Case, Kind, NetworkSpec, Phase, Trait
from ..asking import test, train
from ..context import Context
from ..law import Law, check
from ..measurement import agrees
from ..proof import Expression
from .contract import array_of_shape, close_to
from .network_parts import findings_of_layers, prepared


def _by_sample(case: Case) -> bool:
    """Cases of networks without a layer in which time passes from sample to sample."""
    spec = case.spec
    return isinstance(spec, NetworkSpec) and all(
        layer.has(Trait.BATCH_INDEPENDENT, Phase.TEST) for layer in spec.layers
    )


@check(
    "network.samples",
    Kind.NETWORK,
    when=_by_sample,
    needs=("contract.network", "phase.network-test"),
    components=findings_of_layers("contract", "phase"),
)
def predictions_belong_to_their_samples(context: Context) -> Law:
    """test(x) predicts for each sample alone: in another order, in parts, one by one."""
    rng = context.rng()
    network, x, _, _ = yield from prepared(context, rng)
    _, together = yield from network.ask(train(2), test(x))  # running statistics start from a training batch
    order = rng.permutation(len(x))
    hint = "test must pass the array on as it is: nothing may be computed over the samples, or kept from other ones"
    for name, rows in (("the samples in another order", order), ("the first two", order[:2]), ("one", order[:1])):
        found = yield from network.ask(test(x[rows]))
        yield array_of_shape(f"test(x) for {name}", found, together[rows].shape, hint=hint)
        rule = Expression(f"$0[{rows.tolist()}]", (together,))
        yield agrees(f"test(x) for {name}", found, close_to(together[rows]), hint=hint, as_expected=rule)
