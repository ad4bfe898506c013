import copy
from abc import ABC, abstractmethod


class BaseLayer(ABC):

    __slots__ = ("_testing_phase",)

    trainable = False

    def __init__(self):
        self._testing_phase = False

    @property
    def testing_phase(self):
        return self._testing_phase

    @testing_phase.setter
    def testing_phase(self, value):
        if not isinstance(value, bool):
            raise TypeError("testing_phase is True or False")
        self._testing_phase = value

    @abstractmethod
    def forward(self, input_tensor):
        ...

    @abstractmethod
    def backward(self, error_tensor):
        ...


class TrainableLayer(BaseLayer):

    __slots__ = ("_optimizers",)

    trainable = True
    # the attributes that an optimizer may change
    parameters = ("weights",)

    def __init__(self):
        super().__init__()
        self._optimizers = {}

    @property
    def optimizer(self):
        return self._optimizers.get(self.parameters[0])

    @optimizer.setter
    def optimizer(self, optimizer):
        if optimizer is None:
            self._optimizers = {}
        else:
            self._optimizers = {name: copy.deepcopy(optimizer) for name in self.parameters}

    def step(self, **gradients):
        for name, optimizer in self._optimizers.items():
            setattr(self, name, optimizer.calculate_update(getattr(self, name), gradients[name]))
