"""Data sets, their splits, and the data layers that deal them."""

import subprocess
import sys
from itertools import chain
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from backproof.framework.data import (
    Batches,
    DataError,
    DataSet,
    Sequences,
    Split,
    delayed_recall,
    digits,
    iris,
    memoryless_error,
    one_hot,
    split_at_random,
)


def numbered(items: int = 10, classes: int = 2) -> DataSet:
    """Items that carry their number."""

    def split(count: int, start: int) -> Split:
        numbers = np.arange(start, start + count, dtype=np.float32)
        return Split(numbers[:, None], one_hot(numbers.astype(int) % classes, classes))

    return DataSet(name="numbered", train=split(items, 0), validation=split(3, 100), test=split(4, 200))


def dealt(layer: Batches, batches: int) -> list[list[float]]:
    return [layer.next()[0].ravel().tolist() for _ in range(batches)]


def test_one_hot_by_hand() -> None:
    assert_array_equal(one_hot(np.array([[0, 2]]), 3), [[[1, 0, 0], [0, 0, 1]]])
    assert one_hot(np.array([], dtype=int), 3).shape == (0, 3)
    for wrong in (np.array([3]), np.array([-1])):
        with pytest.raises(ValueError, match=r"but should be in \[0, 3\)"):
            one_hot(wrong, 3)
    with pytest.raises(ValueError, match=r"dtype=float64, but should be integers"):
        one_hot(np.array([1.0]), 3)


def test_a_split_has_every_item_once() -> None:
    inputs = np.arange(50.0)[:, None]
    labels = one_hot(np.arange(50) % 5, 5)
    data = split_at_random("fifty", inputs, labels, seed=3)
    parts = data.train, data.validation, data.test
    assert [len(part.inputs) for part in parts] == [35, 5, 10]
    assert sorted(np.concatenate([part.inputs for part in parts]).ravel()) == list(range(50))
    for part in parts:
        assert_array_equal(part.labels, one_hot(part.inputs.ravel().astype(int) % 5, 5))
    same, other = (split_at_random("fifty", inputs, labels, seed=seed) for seed in (3, 4))
    assert_array_equal(same.train.inputs, data.train.inputs)
    assert not np.array_equal(other.train.inputs, data.train.inputs)
    assert (data.input_shape, data.classes) == ((1,), 5)
    assert same.checksum == data.checksum != other.checksum


def test_a_split_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(ValueError, match="5 inputs, but 4 labels"):
        split_at_random("odd", np.ones((5, 1)), np.ones((4, 1)), seed=0)
    with pytest.raises(ValueError, match="leave a split without items"):
        split_at_random("few", np.ones((3, 1)), np.ones((3, 1)), seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_each_epoch_deals_every_item_once_in_an_order_of_its_own(seed: int) -> None:
    layer = Batches(numbered(10), 4, seed=seed)
    assert layer.batches_per_epoch == 3
    epochs = [dealt(layer, 3) for _ in range(2)]
    for batches in epochs:
        assert [len(batch) for batch in batches] == [4, 4, 2]
        assert sorted(chain.from_iterable(batches)) == list(range(10))
    assert epochs[0] != epochs[1]
    assert (layer.epoch, layer.position) == (2, 0)
    assert dealt(Batches(numbered(10), 4, seed=seed), 3) == epochs[0]
    assert dealt(Batches(numbered(10), 4, seed=seed + 1), 3) != epochs[0]


def test_labels_go_with_their_inputs_and_both_are_copies() -> None:
    data = numbered(10)
    layer = Batches(data, 4)
    for _ in range(3):
        inputs, labels = layer.next()
        assert_array_equal(labels, one_hot(inputs.ravel().astype(int) % 2, 2))
        assert inputs.dtype == labels.dtype == np.float64
        inputs[...] = labels[...] = -1
    for inputs, _ in (layer.get_test_set(), *layer.in_order("train")):
        assert inputs.min() >= 0
        inputs[...] = -1
    assert data.train.inputs.min() >= 0
    assert data.test.inputs.min() >= 0


def test_the_order_can_stay_and_the_remainder_can_go() -> None:
    layer = Batches(numbered(10), 4, shuffle=False, drop_last=True)
    assert dealt(layer, 4) == [[0, 1, 2, 3], [4, 5, 6, 7]] * 2
    assert (layer.epoch, layer.position, layer.batches_per_epoch) == (2, 0, 2)


@pytest.mark.parametrize(("epoch", "position"), [(0, 0), (0, 2), (1, 1), (7, 0)])
def test_seek_leads_to_what_would_have_been_dealt(epoch: int, position: int) -> None:
    walked, jumped = Batches(numbered(10), 4, seed=5), Batches(numbered(10), 4, seed=5)
    dealt(walked, 3 * epoch + position)
    jumped.seek(epoch, position)
    assert dealt(walked, 4) == dealt(jumped, 4)
    with pytest.raises(ValueError, match="position=3, but an epoch has 3 batches"):
        jumped.seek(0, 3)


def test_evaluation_deals_a_split_in_order_and_leaves_the_epoch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batches, "evaluation_batch_size", 3)
    layer = Batches(numbered(10), 4)
    dealt(layer, 2)
    assert [inputs.ravel().tolist() for inputs, _ in layer.in_order("test")] == [[200, 201, 202], [203]]
    assert [len(inputs) for inputs, _ in layer.in_order("validation")] == [3]
    assert layer.position == 2
    assert_array_equal(layer.get_test_set()[0].ravel(), [200, 201, 202, 203])


