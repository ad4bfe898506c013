"""What every component must do: declarations only.

Table of contents: the vocabulary and the base classes, then one spec per component.
"""

from .activation import Activation
from .batch_normalization import BatchNormalization
from .conv import Conv
from .cross_entropy import CrossEntropyLoss
from .deviation import Deviation
from .domain import Domain, Instances, Integers, Reals, Sizes, argument
from .dropout import Dropout
from .flatten import Flatten
from .fully_connected import FullyConnected
from .identity import Identity
from .initializers import Constant, He, Normal, UniformRandom, Xavier
from .lenet import LeNet, ModelSubject
from .lstm import LSTM
from .multilayer_perceptron import MultilayerPerceptron, PerceptronSpec, PerceptronSubject
from .network import NetworkSubject, NeuralNetwork
from .network_file import CheckpointSubject, NetworkFile
from .network_user import EvaluatorSpec, EvaluatorSubject, NetworkUser
from .normalized_perceptron import NormalizedPerceptron
from .operations import Answer, Array, Operation, Question, Subject, Unsupported, operation, operations, question
from .optimizers import AdaGrad, Adam, RegularizedOptimizer, Sgd, SgdWithMomentum
from .pooling import Pooling
from .recurrent import RecurrentSpec
from .registry import all_specs, find_spec, spec_from_wire, spec_to_wire
from .regularizers import L1_Regularizer, L2_Regularizer
from .relu import ReLU
from .rnn import RNN
from .sigmoid import Sigmoid
from .sizes import Choices, Form, Size
from .softmax import SoftMax
from .softmax_cross_entropy import SoftMaxCrossEntropyLoss
from .softmax_output import SoftmaxOutput
from .spec import (
    Case,
    CheckpointSpec,
    InitializerSpec,
    LayerSpec,
    LossSpec,
    ModelSpec,
    NetworkSpec,
    OptimizerSpec,
    RegularizerSpec,
    Spec,
)
from .squared_error import L2Loss, LinearOutput, MeanSquaredError
from .subject import (
    Adapter,
    Build,
    CodeTemplates,
    InitializerSubject,
    LayerSubject,
    LossSubject,
    OptimizerSubject,
    RegularizerSubject,
)
from .tanh import TanH
from .trainer import Trainer, TrainerSpec, TrainerSubject
from .vocabulary import (
    Convention,
    Distribution,
    Gaussian,
    Kind,
    Parameter,
    Phase,
    PointMass,
    Shape,
    Trait,
    Uniform,
    Window,
)

__all__ = [
    "LSTM",
    "RNN",
    "Activation",
    "AdaGrad",
    "Adam",
    "Adapter",
    "Answer",
    "Array",
    "BatchNormalization",
    "Build",
    "Case",
    "CheckpointSpec",
    "CheckpointSubject",
    "Choices",
    "CodeTemplates",
    "Constant",
    "Conv",
    "Convention",
    "CrossEntropyLoss",
    "Deviation",
    "Distribution",
    "Domain",
    "Dropout",
    "EvaluatorSpec",
    "EvaluatorSubject",
    "Flatten",
    "Form",
    "FullyConnected",
    "Gaussian",
    "He",
    "Identity",
    "InitializerSpec",
    "InitializerSubject",
    "Instances",
    "Integers",
    "Kind",
    "L1_Regularizer",
    "L2Loss",
    "L2_Regularizer",
    "LayerSpec",
    "LayerSubject",
    "LeNet",
    "LinearOutput",
    "LossSpec",
    "LossSubject",
    "MeanSquaredError",
    "ModelSpec",
    "ModelSubject",
    "MultilayerPerceptron",
    "NetworkFile",
    "NetworkSpec",
    "NetworkSubject",
    "NetworkUser",
    "NeuralNetwork",
    "Normal",
    "NormalizedPerceptron",
    "Operation",
    "OptimizerSpec",
    "OptimizerSubject",
    "Parameter",
    "PerceptronSpec",
    "PerceptronSubject",
    "Phase",
    "PointMass",
    "Pooling",
    "Question",
    "ReLU",
    "Reals",
    "RecurrentSpec",
    "RegularizedOptimizer",
    "RegularizerSpec",
    "RegularizerSubject",
    "Sgd",
    "SgdWithMomentum",
    "Shape",
    "Sigmoid",
    "Size",
    "Sizes",
    "SoftMax",
    "SoftMaxCrossEntropyLoss",
    "SoftmaxOutput",
    "Spec",
    "Subject",
    "TanH",
    "Trainer",
    "TrainerSpec",
    "TrainerSubject",
    "Trait",
    "Uniform",
    "UniformRandom",
    "Unsupported",
    "Window",
    "Xavier",
    "all_specs",
    "argument",
    "find_spec",
    "operation",
    "operations",
    "question",
    "spec_from_wire",
    "spec_to_wire",
]
