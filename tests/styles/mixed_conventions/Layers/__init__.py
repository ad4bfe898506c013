from .Base import BaseLayer
from .BatchNormalization import BatchNormalization
from .Conv import Conv
from .FullyConnected import FullyConnected
from .ReLU import ReLU
