import numpy as np

# half of the memory, twice as fast
FLOAT = np.float32


class BaseLayer:

    def __init__(self):
        self.trainable = False
        self.testing_phase = False
        self.weights = None
        self.optimizer = None
