"""Training any network on any data, and using what was trained."""

from .evaluation import Evaluation, evaluate
from .loss_plot import loss_plot
from .recipes import EMBEDDED, RECIPES, Recipe
from .trainer import DivergenceError, Epoch, NetworkTrainer
from .user import NetworkUser

__all__ = [
    "EMBEDDED",
    "RECIPES",
    "DivergenceError",
    "Epoch",
    "Evaluation",
    "NetworkTrainer",
    "NetworkUser",
    "Recipe",
    "evaluate",
    "loss_plot",
]
