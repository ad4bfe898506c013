"""Base classes for adapters: what is not overridden is `Unsupported`, with a sentence that says so.

A user's adapter module needs one function, `build(spec)`, which returns an object of one of these classes (or
any object with the same methods), or None where the implementation lacks the component. They are the classes of
subjects in `specs`, where the methods stand.
"""

from __future__ import annotations

from ..specs import CheckpointSubject as CheckpointAdapter
from ..specs import EvaluatorSubject as EvaluatorAdapter
from ..specs import InitializerSubject as InitializerAdapter
from ..specs import LayerSubject as LayerAdapter
from ..specs import LossSubject as LossAdapter
from ..specs import ModelSubject as ModelAdapter
from ..specs import NetworkSubject as NetworkAdapter
from ..specs import OptimizerSubject as OptimizerAdapter
from ..specs import PerceptronSubject as PerceptronAdapter
from ..specs import RegularizerSubject as RegularizerAdapter
from ..specs import Subject as SubjectAdapter
from ..specs import TrainerSubject as TrainerAdapter

__all__ = [
    "CheckpointAdapter",
    "EvaluatorAdapter",
    "InitializerAdapter",
    "LayerAdapter",
    "LossAdapter",
    "ModelAdapter",
    "NetworkAdapter",
    "OptimizerAdapter",
    "PerceptronAdapter",
    "RegularizerAdapter",
    "SubjectAdapter",
    "TrainerAdapter",
]
