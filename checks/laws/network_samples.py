"""Network: a prediction belongs to its sample."""

from __future__ import annotations

from collections.abc import Iterator

from ...specs import Case, Kind, NeuralNetwork, Phase, Trait
from ..context import Context
from ..law import check
from ..measurement import Measurement, agrees
from ..proof import Expression
from .contract import array_of_shape, close_to
from .network_parts import findings_of_layers, prepared


def _by_sample(case: Case) -> bool:
    """Cases of networks without a layer in which time passes from sample to sample."""
    spec = case.spec
    return isinstance(spec, NeuralNetwork) and all(
        layer.has(Trait.BATCH_INDEPENDENT, Phase.TEST) for layer in spec.layers
    )


@check(
    "network.samples",
    Kind.NETWORK,
    when=_by_sample,
    needs=("contract.network", "phase.network-test"),
    components=findings_of_layers("contract", "phase"),
)
def predictions_belong_to_their_samples(context: Context) -> Iterator[Measurement]:
    """test(x) predicts for each sample alone: in another order, in parts, one by one."""
    rng = context.rng()
    network, x, _, _ = prepared(context, rng)
    network.train(2)  # running statistics start from a training batch
    together = network.test(x)
    order = rng.permutation(len(x))
    hint = "test must pass the array on as it is: nothing may be computed over the samples, or kept from other ones"
    for name, rows in (("the samples in another order", order), ("the first two", order[:2]), ("one", order[:1])):
        found = network.test(x[rows])
        yield array_of_shape(f"test(x) for {name}", found, together[rows].shape, hint=hint)
        rule = Expression(f"$0[{rows.tolist()}]", (together,))
        yield agrees(f"test(x) for {name}", found, close_to(together[rows]), hint=hint, as_expected=rule)
