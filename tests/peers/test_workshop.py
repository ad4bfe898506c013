"""The FNN workshop: right submissions in every style are never accused, wrong ones are caught."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import backproof
from backproof import adapters
from backproof.adapters.workshop.adapter import WorkshopAdapter
from backproof.adapters.workshop.course import CLASSES, COURSE
from backproof.checks.choices.conventions import detect
from backproof.checks.plan.plan import make_plan
from backproof.checks.results import Finding, Verdict
from backproof.checks.run.runner import Runner
from backproof.checks.settings import Settings
from backproof.sandbox import DirectSession
from backproof.specs import MultilayerPerceptron, SoftmaxOutput, Trainer, Unsupported, all_specs

from .workshop_styles import BUGGY, CORRECT, RIGHT, WRONG, edited

pytestmark = pytest.mark.peers
pytest.importorskip("torch", reason="needs PyTorch")


class Here:
    """Sessions in this process."""

    def __init__(self, adapter: WorkshopAdapter) -> None:
        self._adapter = adapter

    def session(self) -> DirectSession:
        return DirectSession(self._adapter.build)


def loaded(folder: Path, text: str, name: str = "fnn.py") -> WorkshopAdapter:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    target = adapters.resolve(str(path))
    assert target["course"] == COURSE.name
    adapter: WorkshopAdapter = adapters.load(target)
    return adapter


def checked(adapter: WorkshopAdapter, seed: int = 0) -> list[Finding]:
    facts = adapter.describe()
    known = {**detect(Here(adapter), facts["offered"]), **facts["conventions"]}
    plan = make_plan(facts["offered"], Settings(outside=COURSE.outside))
    found: list[Finding] = []
    Runner(plan, Here(adapter), Settings(conventions=known, seed=seed)).run(1, found.append)
    return found


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_submission_is_never_accused(name: str, tmp_path: Path) -> None:
    found = checked(loaded(tmp_path, edited(RIGHT[name])), seed=1)
    assert {finding.layer for finding in found} == set(CLASSES)
    assert [(f.id, f.verdict, f.message) for f in found if f.verdict is not Verdict.PASSED] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_submission_is_caught(name: str, tmp_path: Path) -> None:
    edits, component, check = WRONG[name]
    failing = {(f.layer, f.check) for f in checked(loaded(tmp_path, edited(edits))) if f.failing}
    assert (component, check) in failing, failing


def test_every_planted_mistake_is_found(tmp_path: Path) -> None:
    found = checked(loaded(tmp_path, (BUGGY / "fnn.py").read_text(encoding="utf-8")))
    failing = {(finding.layer, finding.case, finding.family) for finding in found if finding.failing}
    planted = json.loads((BUGGY / "planted.json").read_text(encoding="utf-8"))
    assert {(entry["layer"], entry["case"], entry["family"]) for entry in planted} <= failing
    both = {finding.check for finding in found if finding.failing and finding.family == "phase"}
    assert both == {"phase.trainer", "phase.trainer-gradients"}


def test_the_example_is_conformant_behind_the_wall() -> None:
    result = backproof.check(CORRECT)
    assert result.header.course == COURSE.name
    assert result.footer.verdict == "conformant"
    assert set(result.footer.counts) == {"passed"}


def test_the_hand_out_is_not_implemented_yet(tmp_path: Path) -> None:
    stub = (
        "import torch\nfrom torch import nn\n\n\nclass FNN(nn.Module):\n    def __init__(self, a, b, c, d, **kwargs):\n"
    )
    stub += "        super().__init__()\n\n    def forward(self, x):\n        pass\n"
    adapter = loaded(tmp_path, stub)
    assert adapter.describe()["offered"] == ["MultilayerPerceptron", "NormalizedPerceptron"]
    assert adapter.describe()["missing"] == ["Trainer"]
    with pytest.raises(NotImplementedError, match="not implemented yet"):
        adapter.build(MultilayerPerceptron.cases()[0].spec)
    with pytest.raises(Unsupported, match="use_batch_norm"):
        adapter.build(all_specs()["NormalizedPerceptron"].cases()[0].spec)
    assert adapter.build(Trainer.cases()[0].spec) is None


def test_another_depth_is_not_offered(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="two hidden layers of the same width"):
        loaded(tmp_path, edited(())).build(
            MultilayerPerceptron(widths=(3, 5, 4, 2), function="relu", loss=SoftmaxOutput())
        )


def test_classes_may_lie_in_a_module_beside(tmp_path: Path) -> None:
    """A script whose name is no module's; the trainer is in a package of its own."""
    network, trainer = edited(()).split("class DataLoaderFNN:")
    (tmp_path / "fnn.py").write_text(network, encoding="utf-8")
    (tmp_path / "utils").mkdir()
    imports = network.partition("def _dense_layer")[0]
    (tmp_path / "utils" / "__init__.py").write_text(f"{imports}\n\nclass DataLoaderFNN:{trainer}", encoding="utf-8")
    script = "import torch\nfrom fnn import FNN\nfrom utils import DataLoaderFNN, NetworkTrainer\n\n"
    script += "loader = DataLoaderFNN(0.8, 64)\nNetworkTrainer(FNN, torch.nn.CrossEntropyLoss, None, None, loader)\n"
    adapter = loaded(tmp_path, script, "01_main.py")
    assert {finding.verdict for finding in checked(adapter)} == {Verdict.PASSED}
