"""Reseeding reaches every generator that an implementation may draw from."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof.adapters.seeding import preserved_random_state, reseed
from backproof.specs import Dropout

from .submissions import changed, load, write

PATH = "Layers/Dropout.py"
DRAW = "np.random.rand(*input_tensor.shape)"
SHAPE = "input_tensor.shape"

SOURCE = """class Source:
    def __init__(self):
        self.rng = np.random.default_rng()

"""
BASE = """import numpy

rng = numpy.random.default_rng()

class BaseLayer:
    def random(self, shape):
        return rng.random(shape)
"""
WAYS = {
    "the global state": (),
    "Python's random": (
        (PATH, DRAW, f"np.array([random.random() for _ in range(input_tensor.size)]).reshape({SHAPE})"),
        (PATH, "import numpy as np", "import random\nimport numpy as np"),
    ),
    "a Generator of its own": (
        (PATH, DRAW, f"self.rng.random({SHAPE})"),
        (PATH, "self.mask = None", "self.mask = None\n        self.rng = np.random.default_rng()"),
    ),
    "a RandomState of its own": (
        (PATH, DRAW, "self.state.rand(*input_tensor.shape)"),
        (PATH, "self.mask = None", "self.mask = None\n        self.state = np.random.RandomState()"),
    ),
    "a random.Random of its own": (
        (PATH, DRAW, f"np.array([self.dice.random() for _ in range(input_tensor.size)]).reshape({SHAPE})"),
        (PATH, "self.mask = None", "self.mask = None\n        import random\n        self.dice = random.Random()"),
    ),
    "a child's": (
        (PATH, DRAW, f"self.parts[0]['source'].rng.random({SHAPE})"),
        (PATH, "self.mask = None", "self.mask = None\n        self.parts = [{'source': Source()}]"),
        (PATH, "class Dropout", SOURCE + "class Dropout"),
    ),
    "the class's": (
        (PATH, DRAW, f"Dropout.rng.random({SHAPE})"),
        (PATH, "class Dropout(BaseLayer):\n", "class Dropout(BaseLayer):\n    rng = np.random.default_rng()\n"),
    ),
    "the module's": (
        (PATH, DRAW, f"rng.random({SHAPE})"),
        (PATH, "class Dropout", "rng = np.random.default_rng()\n\nclass Dropout"),
    ),
    "the base class's module's": (
        (PATH, DRAW, f"self.random({SHAPE})"),
        ("Layers/Base.py", "class BaseLayer:", BASE),
    ),
    "a new Generator every time": ((PATH, DRAW, f"np.random.default_rng().random({SHAPE})"),),
    "a new Generator, imported": (
        (PATH, DRAW, f"default_rng().random({SHAPE})"),
        (PATH, "import numpy as np", "import numpy as np\nfrom numpy.random import default_rng"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_reseeding_repeats_the_mask_and_drawing_goes_on(tmp_path: Path, way: str) -> None:
    subject = load(write(tmp_path, changed(*WAYS[way]))).build(Dropout(keep=0.5))
    x = np.ones((20, 20))

    def draws(seed: int) -> tuple[Any, Any]:
        subject.reseed(seed)
        return subject.forward(x), subject.forward(x)

    first, again, other = draws(1), draws(1), draws(2)
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()
    assert (first[0] != other[0]).any()
    assert (first[0] != first[1]).any()


def test_other_callers_of_default_rng_get_fresh_generators(tmp_path: Path) -> None:
    subject = load(write(tmp_path, changed())).build(Dropout(keep=0.5))
    draws = []
    for _ in range(2):
        subject.reseed(1)
        draws.append(np.random.default_rng().random())
    assert draws[0] != draws[1]
    assert np.random.default_rng(5).random() == np.random.Generator(np.random.PCG64(5)).random()


def test_shared_generators_stay_shared() -> None:
    class Owner:
        def __init__(self, rng: np.random.Generator) -> None:
            self.rng = rng

    shared = np.random.default_rng()
    owners = Owner(shared), Owner(shared)
    reseed(3, *owners)
    assert owners[0].rng is owners[1].rng is shared
    alone = Owner(np.random.default_rng())
    reseed(3, alone)
    assert alone.rng.random() == shared.random()


def test_generators_of_one_owner_differ_from_each_other() -> None:
    owner = [np.random.default_rng(), np.random.default_rng()]
    reseed(3, owner)
    assert owner[0].random() != owner[1].random()


def test_owners_that_hold_each_other_end() -> None:
    first: list[Any] = []
    first.append({"back": first, "rng": np.random.default_rng()})
    reseed(3, first)
    value = first[0]["rng"].random()
    reseed(3, first)
    assert first[0]["rng"].random() == value


@pytest.mark.parametrize("seed", [0, -1, 2**40])
def test_any_integer_is_a_seed(seed: int) -> None:
    draws = []
    for _ in range(2):
        reseed(seed)
        draws.append((np.random.rand(), random.random()))  # noqa: NPY002 - what submissions draw from
    assert draws[0] == draws[1]


def test_the_random_state_is_preserved() -> None:
    reseed(1)
    expected = np.random.rand(), random.random()  # noqa: NPY002 - what submissions draw from
    reseed(1)
    with preserved_random_state():
        np.random.rand()  # noqa: NPY002 - as above
        random.random()
    assert (np.random.rand(), random.random()) == expected  # noqa: NPY002 - as above


def test_generators_in_slots_are_found() -> None:
    class Owner:
        __slots__ = ("rng",)

        def __init__(self) -> None:
            self.rng = np.random.default_rng()

    owner = Owner()
    reseed(3, owner)
    first = owner.rng.random(4)
    reseed(3, owner)
    assert (owner.rng.random(4) == first).all()
