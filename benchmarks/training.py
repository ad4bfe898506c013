"""What the reference framework learns, and how fast: LeNet and a perceptron on digits, recurrent networks on recall.

Every figure is of the test split, which is looked at once, after the last epoch. Seeds differ in the split of the data,
the weights and the order of the batches. Needs scikit-learn, which embeds the digits.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from backproof.framework.data import Batches, DataSet, Sequences, digits, doubled, memoryless_error, shifted
from backproof.framework.models import fnn, recurrent
from backproof.framework.network import NeuralNetwork
from backproof.framework.training import RECIPES, NetworkTrainer, evaluate, loss_plot

RECALL = {"symbols": 4, "delay": 4, "length": 20}
SEED_UPDATES = 31 * (50_000 // 64)  # of the exercise's run on MNIST: 31 epochs without the remainder


def trained(trainer: NetworkTrainer, epochs: int) -> tuple[float, float, float]:
    """Train until there are so many epochs; return the seconds it took, test loss and test error in per cent."""
    started = time.perf_counter()
    trainer.train(epochs)
    seconds = time.perf_counter() - started
    result = evaluate(trainer.network, trainer.data, "test")
    return seconds, result.loss, 100 * result.error


def row(name: str, seed: int, trainer: NetworkTrainer, epochs: int) -> None:
    """Train and print a row."""
    seconds, loss, error = trained(trainer, epochs)
    training = 100 * trainer.history[-1].train_error
    print(f"{name:<34}{seed:>5}{epochs:>8}{seconds:>9.1f}{training:>9.2f} %{loss:>11.4f}{error:>9.2f} %", flush=True)


def head(title: str) -> None:
    """Print a heading."""
    print(
        f"\n{title}\n{'':<34}{'seed':>5}{'epochs':>8}{'seconds':>9}{'train err':>11}{'test loss':>11}{'test err':>11}"
    )


def lenet(seeds: Iterable[int], plot: Callable[[str, NetworkTrainer], None]) -> None:
    """LeNet as `backproof train lenet` trains it, and without what is done to the small images."""
    recipe = RECIPES["lenet"]
    head("LeNet on scikit-learn's digits, 359 test images")
    for seed in seeds:
        data = recipe.data_set(None, seed)
        network, _ = recipe.network(data, seed)
        trainer = NetworkTrainer(network, recipe.data_layer(data, 32, seed))
        row("doubled and shifted (the recipe)", seed, trainer, recipe.epochs)
        plot("lenet", trainer)
    variants: dict[str, Callable[[DataSet, int], Batches]] = {
        "doubled, not shifted": lambda data, seed: Batches(doubled(data), 32, seed=seed),
        "shifted, not doubled": lambda data, seed: Batches(data, 32, seed=seed, augment=shifted),
        "as they are, 8 × 8": lambda data, seed: Batches(data, 32, seed=seed),
    }
    for name, make in variants.items():
        for seed in seeds:
            layer = make(digits(seed), seed)
            network, _ = recipe.network(layer.data, seed)
            row(name, seed, NetworkTrainer(network, layer), recipe.epochs)


def perceptron(seeds: Iterable[int], plot: Callable[[str, NetworkTrainer], None]) -> None:
    """The Freiburg exercise's perceptron with its settings, for as many updates as its run on MNIST had."""
    recipe = RECIPES["mlp"]
    head("The Freiburg perceptron on digits, 64 pixels instead of 784")
    for seed in seeds:
        data = recipe.data_set(None, seed)
        network, _ = recipe.network(data, seed)
        trainer = NetworkTrainer(network, recipe.data_layer(data, 64, seed))
        row("as many epochs as in the exercise", seed, trainer, 31)
        row("the recipe", seed, trainer, recipe.epochs)
        plot("mlp", trainer)
        epochs = SEED_UPDATES // trainer.data.batches_per_epoch
        row("as many updates as in the exercise", seed, trainer, epochs)


def recall(seeds: Iterable[int], plot: Callable[[str, NetworkTrainer], None]) -> None:
    """A task that needs memory: with a recurrent layer, and with a perceptron that sees the same steps."""
    head("Recall of 4 symbols after 4 steps, sequences of 20 steps")
    bound = 100 * memoryless_error(**RECALL)
    builders: dict[str, Callable[[int], NeuralNetwork]] = {
        "rnn": lambda seed: recurrent.build(4, 5, cell="rnn", seed=seed),
        "lstm": lambda seed: recurrent.build(4, 5, cell="lstm", seed=seed),
        "perceptron, same steps": lambda seed: fnn.build(4, (128, 128), 5, seed=seed),
    }
    for name, build in builders.items():
        recipe = RECIPES["rnn" if name == "rnn" else "lstm"]
        for seed in seeds:
            trainer = NetworkTrainer(build(seed), Sequences(recipe.data_set(None, seed), seed=seed))
            row(name, seed, trainer, recipe.epochs)
            if name in RECIPES:
                plot(name, trainer)
    print(f"{'the best that can be done without memory':<81}{bound:>9.2f} %")


PARTS = {"lenet": lenet, "mlp": perceptron, "recall": recall}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="which tables (default: all)")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="write the loss curves of seed 0 as SVG")
    options = parser.parse_args()

    def plot(name: str, trainer: NetworkTrainer) -> None:
        if options.plots is not None and trainer.data.seed == 0:
            picture = loss_plot(trainer.history, f"{name} on {trainer.data.data.name}, seed 0")
            (options.plots / f"training-{name}.svg").write_text(picture, encoding="utf-8")

    for part in options.parts or PARTS:
        PARTS[part](range(options.seeds), plot)


if __name__ == "__main__":
    main()
