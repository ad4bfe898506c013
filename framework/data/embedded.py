"""Small real data sets that scikit-learn embeds."""

from importlib import import_module
from typing import Any

from .dataset import DataError, DataSet, one_hot, split_at_random


def digits(seed: int = 0) -> DataSet:
    """Return 1797 handwritten digits in 10 classes: images (1, 8, 8) in [0, 1], split at random into 70, 10 and 20 %.

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998; the
    part that scikit-learn embeds.

    Raises:
        DataError: If scikit-learn is not installed.
    """
    bunch = _datasets("digits").load_digits()
    images = bunch.images.reshape(-1, 1, 8, 8) / 16
    return split_at_random("digits", images, one_hot(bunch.target, 10), seed=seed)


def iris(seed: int = 0) -> DataSet:
    """Return 150 flowers in 3 classes: 4 lengths and widths in cm, split at random into 70, 10 and 20 %.

    Source: Fisher, The use of multiple measurements in taxonomic problems, Annals of Eugenics 7, 1936.

    Raises:
        DataError: If scikit-learn is not installed.
    """
    bunch = _datasets("iris").load_iris()
    return split_at_random("iris", bunch.data, one_hot(bunch.target, 3), seed=seed)


def _datasets(name: str) -> Any:
    try:
        return import_module("sklearn.datasets")  # optional, and slow to import
    except ImportError as error:
        raise DataError(
            f"the data set {name} comes with scikit-learn, which cannot be imported here ({error}); "
            "install it with: pip install 'backproof[data]'"
        ) from error
