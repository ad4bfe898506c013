"""Checkpoints: the whole state of a training in one file, in a format that cannot run code.

A checkpoint is an npz archive: one array per parameter and optimizer state, and ``metadata.json``. It is written
atomically and read without pickle. Training that goes on from a checkpoint is bit for bit the training that never
stopped.
"""

from .archive import CheckpointError
from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint

__all__ = ["Checkpoint", "CheckpointError", "load_checkpoint", "save_checkpoint"]
