"""Elman network."""

import numpy as np

from ..validation import Tensor
from .recurrent import Recurrent


class RNN(Recurrent[Tensor]):
    """Simple recurrent network: ``h_t = tanh([x_t, h_{t-1}, 1] @ weights)``, output ``[h_t, 1] @ output_weights``.

    The weights have the shape (input_size + hidden_size + 1, hidden_size). For all else see ``Recurrent``.

    Source: Elman, Finding structure in time, Cognitive Science 14, 1990.
    """

    def _unroll(self, projected_input: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        hidden = np.empty((len(projected_input) + 1, self.hidden_size), projected_input.dtype)
        hidden[0] = self.hidden_state if self.memorize else 0
        for t, projected in enumerate(projected_input):
            np.tanh(projected + hidden[t] @ weights, out=hidden[t + 1])
        return hidden, 1 - hidden[1:] ** 2  # the derivative of the hyperbolic tangent

    def _unroll_back(self, hidden_error: Tensor, weights: Tensor, trace: Tensor) -> Tensor:
        unit_error = np.empty_like(hidden_error)
        from_later = np.zeros(self.hidden_size, unit_error.dtype)
        for t in reversed(range(len(unit_error))):
            unit_error[t] = (hidden_error[t] + from_later) * trace[t]
            from_later = weights @ unit_error[t]
        return unit_error
