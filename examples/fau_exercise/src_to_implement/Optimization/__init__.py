__all__ = ["Optimizers", "Constraints", "Loss"]
