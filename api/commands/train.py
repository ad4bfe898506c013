"""`backproof train`: train the reference framework on real data."""

from __future__ import annotations

import argparse

from .options import integer

MODELS = ("lenet", "mlp", "rnn", "lstm")

_EPILOG = """\
FOLDER gets checkpoint.npz, after each epoch and when the training stops, and loss.svg. Ctrl-C stops after the
batch at hand and saves; --resume then goes on exactly as if nothing had happened.

exit status: 0 trained, or the time is up; 1 the training diverged; 2 usage, or a file that cannot be used;
             130 interrupted

examples:
  backproof train lenet                           handwritten digits of scikit-learn
  backproof train mlp --data ~/mnist              MNIST, from the files in a folder
  backproof train lenet --resume --epochs 60      go on
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "train",
        help="train the reference framework on real data",
        description="Train a network of the reference framework: LeNet or a perceptron on handwritten digits, a "
        "recurrent network on sequences that it has to remember.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", choices=MODELS, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument(
        "--epochs", type=integer(1), metavar="N", help="epochs in all (default: lenet 60, mlp 300, rnn 5, lstm 10)"
    )
    parser.add_argument("--batch", type=integer(1), metavar="N", help="items in a batch (default: lenet 32, mlp 64)")
    parser.add_argument("--seed", type=integer(0), metavar="N", help="of split, weights and order (default: 0)")
    parser.add_argument(
        "--data",
        metavar="PATH",
        help="mnist.pkl.gz or the folder of MNIST's IDX files; or 'digits' or 'iris', which scikit-learn embeds "
        "(default: digits); nothing is downloaded",
    )
    parser.add_argument("--out", metavar="FOLDER", help="where the files go (default: backproof-MODEL)")
    parser.add_argument("--resume", action="store_true", help="go on from FOLDER/checkpoint.npz")
    parser.add_argument("--time-limit", type=_seconds, metavar="S", help="stop and save after so many seconds")


def run(options: argparse.Namespace) -> int:
    """Train with one thread, unless the environment says how many; the exit status says how it ended.

    The products of matrices in these networks are small. A second thread makes none of them faster, and on a busy
    machine waiting for it makes all of them several times slower.
    """
    from ..threads import compute_with_one_thread

    compute_with_one_thread()
    from .training import train  # NumPy looks at the environment when it is loaded

    return train(options)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r}, but should be a number of seconds, at least 0")
    return number