def test_impossible_batches_are_refused() -> None:
    with pytest.raises(ValueError, match="batch_size=0, but should be an integer of at least 1"):
        Batches(numbered(), 0)
    with pytest.raises(ValueError, match="batch_size=11, but should be at most 10, the items of numbered"):
        Batches(numbered(10), 11, drop_last=True)
    with pytest.raises(ValueError, match="seed=-1"):
        Batches(numbered(), 1, seed=-1)


def test_delayed_recall_recalls() -> None:
    data = delayed_recall(symbols=3, delay=2, length=5, sequences=(4, 2, 1), seed=1)
    assert (data.train.inputs.shape, data.train.labels.shape) == ((4, 5, 3), (4, 5, 4))
    assert [len(split.inputs) for split in (data.train, data.validation, data.test)] == [4, 2, 1]
    shown, recalled = data.train.inputs.argmax(axis=2), data.train.labels.argmax(axis=2)
    assert_array_equal(recalled[:, :2], 3)
    assert_array_equal(recalled[:, 2:], shown[:, :-2])
    assert delayed_recall(symbols=3, delay=2, length=5, sequences=(4, 2, 1), seed=1).checksum == data.checksum
    for wrong in ({"symbols": 1}, {"delay": 0}, {"length": 4}, {"sequences": (1, 1, 0)}, {"seed": -1}):
        arguments: dict[str, Any] = {"symbols": 3, "delay": 4, "length": 5, **wrong}
        with pytest.raises(ValueError, match="but should be an integer of at least"):
            delayed_recall(**arguments)


def test_no_answer_from_the_current_step_alone_beats_the_memoryless_error() -> None:
    setting = {"symbols": 4, "delay": 4, "length": 20}
    data = delayed_recall(**setting, sequences=(1, 1, 5000), seed=2)
    shown = data.test.inputs.argmax(axis=2).ravel()
    recalled = data.test.labels.argmax(axis=2).ravel()
    best = sum(np.bincount(recalled[shown == symbol]).max() for symbol in range(4)) / len(recalled)
    # The best answers are chosen on the data themselves, so they can only look too good: by about 1 % here.
    assert memoryless_error(**setting) - 0.01 < 1 - best <= memoryless_error(**setting)


def test_sequences_come_one_at_a_time() -> None:
    data = delayed_recall(sequences=(5, 2, 3), length=6)
    layer = Sequences(data, seed=1)
    assert layer.batches_per_epoch == 5
    inputs = [layer.next()[0] for _ in range(5)]
    assert {sequence.shape for sequence in inputs} == {(6, 4)}
    assert sorted(map(np.ndarray.tolist, inputs)) == sorted(map(np.ndarray.tolist, data.train.inputs))
    assert [labels.shape for _, labels in layer.in_order("validation")] == [(6, 5)] * 2
    assert [part.shape for part in layer.get_test_set()] == [(3, 6, 4), (3, 6, 5)]
    with pytest.raises(ValueError, match=r"numbered has inputs of shape \(10, 1\)"):
        Sequences(numbered())


def test_digits_and_iris_are_what_they_should_be() -> None:
    pytest.importorskip("sklearn")
    images, flowers = digits(seed=1), iris(seed=1)
    sizes = [len(split.inputs) for split in (images.train, images.validation, images.test)]
    assert (sizes, images.input_shape, images.classes) == ([1258, 180, 359], (1, 8, 8), 10)
    assert (images.train.inputs.min(), images.train.inputs.max()) == (0, 1)
    sizes = [len(split.inputs) for split in (flowers.train, flowers.validation, flowers.test)]
    assert (sizes, flowers.input_shape, flowers.classes) == ([105, 15, 30], (4,), 3)
    for data in (images, flowers):
        rows = np.concatenate([split.labels for split in (data.train, data.validation, data.test)])
        assert_array_equal(rows.sum(axis=1), 1)
        assert rows.sum(axis=0).min() >= 50
    assert digits(seed=1).checksum == images.checksum != digits(seed=2).checksum


def test_a_missing_scikit_learn_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sklearn", "sklearn.datasets"):
        monkeypatch.setitem(sys.modules, module, None)
    for load in (digits, iris):
        with pytest.raises(DataError, match=r"scikit-learn.*install it with: pip install 'backproof\[data\]'"):
            load()


def test_scikit_learn_is_imported_when_it_is_needed_only() -> None:
    code = "import sys, backproof.framework.data; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
