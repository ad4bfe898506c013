"""The laws, by family. Importing this package registers them, in the order in which they run."""

from . import (  # noqa: F401 - importing registers the checks
    contract,
    contract_state,
    gradient,
    gradient_mask,
    gradient_update,
    initializer,
    loss,
    metamorphic,
    network,
    network_phase,
    network_regularization,
    network_samples,
    optimizer,
    phase,
    phase_mask,
    phase_running,
    regularization,
    state,
    value,
)
