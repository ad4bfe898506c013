"""The correct workshop example in other legitimate styles, and in wrong ones: its text with a few lines replaced."""

from __future__ import annotations

from pathlib import Path

Edits = tuple[tuple[str, str], ...]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CORRECT, BUGGY = EXAMPLES / "fnn_workshop" / "fnn.py", EXAMPLES / "fnn_workshop_buggy"

SEQUENCE = "        self.hidden_1 = _dense_layer(input_shape, hidden_shape, activation_func, use_batch_norm)\n"
FORWARD = "        return self.output(self.hidden_2(self.hidden_1(x)))\n"
STEPS = "                total.backward()\n                optimizer.step()\n"
TRAINING_LOSS = "losses[epoch, 0] += loss.item() / len(loader)"
VALIDATION = "            with torch.no_grad():\n"

RIGHT: dict[str, Edits] = {
    "as it is": (),
    "any depth": (
        (
            SEQUENCE,
            (
                "        sizes = [input_shape] + [hidden_shape] * kwargs.get('depth', 2)\n"
                "        self.layers = nn.ModuleList(\n"
                "            _dense_layer(a, b, activation_func, use_batch_norm) for a, b in zip(sizes, sizes[1:])\n"
                "        )\n"
            ),
        ),
        ("        self.hidden_2 = _dense_layer(hidden_shape, hidden_shape, activation_func, use_batch_norm)\n", ""),
        (FORWARD, "        for layer in self.layers:\n            x = layer(x)\n        return self.output(x)\n"),
    ),
    "gradients are switched": ((VALIDATION, "            with torch.set_grad_enabled(False):\n"),),
    "inference mode": ((VALIDATION, "            with torch.inference_mode():\n"),),
    "losses are weighted by samples": (
        (TRAINING_LOSS, "losses[epoch, 0] += loss.item() * len(target) / len(loader.dataset)"),
        (
            "losses[epoch, 1] += loss_function(output, target).item() / len(loader)",
            "losses[epoch, 1] += loss_function(output, target).item() * len(target) / len(loader.dataset)",
        ),
    ),
    "gradients are zeroed after the step": (
        ("                optimizer.zero_grad()\n", ""),
        (STEPS, STEPS + "                network.zero_grad()\n"),
    ),
    "a default penalty of nothing": (
        ("regularization=None,", "regularization=lambda model: 0.0,"),
        ("loss if regularization is None else loss + regularization(network)", "loss + regularization(network)"),
    ),
    "the schedule is tried without the loss first": (
        (
            "            scheduler.step()\n",
            (
                "            try:\n"
                "                scheduler.step()\n"
                "            except TypeError:\n"
                "                scheduler.step(losses[epoch, 1])\n"
            ),
        ),
    ),
    "losses are kept in float32": (("np.zeros((num_epochs, 2))", "np.zeros((num_epochs, 2), dtype=np.float32)"),),
    "the loader is made by calling it": (
        (
            "self.data_loader = data_loader",
            "self.data_loader = data_loader() if isinstance(data_loader, type) else data_loader",
        ),
    ),
    "samples go to a device": (
        ("output = network(*inputs)", "output = network(*[each.to('cpu') for each in inputs])"),
    ),
    "the network is one sequence": (
        (
            SEQUENCE,
            (
                "        first = _dense_layer(input_shape, hidden_shape, activation_func, use_batch_norm)\n"
                "        self.hidden_1 = nn.Sequential(nn.Flatten(), first)\n"
            ),
        ),
    ),
}

# What is wrong: the edits, a component, a check that must not pass.
WRONG: dict[str, tuple[Edits, str, str]] = {
    "mean loss divided by the samples": (
        ((TRAINING_LOSS, "losses[epoch, 0] += loss.item() / len(loader.dataset)"),),
        "Trainer",
        "network.trainer",
    ),
    "schedule steps by the loss": (
        (
            (
                "            scheduler.step()\n",
                (
                    "            try:\n"
                    "                scheduler.step(losses[epoch, 1])\n"
                    "            except TypeError:\n"
                    "                scheduler.step()\n"
                ),
            ),
        ),
        "Trainer",
        "optimizer.trainer-rate",
    ),
    "initialisation needs a bias": (
        (
            (
                "            if layer.bias is not None:\n                nn.init.zeros_(layer.bias)\n",
                "            layer.bias.data.fill_(0.0)\n",
            ),
        ),
        "NormalizedPerceptron",
        "contract.constructs",
    ),
    "train phase in validation": (
        (("            network.eval()\n            correct", "            correct"),),
        "Trainer",
        "phase.trainer",
    ),
    "gradients in validation": (((VALIDATION, "            if True:\n"),), "Trainer", "phase.trainer-gradients"),
    "gradients are never zeroed": ((("                optimizer.zero_grad()\n", ""),), "Trainer", "optimizer.trainer"),
    "penalty left out": (
        (("total = loss if regularization is None else loss + regularization(network)", "total = loss"),),
        "Trainer",
        "optimizer.trainer",
    ),
    "softmax before the loss": (
        ((FORWARD, FORWARD.replace("return ", "return torch.softmax(").rstrip() + ", dim=1)\n"),),
        "MultilayerPerceptron",
        "value.perceptron",
    ),
    "activation after the last layer": (
        (("_dense_layer(hidden_shape, num_classes)", "_dense_layer(hidden_shape, num_classes, activation_func)"),),
        "MultilayerPerceptron",
        "value.perceptron",
    ),
    "a layer is cut off": (
        ((FORWARD, "        return self.output(self.hidden_2(self.hidden_1(x).detach()))\n"),),
        "MultilayerPerceptron",
        "contract.perceptron",
    ),
    "normalisation is not passed on": (
        (
            (
                "_dense_layer(hidden_shape, hidden_shape, activation_func, use_batch_norm)",
                "_dense_layer(hidden_shape, hidden_shape, activation_func)",
            ),
        ),
        "NormalizedPerceptron",
        "contract.perceptron",
    ),
    "train phase for the first epoch only": (
        (("            network.train()\n", "            if epoch == 0:\n                network.train()\n"),),
        "Trainer",
        "phase.trainer",
    ),
}


def edited(edits: Edits) -> str:
    """The example's text with the replacements made."""
    text = CORRECT.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text
