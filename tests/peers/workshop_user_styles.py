"""The workshop example's NetworkUser, and the counting in its trainer, in other styles: with lines replaced."""

from __future__ import annotations

from .workshop_styles import Edits

LOAD = 'torch.load(f"{self.folder}{file_stem}_model.pt")'
EVAL = "        network.eval()\n        return network\n"
TEST = "def test_network(self, file_stem, network_params, loss_params, sum_correct_preds=sum_correct):"
LOOP = "            for *inputs, target in loader:\n                output = network(*inputs)\n                loss +="
QUIET = f"        with torch.no_grad():\n{LOOP}"
SUMMED = "loss += loss_function(output, target).item() / len(loader)"
COUNTED = "correct += sum_correct_preds(output, target)\n                seen"
LOADED = "network = self._load(file_stem, network_params)\n"
OWN_FOLDER = ', folder="./metadata/"):\n'
MADE = (
    "        self.network_class = network_class\n        self.loss_function = loss_function\n"
    "        self.data_loader = data_loader\n        self.folder = folder\n\n    def _load"
)
VALIDATED = (
    "for *inputs, target in loader:\n                    output = network(*inputs)\n"
    "                    losses[epoch, 1] += loss_function(output, target)"
)
PRINTED = '        print(f"test: loss {loss:.4f}, {100 * correct / seen:.2f} % right")\n'
RETURNED = "        return loss, correct / seen\n"
PREDICTOR = """
        def predict(x):
            with torch.no_grad():
                return network(x).argmax(dim=-1)

        return predict
"""
ONE_SAMPLE = """
        @torch.no_grad()
        def predict(x):
            if x.dim() != 1:
                raise ValueError("one sample, please")
            return torch.softmax(network(x), dim=0).numpy()

        return predict
"""
STEP = "                losses[epoch, 0] += loss.item() / len(loader)\n"
COUNT = (
    "                    correct += sum_correct_preds(output, target)\n"
    "                    seen += len(target)\n            scheduler"
)
BEHIND = (
    "                    seen += len(target)\n"
    "            correct += sum_correct_preds(output, target)\n            scheduler"
)

RIGHT: dict[str, Edits] = {
    "as it is": (),
    "files go by their path, and the network predicts": (
        (LOAD, "torch.load(file_stem)"),
        (TEST, "def test_network(self, path, network_params, loss_params):"),
        (
            LOADED + "        loss_function",
            LOADED.replace("file_stem", "path") + "        loss_function",
        ),
        (
            COUNTED,
            COUNTED.replace("_preds", ""),
        ),
        ("def get_predictor(self, file_stem, network_params):", "def get_predictor(self, path, network_params):"),
        (LOADED + PREDICTOR, "return self._load(path, network_params)\n"),
    ),
    "a dict is returned, with percents, nothing is printed": (
        (PRINTED, ""),
        (RETURNED, '        return {"loss": loss, "accuracy": 100.0 * correct / seen}\n'),
        (
            SUMMED,
            "loss += loss_function(output, target).item() * len(target) / len(loader.dataset)",
        ),
    ),
    "everything is printed, nothing returned": (
        (RETURNED, ""),
        (PRINTED, '        print("Loss:", round(loss, 3))\n        print(f"{correct} of {seen} are right")\n'),
    ),
    "tensors are returned, in inference mode": (
        (QUIET, QUIET.replace("no_grad", "inference_mode")),
        (RETURNED, "        return torch.tensor([loss, correct / seen])\n"),
        (PRINTED, ""),
    ),
    "the predictor takes one sample, gives probabilities in NumPy": (
        (
            PREDICTOR,
            ONE_SAMPLE,
        ),
    ),
    "the predictor gives a Python number": ((".argmax(dim=-1)\n", ".argmax().item()\n"),),
    "the folder is a fixed one": (
        (
            OWN_FOLDER + MADE,
            "):\n" + MADE.replace("= folder", "= './metadata/'"),
        ),
    ),
    "there is no trainer": (("class NetworkTrainer:", "class AnotherTrainer:"),),
    "predictions are counted in training as well": (
        (".sum().item()", ".sum()"),
        (STEP, STEP + "                right = sum_correct_preds(output, target).item()\n"),
        (
            "            network.eval()\n            correct, seen",
            "            print(right)\n            network.eval()\n            correct, seen",
        ),
    ),
    "classes are counted, not scores": (
        ("(output.argmax(dim=1) == target)", "(output == target)"),
        (
            "sum_correct_preds(output, target)\n                seen",
            "sum_correct_preds(output.argmax(dim=1), target)\n                seen",
        ),
        (COUNT, COUNT.replace("(output, target)", "(output.argmax(dim=1), target)")),
    ),
}

# What is wrong: the edits, a component, a check that must not pass.
WRONG: dict[str, tuple[Edits, str, str]] = {
    "nothing is loaded": (
        ((f"        network.load_state_dict({LOAD})\n", ""),),
        "NetworkUser",
        "network.user",
    ),
    "train phase": (((EVAL, "        return network\n"),), "NetworkUser", "phase.user"),
    "gradients": (
        (
            (
                QUIET,
                QUIET.replace("with torch.no_grad()", "if True"),
            ),
        ),
        "NetworkUser",
        "phase.user-gradients",
    ),
    "validation data": (
        (('self.data_loader("test")', 'list(self.data_loader("test"))[:-1]'),),
        "NetworkUser",
        "contract.user",
    ),
    "the loss is divided by the samples": (
        (
            (
                SUMMED,
                "loss += loss_function(output, target).item() / len(loader.dataset)",
            ),
        ),
        "NetworkUser",
        "network.user-loss",
    ),
    "the loss of the last batch": (
        (
            (
                SUMMED,
                "loss = loss_function(output, target).item()",
            ),
        ),
        "NetworkUser",
        "network.user-loss",
    ),
    "right ones by batches, printed": (
        ((PRINTED, '        print(f"accuracy: {correct / len(loader):.4f}")\n'), (RETURNED, "")),
        "NetworkUser",
        "network.user-accuracy",
    ),
    "a full last batch": (
        ((PRINTED, ""), (RETURNED, "        return loss, correct / (len(loader) * loader.batch_size)\n")),
        "NetworkUser",
        "network.user-accuracy",
    ),
    "the least likely class": (((".argmax(dim=-1)", ".argmin(dim=-1)"),), "NetworkUser", "value.user"),
    "a test that trains": (
        ((RETURNED, "        for p in network.parameters():\n            p.data -= 0.1\n" + RETURNED),),
        "NetworkUser",
        "contract.user-frozen",
    ),
    "counted with the last targets of training": (
        (
            (
                VALIDATED,
                VALIDATED.replace("target", "wanted"),
            ),
        ),
        "Trainer",
        "network.trainer-counts",
    ),
    "counted behind the loop": (
        (
            (
                COUNT,
                BEHIND,
            ),
        ),
        "Trainer",
        "network.trainer-counts",
    ),
}
