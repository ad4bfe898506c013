"""Whether a folder is a submission of the course, or another framework whose files happen to have such names."""

from __future__ import annotations

from .layout import Layout

# Names of the course's interface, which its tests and hand-outs use, and hardly anybody else does.
_TELLING = {"error_tensor", "label_tensor", "prediction_tensor", "weight_tensor", "gradient_tensor", "individual_delta"}
_TELLING |= {"testing_phase", "calculate_update", "gradient_weights", "gradient_bias", "add_regularizer"}
_TELLING |= {"append_trainable_layer", "data_layer", "loss_layer"}
_TELLING |= {"stride_shape", "convolution_shape", "pooling_shape", "weights_shape"}
_TELLING |= {"SgdWithMomentum", "UniformRandom", "L1_Regularizer", "L2_Regularizer"}
# Names of it that others use, too.
_COMMON = {"BaseLayer", "trainable", "input_tensor", "append_layer", "num_kernels"}
_COMMON |= {"weights_initializer", "bias_initializer", "calculate_gradient", "fan_in", "fan_out"}
_ENOUGH = 4  # a telling name counts 2, a common one 1, a file in the course's place 1; of the last two at most 2 each
_MOST_OF_A_KIND = 2
_BASE = "Layers/Base.py"  # of the hand-out, without a component in it
_PASSES = ({"forward", "backward"}, {"calculate_update"}, {"calculate_gradient"}, {"initialize"})


def is_submission(layout: Layout) -> bool:
    """Tell whether what lies there is the course's beyond doubt: its files, its names, and methods that it asks for."""
    sources = layout.reached(*layout.components)
    classes = [methods for source in sources for methods in source.methods.values()]
    unreadable = any(source.error for source in sources)
    if not unreadable and not any(asked <= methods.keys() for methods in classes for asked in _PASSES):
        return False
    words = frozenset[str]().union(*(source.words for source in sources))
    common = min(len(words & _COMMON), _MOST_OF_A_KIND)
    return 2 * len(words & _TELLING) + common + min(len(_placed(layout)), _MOST_OF_A_KIND) >= _ENOUGH


def _placed(layout: Layout) -> set[str]:
    """The files that lie where the course has them, spelled as it does."""
    there = {path.relative_to(layout.root).as_posix() for path in layout.sources}
    expected = {_BASE, *(layout.expected(name) for name in layout.components)}
    return there & expected
