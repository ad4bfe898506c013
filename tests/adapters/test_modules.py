"""Adapters that users write: modules, import paths, and the base classes that say what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backproof import adapters
from backproof.adapters.base import (
    InitializerAdapter,
    LayerAdapter,
    LossAdapter,
    NetworkAdapter,
    OptimizerAdapter,
    RegularizerAdapter,
    SubjectAdapter,
)
from backproof.specs import (
    Adam,
    Constant,
    CrossEntropyLoss,
    Dropout,
    FullyConnected,
    L1_Regularizer,
    NeuralNetwork,
    Phase,
    ReLU,
    Unsupported,
    all_specs,
)

from .submissions import load, write

ADAPTER = '''
"""The adapter of a framework with one layer."""
from backproof.adapters.base import LayerAdapter
from own_framework import relu, relu_backward

CONVENTIONS = {"relu'(0)": 0}
COURSE = "fau-exercises"


class Relu(LayerAdapter):
    def forward(self, x):
        self.x = x.copy()
        return relu(x)

    def backward(self, dy):
        return relu_backward(self.x, dy)


def build(spec):
    return Relu(spec) if spec.name() == "ReLU" else None
'''
FRAMEWORK = "def relu(x):\n    return x.clip(0)\n\ndef relu_backward(x, dy):\n    return dy * (x > 0)\n"


def test_a_module_is_loaded_with_its_folder_on_the_search_path(tmp_path: Path) -> None:
    write(tmp_path, {"mine.py": ADAPTER, "own_framework.py": FRAMEWORK})
    adapter = adapters.load(adapters.resolve(str(tmp_path / "mine.py")))
    subject = adapter.build(ReLU())
    assert subject.forward(np.array([[-1.0, 2.0]])).tolist() == [[0, 2]]
    assert subject.backward(np.array([[3.0, 3.0]])).tolist() == [[0, 3]]
    assert adapter.build(Dropout(keep=0.5)) is None
    description = adapter.describe()
    assert description["adapter"] == "mine.py"
    assert description["course"] == "fau-exercises"
    assert description["conventions"] == {"relu'(0)": "0"}
    assert description["offered"] == list(all_specs())
    assert description["missing"] == []


def test_a_module_may_describe_itself(tmp_path: Path) -> None:
    extra = "OFFERED = ['ReLU']\ndef describe():\n    return {'edition': '7', 'notes': ['of mine']}\n"
    write(tmp_path, {"mine.py": "def build(spec):\n    return None\n" + extra})
    description = load(tmp_path / "mine.py").describe()
    assert (description["offered"], description["edition"], description["notes"]) == (["ReLU"], "7", ["of mine"])
    assert description["adapter"] == "mine.py"


def test_two_modules_of_the_same_name_do_not_meet(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, {"mine.py": f"def build(spec):\n    return {name!r}\n"})
    loaded = [load(tmp_path / name / "mine.py") for name in ("one", "two")]
    assert [adapter.build(ReLU()) for adapter in loaded] == ["one", "two"]


def test_an_import_path_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"own_tools_a/__init__.py": "", "own_tools_a/mine.py": "def build(spec):\n    return 7\n"})
    monkeypatch.chdir(tmp_path)
    target = adapters.resolve("own_tools_a.mine")
    monkeypatch.chdir("/")
    adapter = adapters.load(target)
    assert adapter.build(ReLU()) == 7
    assert adapter.describe()["adapter"] == "own_tools_a.mine"


def test_a_module_without_build_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"mine.py": "from os.path import *\n"})
    with pytest.raises(ImportError, match=r"mine.py is no adapter module: it should have a function build\(spec\)"):
        load(tmp_path / "mine.py")


def test_a_module_that_fails_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path, {"mine.py": "def build(spec):\n    pass\nraise KeyError('mine')\n"})
    with pytest.raises(KeyError, match="mine"):
        load(tmp_path / "mine.py")


LAYER = FullyConnected(input_size=2, output_size=1)
X = np.ones((1, 2))
CALLS = [
    (LayerAdapter(LAYER), "forward", (X,)),
    (LayerAdapter(LAYER), "backward", (X,)),
    (LayerAdapter(LAYER), "parameters", ()),
    (LayerAdapter(LAYER), "gradients", ()),
    (LayerAdapter(LAYER), "assign", ({"bias": X},)),
    (LayerAdapter(LAYER), "attach_optimizer", (0.1, 0.9)),
    (LayerAdapter(LAYER), "initialize", (1.0, 2.0)),
    (LayerAdapter(Dropout(keep=0.5)), "set_phase", (Phase.TEST,)),
    (LossAdapter(CrossEntropyLoss()), "forward", (X, X)),
    (LossAdapter(CrossEntropyLoss()), "backward", (X,)),
    (RegularizerAdapter(L1_Regularizer(alpha=1.0)), "norm", (X,)),
    (RegularizerAdapter(L1_Regularizer(alpha=1.0)), "gradient", (X,)),
    (OptimizerAdapter(Adam(learning_rate=1.0)), "update", (X, X)),
    (InitializerAdapter(Constant(value=1.0)), "initialize", ((2, 2), 2, 2)),
    *(
        (NetworkAdapter(NeuralNetwork.cases()[0].spec), method, arguments)
        for method, arguments in (
            ("feed", (X, X)), ("forward", ()), ("backward", ()), ("train", (1,)), ("test", (X,)), ("parameters", ()),
            ("set_phase", (Phase.TEST,)), ("seen_phases", ()), ("assign", ({},)), ("gradients", ()),
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("adapter", "method", "arguments"), CALLS)
def test_what_is_not_overridden_is_unsupported(adapter: SubjectAdapter, method: str, arguments: tuple[object]) -> None:
    name = type(adapter).__name__
    with pytest.raises(Unsupported, match=rf"does not offer {method}; override {name}\.{method} to have it checked"):
        getattr(adapter, method)(*arguments)


def test_a_layer_without_parameters_and_phases_needs_forward_and_backward_alone() -> None:
    adapter = LayerAdapter(ReLU())
    adapter.set_phase(Phase.TEST)
    adapter.attach_optimizer(0.1, 0.9)
    adapter.assign({})
    assert adapter.parameters() == adapter.gradients() == {}
    assert adapter.initialize(1.0, 2.0) == {"fans": []}


@pytest.mark.parametrize(
    "adapter",
    [LayerAdapter(ReLU()), InitializerAdapter(Constant(value=1.0)), NetworkAdapter(NeuralNetwork.cases()[0].spec)],
)
def test_reseeding_seeds_the_global_state(adapter: LayerAdapter) -> None:
    draws = []
    for _ in range(2):
        adapter.reseed(4)
        draws.append(np.random.rand())  # noqa: NPY002 - what implementations draw from
    assert draws[0] == draws[1]
