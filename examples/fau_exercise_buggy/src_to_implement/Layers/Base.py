class BaseLayer:
    """Every layer derives from this one."""

    def __init__(self):
        self.trainable = False
        self.testing_phase = False
        self.weights = None
        self.optimizer = None

    def initialize(self, weights_initializer, bias_initializer):
        # layers without parameters have nothing to do here
        pass
