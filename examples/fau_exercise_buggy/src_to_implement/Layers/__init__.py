__all__ = ["Base", "FullyConnected", "ReLU", "Sigmoid", "TanH", "SoftMax", "Flatten", "Dropout",
           "BatchNormalization", "RNN", "Initializers"]
