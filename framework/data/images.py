"""What can be done to images before a network sees them."""

from dataclasses import replace

import numpy as np

from ..validation import Tensor, checked_integer
from .dataset import DataSet, Split


def doubled(data: DataSet) -> DataSet:
    """Return a data set whose images have twice the height and width, by bilinear interpolation.

    Small images leave nothing to a network that pools twice; doubled ones do.
    """
    splits = {name: getattr(data, name) for name in ("train", "validation", "test")}
    larger = {name: Split(enlarged(split.inputs), split.labels) for name, split in splits.items()}
    height, width = data.input_shape[1:]
    return replace(data, name=f"{data.name}, doubled to {2 * height} × {2 * width}", **larger)


def enlarged(images: Tensor) -> Tensor:
    """Return images (..., height, width) with twice the height and width.

    A pixel becomes four, each a quarter pixel from its centre, interpolated between the nearest pixels; beyond the
    edge the image goes on as at the edge.

    >>> enlarged(np.array([[0.0, 4.0]]))
    array([[0., 1., 3., 4.],
           [0., 1., 3., 4.]])
    """
    for axis in (-2, -1):
        images = _enlarged_along(images, axis)
    return images


def shifted(images: Tensor, rng: np.random.Generator, pixels: int = 1) -> Tensor:
    """Return images, each shifted at random by up to ``pixels`` vertically and horizontally; zeros move in.

    Args:
        images: (items, channels, height, width).
        rng: Where the shifts are drawn from.
        pixels: The largest shift, at least 0.

    Returns:
        As the images.
    """
    checked_integer("pixels", pixels, 0)
    items, _, height, width = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (pixels, pixels), (pixels, pixels)))
    down, right = rng.integers(2 * pixels + 1, size=(2, items))
    rows, columns = down[:, None] + np.arange(height), right[:, None] + np.arange(width)
    chosen = padded[np.arange(items)[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return chosen.transpose(0, 3, 1, 2)  # the channels went last


def _enlarged_along(images: Tensor, axis: int) -> Tensor:
    size = images.shape[axis]
    places = np.arange(size)
    before = images.take(np.maximum(places - 1, 0), axis)
    after = images.take(np.minimum(places + 1, size - 1), axis)
    pairs = np.stack([0.75 * images + 0.25 * before, 0.75 * images + 0.25 * after], axis=axis % images.ndim + 1)
    return pairs.reshape(*(2 * n if a == axis % images.ndim else n for a, n in enumerate(images.shape)))
