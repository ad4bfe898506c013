"""Importing this module registers every mistake."""

from . import (  # noqa: F401 - importing registers the mistakes
    batch_normalization,
    batch_normalization_gradient,
    batch_normalization_running,
    dropout,
    dropout_passes,
    flatten,
    fully_connected,
    fully_connected_state,
    relu,
    sigmoid,
    softmax,
    tanh,
)
