"""NetworkFile: saving a network and loading it again."""

# mypy: disable-error-code="empty-body"
# The decorator `operation` supplies the bodies.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .network import NeuralNetwork, Trains
from .operations import operation
from .registry import register
from .spec import Case, CheckpointSpec
from .vocabulary import Kind


@register
@dataclass(frozen=True, kw_only=True)
class NetworkFile(CheckpointSpec):
    """A network in a file: without its data layer, and with everything else."""

    source: ClassVar[str] = "FAU exercise 3, section 1.5"
    definition: ClassVar[str] = (
        "load(save(network)) predicts and trains as the network does; the data layer is set anew"
    )
    quick: ClassVar[int] = 1

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        cases = (case for case in NeuralNetwork.cases() if case.name in {"classifier", "with-momentum"})
        return tuple(
            Case(name=case.name, spec=cls(network=case.spec), input_shape=case.input_shape)
            for case in cases
            if isinstance(case.spec, NeuralNetwork)
        )


class CheckpointSubject(Trains, kind=Kind.CHECKPOINT):
    """A network that can be saved."""

    @operation(required=True)
    def save_and_load(self) -> Mapping[str, bool]:
        """Save the network, load it, and go on with what was loaded.

        Returns:
            What has become of the data layer: `kept` by the network that was saved, left out (`dropped`) where the
            network is pickled and unpickled, `set` to the new one by loading.
        """
