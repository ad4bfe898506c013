"""Convolution: an even kernel, stride 2, "same" padding; the gradients of images and kernels."""

from __future__ import annotations

import numpy as np

from .subject import Array, Subject, bug, right

BATCH, CHANNELS, PIXELS, KERNEL, STRIDE = 2, 2, 5, 2, 2
OUTPUTS = range(0, PIXELS, STRIDE)  # the pixels at which a window starts; a row and a column are padded at the end


def padded(x: Array) -> Array:
    """Images with zeros after the last row and column."""
    return np.pad(x, ((0, 0), (0, 0), (0, KERNEL - 1), (0, KERNEL - 1)))


def correlate(x: Array, kernels: Array) -> Array:
    """Cross-correlation: (batch, channels, 5, 5) and (kernels, channels, 2, 2) to (batch, kernels, 3, 3)."""
    images = padded(x)
    windows = [images[:, :, p : p + KERNEL, q : q + KERNEL] for p in OUTPUTS for q in OUTPUTS]
    pixels = [np.einsum("bcij,kcij->bk", window, kernels) for window in windows]
    return np.stack(pixels, axis=-1).reshape(len(x), len(kernels), len(OUTPUTS), len(OUTPUTS))


def spread(dy: Array, kernels: Array, *, before: int = 0) -> Array:
    """The transpose of `correlate` with respect to the images; `before` cells are cut off at the start."""
    images = padded(np.zeros((len(dy), kernels.shape[1], PIXELS, PIXELS), dy.dtype))
    for row, p in enumerate(OUTPUTS):
        for column, q in enumerate(OUTPUTS):
            images[:, :, p : p + KERNEL, q : q + KERNEL] += np.einsum("bk,kcij->bcij", dy[:, :, row, column], kernels)
    return images[:, :, before : before + PIXELS, before : before + PIXELS]


def collect(x: Array, dy: Array) -> Array:
    """The transpose of `correlate` with respect to the kernels."""
    images = padded(x)
    total = np.zeros((dy.shape[1], x.shape[1], KERNEL, KERNEL), dy.dtype)
    for row, p in enumerate(OUTPUTS):
        for column, q in enumerate(OUTPUTS):
            total += np.einsum("bk,bcij->kcij", dy[:, :, row, column], images[:, :, p : p + KERNEL, q : q + KERNEL])
    return total


@right("convolution, images")
class Images(Subject):
    """As a function of the images, (2, 2, 5, 5); as many kernels as channels, so that swapping them keeps the shape."""

    def set_up(self) -> None:
        self.kernels = self.normal(CHANNELS, CHANNELS, KERNEL, KERNEL)
        self.x = self.normal(BATCH, CHANNELS, PIXELS, PIXELS)

    def forward(self, x: Array) -> Array:
        return correlate(x, self.kernels)

    def backward(self, x: Array, dy: Array) -> Array:
        return spread(dy, self.kernels)


@bug("convolution: kernels turned")
class Turned(Images):
    """The kernels are flipped once too often on the way back."""

    def backward(self, x: Array, dy: Array) -> Array:
        return spread(dy, self.kernels[:, :, ::-1, ::-1])


@bug("convolution: even padding on the other side")
class OtherSide(Images):
    """An even kernel's padding is at the end in forward, and is cut off at the start in backward."""

    def backward(self, x: Array, dy: Array) -> Array:
        return spread(dy, self.kernels, before=1)


@bug("convolution: channels and kernels swapped")
class Swapped(Images):
    """The first two axes of the kernels are not exchanged."""

    def backward(self, x: Array, dy: Array) -> Array:
        return spread(dy, self.kernels.transpose(1, 0, 2, 3))


@bug("convolution: border lost")
class BorderLost(Images):
    """The windows that reach into the padding send nothing back."""

    def backward(self, x: Array, dy: Array) -> Array:
        inside = dy.copy()
        inside[:, :, -1, :] = inside[:, :, :, -1] = 0
        return spread(inside, self.kernels)


@bug("convolution: stride forgotten")
class StrideForgotten(Images):
    """Output pixel (p, q) is sent back to input pixel (p, q), not (2p, 2q)."""

    def backward(self, x: Array, dy: Array) -> Array:
        images = padded(np.zeros(self.x.shape, dy.dtype))
        for row in range(len(OUTPUTS)):
            for column in range(len(OUTPUTS)):
                window = images[:, :, row : row + KERNEL, column : column + KERNEL]
                window += np.einsum("bk,kcij->bcij", dy[:, :, row, column], self.kernels)
        return images[:, :, :PIXELS, :PIXELS]


@right("convolution, kernels")
class Kernels(Subject):
    """As a function of the kernels, (3, 2, 2, 2)."""

    def set_up(self) -> None:
        self.images = self.normal(BATCH, CHANNELS, PIXELS, PIXELS)
        self.x = self.normal(3, CHANNELS, KERNEL, KERNEL)

    def forward(self, x: Array) -> Array:
        return correlate(self.images, x)

    def backward(self, x: Array, dy: Array) -> Array:
        return collect(self.images, dy)


@bug("convolution: first sample only")
class FirstSample(Kernels):
    """The kernels learn from the first image of the batch."""

    def backward(self, x: Array, dy: Array) -> Array:
        return collect(self.images[:1], dy[:1])


@bug("convolution: last position dropped")
class LastPositionDropped(Kernels):
    """The last row of windows does not count."""

    def backward(self, x: Array, dy: Array) -> Array:
        inside = dy.copy()
        inside[:, :, -1, :] = 0
        return collect(self.images, inside)


@bug("convolution: images shifted")
class ImagesShifted(Kernels):
    """Backward pads at the start what forward pads at the end."""

    def backward(self, x: Array, dy: Array) -> Array:
        return collect(np.roll(padded(self.images), 1, axis=(2, 3))[:, :, :PIXELS, :PIXELS], dy)
