__all__ = ["Base", "FullyConnected", "ReLU", "Sigmoid", "TanH", "SoftMax", "Flatten", "Conv", "Pooling", "Dropout",
           "BatchNormalization", "RNN", "Initializers", "LSTM"]
