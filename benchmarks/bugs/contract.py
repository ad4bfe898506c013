"""Right formulas, wrong manners.

Calls disturb each other, arguments are written to, gradients are not linear in the incoming gradient.
"""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right


@right("layer with a cache")
class Cached(Subject):
    """y = tanh(x W) as a function of x, (5, 4); forward keeps what backward needs.

    Backward calls forward if the latest call was with another x, so that every checker may call the two in any order.
    """

    def set_up(self) -> None:
        self.weights = self.normal(4, 4)
        self.x = self.normal(5, 4)
        self.output = np.zeros((5, 4), self.dtype)
        self.input: Array | None = None

    def forward(self, x: Array) -> Array:
        self.output = np.tanh(x @ self.weights)
        self.input = x.copy()
        return self.output.copy()

    def backward(self, x: Array, dy: Array) -> Array:
        self.look_at(x)
        return (dy * (1 - self.output**2)) @ self.weights.T

    def look_at(self, x: Array) -> None:
        """Make `output` that of x."""
        if self.input is None or not np.array_equal(x, self.input):
            self.forward(x)


@bug("forward writes to its input", breaks="contract")
class WritesInput(Cached):
    """Forward clips the input in place."""

    def forward(self, x: Array) -> Array:
        np.minimum(x, 0.5, out=x)
        return super().forward(x)


@bug("forward standardises its input in place", breaks="contract")
class Standardises(Cached):
    """Forward takes a running mean away from the array it was given."""

    def forward(self, x: Array) -> Array:
        x -= 0.1
        return super().forward(x)


@bug("backward writes to its input", breaks="contract")
class BackwardWritesInput(Cached):
    """Backward uses the input as a buffer for the gradient."""

    def backward(self, x: Array, dy: Array) -> Array:
        x[...] = super().backward(x, dy)
        return x.copy()


@bug("backward writes to the incoming gradient", breaks="contract")
class WritesIncoming(Cached):
    """dy *= slope, in place."""

    def backward(self, x: Array, dy: Array) -> Array:
        self.look_at(x)
        dy *= 1 - self.output**2
        return dy @ self.weights.T


@bug("gradients accumulate over calls", breaks="contract")
class Accumulates(Cached):
    """The gradient is added to that of the calls before."""

    total: Array | float = 0.0

    def backward(self, x: Array, dy: Array) -> Array:
        self.total = self.total + super().backward(x, dy)
        return self.total


@bug("gradients accumulate, halved each time", breaks="contract")
class Momentum(Cached):
    """Half of the gradient of the calls before is added, as an optimizer with momentum would."""

    total: Array | float = 0.0

    def backward(self, x: Array, dy: Array) -> Array:
        self.total = 0.5 * self.total + super().backward(x, dy)
        return self.total


@bug("stale cache: the first forward's", breaks="contract")
class FirstCache(Cached):
    """Backward uses what the first call of forward has kept."""

    first: Array | None = None

    def forward(self, x: Array) -> Array:
        output = super().forward(x)
        if self.first is None:
            self.first = output
        self.output = self.first
        return output


@bug("stale cache: one call late", breaks="contract")
class LateCache(Cached):
    """Backward uses what the call of forward before the latest has kept."""

    latest: Array | None = None

    def forward(self, x: Array) -> Array:
        output = super().forward(x)
        self.output = output if self.latest is None else self.latest
        self.latest = output
        return output


@bug("forward remembers results by shape", breaks="contract")
class RemembersForward(Cached):
    """A second input of the same shape gets the first one's output."""

    def set_up(self) -> None:
        super().set_up()
        self.known: dict[tuple[int, ...], Array] = {}

    def forward(self, x: Array) -> Array:
        if x.shape not in self.known:
            self.known[x.shape] = super().forward(x)
        return self.known[x.shape].copy()


@bug("backward remembers results by input", breaks="contract")
class RemembersBackward(Cached):
    """A second incoming gradient at the same input gets the first one's answer."""

    def set_up(self) -> None:
        super().set_up()
        self.known: dict[bytes, Array] = {}

    def backward(self, x: Array, dy: Array) -> Array:
        return self.known.setdefault(x.tobytes(), super().backward(x, dy)).copy()


@bug("backward ignores the incoming gradient", breaks="contract")
class IgnoresIncoming(Cached):
    """The gradient of the sum of the outputs, whatever comes in."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, np.ones_like(dy))


@bug("backward squares the incoming gradient", breaks="contract")
class Squares(Cached):
    """dy² sign(dy): right where dy is 1, 0 or -1."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy * np.abs(dy))


@bug("backward normalises the incoming gradient", breaks="contract")
class Normalises(Cached):
    """dy / ‖dy‖: right where the norm is 1."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy / np.linalg.norm(dy))


@bug("backward clips the incoming gradient", breaks="contract")
class Clips(Cached):
    """Gradient clipping to ±1 inside of a layer: right where |dy| is at most 1."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, np.clip(dy, -1, 1))


@bug("forward returns its buffer", breaks="contract")
class OutputBuffer(Cached):
    """The next call of forward changes the output of the one before."""

    def forward(self, x: Array) -> Array:
        np.tanh(x @ self.weights, out=self.output)
        self.input = x.copy()
        return self.output


@bug("backward returns its buffer", breaks="contract")
class GradientBuffer(Cached):
    """The next call of backward changes the gradient of the one before."""

    def set_up(self) -> None:
        super().set_up()
        self.buffer = np.zeros_like(self.x)

    def backward(self, x: Array, dy: Array) -> Array:
        self.buffer[...] = super().backward(x, dy)
        return self.buffer


@bug("weights change with every backward", breaks="contract")
class Learns(Cached):
    """Backward updates the weights, so later calls belong to another function."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        self.weights = self.weights - 1e-3 * x.T @ dy
        return gradient


@bug("forward drifts", breaks="contract")
class Drifts(Cached):
    """Every call of forward scales the weights a little, like running statistics that are not frozen."""

    def forward(self, x: Array) -> Array:
        self.weights = self.weights * (1 + 1e-5)
        return super().forward(x)


@bug("state shared between instances", breaks="contract")
class Shared(Cached):
    """The cache belongs to all instances; the one that was used last has overwritten it."""

    def set_up(self) -> None:
        super().set_up()
        self.neighbour = np.tanh(np.roll(self.x, 1) @ self.weights)  # what another instance has kept

    def backward(self, x: Array, dy: Array) -> Array:
        return (dy * (1 - self.neighbour**2)) @ self.weights.T


@bug("gradient of a broadcast shape", breaks="contract")
class BroadcastShape(Cached):
    """The gradient is summed over the batch, (1, 4): NumPy broadcasts it without a word."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy).sum(axis=0, keepdims=True)


@bug("gradient flattened", breaks="contract")
class Flat(Cached):
    """The entries are right, the shape is (20,)."""

    def backward(self, x: Array, dy: Array) -> Array:
        return super().backward(x, dy).ravel()


@bug("NaN in the gradient", breaks="contract")
class NotANumber(Cached):
    """0 / 0 at one entry."""

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = super().backward(x, dy)
        gradient[0, 0] = np.nan
        return gradient
