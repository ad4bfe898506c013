"""Max pooling over overlapping windows, without and with ties."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right

PIXELS, WINDOW = 5, 2  # stride 1: neighbouring windows share pixels
PLACES = [(p, q) for p in range(PIXELS - WINDOW + 1) for q in range(PIXELS - WINDOW + 1)]


@right("max pooling")
class MaxPooling(Subject):
    """Maxima of all 2 × 2 windows of images, (2, 5, 5); the first of several maxima gets the gradient."""

    def set_up(self) -> None:
        self.x = self.normal(2, PIXELS, PIXELS)

    def forward(self, x: Array) -> Array:
        return np.stack([x[:, p : p + WINDOW, q : q + WINDOW].max(axis=(1, 2)) for p, q in PLACES], axis=1)

    def backward(self, x: Array, dy: Array) -> Array:
        gradient = np.zeros_like(x)
        for image, rows in enumerate(dy):
            for (p, q), value in zip(PLACES, rows, strict=True):
                window = x[image, p : p + WINDOW, q : q + WINDOW]
                self.give(gradient[image, p : p + WINDOW, q : q + WINDOW], window, value)
        return gradient

    def give(self, gradient: Array, window: Array, value: float) -> None:
        """Add a window's incoming gradient to the gradient of its pixels."""
        gradient[self.winner(window)] += value

    def winner(self, window: Array) -> tuple[int, ...]:
        """Which pixel gets the gradient."""
        return tuple(int(i) for i in np.unravel_index(np.argmax(window), window.shape))


@bug("pooling: overlaps overwritten")
class Overwritten(MaxPooling):
    """A pixel that is the maximum of several windows gets the last one's gradient, not the sum."""

    def give(self, gradient: Array, window: Array, value: float) -> None:
        gradient[self.winner(window)] = value


@bug("pooling: minimum gets the gradient")
class Minimum(MaxPooling):
    """argmin where argmax belongs."""

    def winner(self, window: Array) -> tuple[int, ...]:
        return super().winner(-window)


@bug("pooling: average in backward")
class Averaged(MaxPooling):
    """Every pixel of the window gets a quarter."""

    def give(self, gradient: Array, window: Array, value: float) -> None:
        gradient += value / window.size


@right("max pooling, ties", tied=True)
class Tied(MaxPooling):
    """Images of the integers 0 to 5: about a third of the windows has several equal maxima."""

    levels = 6

    def set_up(self) -> None:
        self.x = self.rng.integers(self.levels, size=(2, PIXELS, PIXELS)).astype(self.dtype)


@right("max pooling, ties in most windows", tied=True)
class MostlyTied(Tied):
    """Images of the integers 0 to 2."""

    levels = 3


@bug("pooling: ties counted several times")
class TiesRepeated(Tied):
    """All of several equal maxima get the whole gradient: mask = (window == window.max())."""

    def give(self, gradient: Array, window: Array, value: float) -> None:
        gradient += value * (window == window.max())


@bug("pooling: nothing at ties")
class TiesIgnored(Tied):
    """A window with several equal maxima sends nothing back."""

    def give(self, gradient: Array, window: Array, value: float) -> None:
        if (window == window.max()).sum() == 1:
            super().give(gradient, window, value)
