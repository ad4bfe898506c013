"""Every way in which submissions lay out their files and import each other; what is broken stays by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backproof import adapters
from backproof.specs import Dropout, NeuralNetwork, Sigmoid

from .submissions import changed, example_files, first_specs, load, offered_by_the_example, works, write


def notes(adapter: Any) -> str:
    return "\n".join(adapter.describe()["notes"])


def flat(files: dict[str, str]) -> dict[str, str]:
    """All modules in one folder."""
    return {name.rpartition("/")[2]: text for name, text in files.items() if "__init__" not in name}


def without_inits(files: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if "__init__" not in name}


def lower_case(files: dict[str, str]) -> dict[str, str]:
    files = changed(("*", "from Layers.", "from layers."), files=files)
    return {name.replace("Layers/", "layers/").replace("Optim", "optim", 1): text for name, text in files.items()}


LAYOUTS = {
    "the course's": example_files(),
    "below src": {f"src/{name}": text for name, text in example_files().items()},
    "two folders down": {f"ex3_material/src_to_implement/{name}": text for name, text in example_files().items()},
    "lower case": lower_case(example_files()),
    "lower-case folders, upper-case imports": {
        name.replace("Layers/", "layers/"): text for name, text in example_files().items()
    },
    "without __init__": without_inits(example_files()),
    "flat": changed(
        ("*", "from Layers.Base import", "from Base import"),
        ("*", "from Layers.Helpers import", "from Helpers import"),
        files=flat(example_files()),
    ),
    "flat, as if there were folders": flat(example_files()),
    "flat, relative": changed(("*", "from Layers.", "from ."), files=flat(example_files())),
    "relative": changed(("*", "from Layers.", "from .")),
    "the package's module": changed(
        ("*", "from Layers.Base import BaseLayer", "from Layers import Base"), ("*", "(BaseLayer)", "(Base.BaseLayer)")
    ),
    "with Layers on the search path": changed(
        ("*", "from Layers.Base import", "from Base import"), ("*", "from Layers.Helpers", "from Helpers")
    ),
    "with the parent on the search path": {
        f"src_to_implement/{name}": text
        for name, text in changed(("*", "from Layers.", "from src_to_implement.Layers.")).items()
    },
    "with the grandparent on the search path": {
        f"ex3/src_to_implement/{name}": text
        for name, text in changed(("*", "from Layers.", "from ex3.src_to_implement.Layers.")).items()
    },
    "relative across the folders": changed(
        (
            "Layers/Dropout.py",
            "import numpy as np",
            "import numpy as np\nfrom ..Optimization.Optimizers import Sgd",
        )
    ),
    "classes in the package's names": {
        **example_files(),
        "Layers/__init__.py": "".join(
            f"from .{name} import {name}\n" for name in ("FullyConnected", "ReLU", "Dropout", "BatchNormalization")
        ),
    },
    "star imports": changed(
        ("NeuralNetwork.py", "import copy", "from Layers import *\nfrom Optimization import *\nimport copy")
    ),
    "star imports of a missing LSTM": {
        path: text
        for path, text in changed(("NeuralNetwork.py", "import copy", "from Layers import *\nimport copy")).items()
        if path != "Layers/LSTM.py"
    },
    "classes spelled in another case": changed(
        ("Layers/SoftMax.py", "class SoftMax", "class Softmax"),
        ("Layers/TanH.py", "class TanH", "class Tanh"),
        ("*", "from Layers.TanH import TanH", "from Layers.TanH import Tanh as TanH"),
    ),
}


@pytest.fixture
def uninstalled(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Hides a top-level package, whether it is installed or not; its stand-in does not outlive the test."""
    hidden_packages: list[str] = []

    def hide(top: str) -> None:
        hidden_packages.append(top)
        find_spec = PathFinder.find_spec

        def hidden(fullname: str, *arguments: Any) -> Any:
            return None if fullname.partition(".")[0] == top else find_spec(fullname, *arguments)

        monkeypatch.setattr(PathFinder, "find_spec", hidden)
        for name in [name for name in sys.modules if name.partition(".")[0] == top]:
            monkeypatch.delitem(sys.modules, name)

    yield hide
    for top in hidden_packages:
        for name in [name for name in sys.modules if name.partition(".")[0] == top]:
            del sys.modules[name]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_offers_everything(tmp_path: Path, layout: str) -> None:
    adapter = load(write(tmp_path, LAYOUTS[layout]))
    expected = [name for name in offered_by_the_example() if name != "LSTM" or "missing LSTM" not in layout]
    assert adapter.describe()["offered"] == expected
    assert adapter.describe()["missing"] == []
    works(adapter, *expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_target_that_crossed_to_a_worker_reads_the_root_alone(
    tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under confinement: folders above the root can be named, but not listed."""
    target = adapters.resolve(str(write(tmp_path, LAYOUTS[layout])))
    (root,) = map(Path, adapters.readable(target))
    listing = Path.iterdir

    def confined(self: Path) -> Any:
        if not self.is_relative_to(root):
            raise PermissionError(str(self))
        return listing(self)

    monkeypatch.setattr(Path, "iterdir", confined)
    works(adapters.load(target), "Dropout", "BatchNormalization")


def test_the_layers_folder_itself_may_be_named(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, example_files()) / "Layers")
    assert "Dropout" in adapter.describe()["offered"]
    assert "Sgd" in adapter.describe()["missing"]
    works(adapter, "Dropout", "FullyConnected")


def test_files_are_told_relative_to_what_was_named(tmp_path: Path) -> None:
    write(tmp_path / "src", example_files())
    files = load(tmp_path).describe()["files"]
    assert files["Dropout"] == "src/Layers/Dropout.py"
    assert files["L2_Regularizer"] == "src/Optimization/Constraints.py"


def test_a_copy_with_a_number_is_ignored_and_told(tmp_path: Path) -> None:
    files = {**example_files(), "Layers/Dropout 1.py": "raise RuntimeError"}
    adapter = load(write(tmp_path, files))
    works(adapter, "Dropout")
    assert "Layers/Dropout 1.py is ignored" in notes(adapter)


def test_an_empty_stub_is_not_claimed(tmp_path: Path) -> None:
    files = {**example_files(), "Layers/LSTM.py": "# later\n", "Layers/Dropout.py": ""}
    description = load(write(tmp_path, files)).describe()
    assert "LSTM" not in description["files"]
    assert description["missing"] == ["Dropout"]
    assert load(tmp_path).build(Dropout(keep=0.5)) is None


def test_a_class_that_the_file_takes_from_elsewhere_is_offered(tmp_path: Path) -> None:
    files = example_files()
    files["Layers/activations.py"] = files["Layers/Sigmoid.py"]
    files["Layers/Sigmoid.py"] = "from Layers.activations import Sigmoid\n"
    works(load(write(tmp_path, files)), "Sigmoid")


def test_a_class_in_a_file_of_another_name_is_found(tmp_path: Path) -> None:
    files = example_files()
    files["Layers/activations.py"] = files.pop("Layers/Sigmoid.py")
    adapter = load(write(tmp_path, files))
    assert adapter.describe()["files"]["Sigmoid"] == "Layers/activations.py"
    works(adapter, "Sigmoid")


@pytest.mark.parametrize(
    "init", ["from .Dropout import Dropout\nfrom .Sigmoid import Sigmoid\n", '__all__ = ["Dropout"]\n']
)
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def forward(\n", SyntaxError),
        ("import no_such_module\nclass Dropout: pass\n", ModuleNotFoundError),
        ("class Dropout:\n    def __init__(self, probability):\n        raise KeyError('mine')\n", KeyError),
        ("if 1 < 0:\n    class Dropout: pass\n", AttributeError),
    ],
)
def test_a_broken_layer_breaks_nothing_else(tmp_path: Path, init: str, text: str, error: type[Exception]) -> None:
    files = changed(("NeuralNetwork.py", "import copy", "from Layers import *\nimport copy"))
    adapter = load(write(tmp_path, {**files, "Layers/__init__.py": init, "Layers/Dropout.py": text}))
    assert "Dropout" in adapter.describe()["offered"]
    with pytest.raises(error):
        adapter.build(Dropout(keep=0.5))
    works(adapter, "Sigmoid", "FullyConnected", "BatchNormalization", "NeuralNetwork")


def test_a_file_that_cannot_be_parsed_is_told(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, {**example_files(), "Layers/Dropout.py": "x = 1\ndef forward(\n"}))
    assert "Layers/Dropout.py cannot be parsed: line 2" in notes(adapter)


def test_loading_executes_nothing(tmp_path: Path) -> None:
    files = {name: f"raise RuntimeError({name!r})\n{text}" for name, text in example_files().items()}
    adapter = load(write(tmp_path, files))
    assert adapter.describe()["offered"] == offered_by_the_example()
    with pytest.raises(RuntimeError, match="Dropout"):
        adapter.build(Dropout(keep=0.5))


def test_nothing_is_written_beside_the_submission(tmp_path: Path) -> None:
    before = write(tmp_path, example_files())
    files = sorted(before.rglob("*"))
    works(load(tmp_path))
    assert sorted(tmp_path.rglob("*")) == files


@pytest.mark.parametrize(
    "line",
    [
        "import matplotlib.pyplot as plt\nfigure = plt.figure(figsize=(3, 4))",
        "from sympy import symbols, Matrix",
        "import networkx as nx\nclass Graph(nx.DiGraph): pass",
        "from tqdm import tqdm, trange\nassert list(tqdm(range(3))) == list(trange(3))",
        "from sklearn.datasets import load_iris",
    ],
)
def test_packages_that_no_layer_needs_are_replaced(
    tmp_path: Path, line: str, uninstalled: Callable[[str], None]
) -> None:
    uninstalled(line.split()[1].partition(".")[0])
    adapter = load(write(tmp_path, changed(("Layers/Sigmoid.py", "import numpy as np", f"import numpy as np\n{line}"))))
    top = line.split()[1].partition(".")[0]
    assert f"{top} is imported, but no layer needs it" in notes(adapter)
    works(adapter, "Sigmoid")


def test_a_stand_in_that_is_computed_with_fails_and_names_itself(
    tmp_path: Path, uninstalled: Callable[[str], None]
) -> None:
    uninstalled("sympy")
    files = changed(
        ("Layers/Sigmoid.py", "import numpy as np", "import numpy as np\nimport sympy"),
        ("Layers/Sigmoid.py", "small = np.exp", "small = 1 + sympy.exp"),
    )
    subject = load(write(tmp_path, files)).build(Sigmoid())
    with pytest.raises(TypeError, match="'Inert'"):
        subject.forward(np.ones((2, 2)))


def test_what_might_compute_is_not_replaced(tmp_path: Path) -> None:
    files = changed(("Layers/Sigmoid.py", "import numpy as np", "import numpy as np\nimport no_such_autograd"))
    with pytest.raises(ModuleNotFoundError, match="no_such_autograd"):
        load(write(tmp_path, files)).build(Sigmoid())


def test_a_missing_helpers_file_is_told_and_an_own_one_is_used(tmp_path: Path) -> None:
    missing = load(write(tmp_path / "a", example_files()))
    assert "Helpers.py is missing" in notes(missing)
    own = {
        **example_files(),
        "Layers/Helpers.py": "def compute_bn_gradients(*arguments):\n    return 7 * arguments[0]\n",
    }
    adapter = load(write(tmp_path / "b", own))
    assert "Helpers.py" not in notes(adapter)
    subject = adapter.build(first_specs()["BatchNormalization"])
    x = np.random.default_rng(0).normal(size=(5, 4))
    assert (subject.backward(x * 0 + subject.forward(x)) == 7 * subject.forward(x)).all()


def test_names_in_all_without_a_file_are_told(tmp_path: Path) -> None:
    adapter = load(write(tmp_path, LAYOUTS["star imports of a missing LSTM"]))
    assert "Layers/__init__.py lists LSTM in __all__, but there is no LSTM.py" in notes(adapter)


def test_two_submissions_in_one_process_keep_their_own_modules(tmp_path: Path) -> None:
    one = load(write(tmp_path / "one", example_files()))
    two = load(write(tmp_path / "two", changed(("Layers/Dropout.py", "/ self.probability", "/ 1"))))
    spec = Dropout(keep=0.25)
    for adapter, largest in ((one, 4), (two, 1), (one, 4)):
        subject = adapter.build(spec)
        assert subject.forward(np.ones((50, 50))).max() == largest


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    load(write(tmp_path, example_files())).build(Dropout(keep=0.25))
    write(tmp_path, changed(("Layers/Dropout.py", "/ self.probability", "/ 1")))
    assert load(tmp_path).build(Dropout(keep=0.25)).forward(np.ones((50, 50))).max() == 1


def test_a_network_lives_without_a_layer_that_it_does_not_use(tmp_path: Path) -> None:
    files = changed(("NeuralNetwork.py", "import copy", "from Layers import *\nimport copy"))
    files["Layers/Dropout.py"] = "import no_such_module\n\nclass Dropout: pass\n"
    adapter = load(write(tmp_path, files))
    cases = {case.name: case.spec for case in NeuralNetwork.cases()}
    assert adapter.build(cases["classifier"]) is not None
    with pytest.raises(ModuleNotFoundError):
        adapter.build(cases["with-phases"])
