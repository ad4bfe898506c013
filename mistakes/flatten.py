"""Flatten: mistakes."""

from __future__ import annotations

from typing import ClassVar

from ..framework import Flatten
from ..framework.validation import Tensor
from .registry import Declare

SEVERAL_AXES = ("image", "batch-1", "sequence")  # the cases in which the order of the entries matters

mistake = Declare(families=("contract",))


@mistake(
    hint="input_tensor.reshape(len(input_tensor), -1), in NumPy's own order", families=("value",), cases=SEVERAL_AXES
)
class FortranOrder(Flatten):
    """The first axis runs fastest.

    order='F' arranges a sample's entries the other way round. Backward belongs to it, so no gradient check sees it;
    but weights that were trained elsewhere meet the wrong pixels.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        return input_tensor.reshape(len(input_tensor), -1, order="F")

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor.reshape(self._of_latest_forward(self._input_shape), order="F")


@mistake(
    hint="error_tensor.reshape(self.input_shape), in the same order as in forward",
    families=("gradient",),
    cases=SEVERAL_AXES,
)
class BackwardFortranOrder(Flatten):
    """Backward arranges the entries in another order than forward.

    The error goes back to the right shape but to wrong pixels.
    """

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor.reshape(self._of_latest_forward(self._input_shape), order="F")


@mistake(hint="input_tensor.reshape(input_tensor.shape[0], -1): keep the batch axis")
class BatchFlattenedToo(Flatten):
    """The batch axis is flattened as well.

    All samples end up in one vector, so the next layer can no longer tell them apart.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        return super().forward(input_tensor).ravel()


@mistake(
    hint="input_tensor.reshape(input_tensor.shape[0], -1), without a transpose",
    families=("value", "contract"),
    cases=("image", "batch-1", "sequence"),
)
class BatchLast(Flatten):
    """Forward mixes the samples.

    reshape(-1, batch).T has the right shape but cuts the entries into columns: every row of the result holds entries
    of all samples.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        super().forward(input_tensor)
        return input_tensor.reshape(-1, len(input_tensor)).T.copy()

    def backward(self, error_tensor: Tensor) -> Tensor:
        return error_tensor.T.reshape(self._of_latest_forward(self._input_shape)).copy()


@mistake(hint="self.input_shape = input_tensor.shape in every forward, without `if`")
class FirstShapeKept(Flatten):
    """Backward uses the shape of the very first input.

    The shape is stored only if none is stored yet. The last batch of an epoch, or a test set, has another size and
    does not fit.
    """

    def forward(self, input_tensor: Tensor) -> Tensor:
        first = self._input_shape
        output = super().forward(input_tensor)
        self._input_shape = first or self._input_shape
        return output


@mistake(hint="self.input_shape = input_tensor.shape, not Flatten.input_shape = ...")
class ShapeOnClass(Flatten):
    """All layers share one stored shape.

    The shape is stored on the class, so the latest forward of any flatten layer overwrites it: two of them in one
    program restore each other's shapes.
    """

    latest: ClassVar[tuple[int, ...]]

    def forward(self, input_tensor: Tensor) -> Tensor:
        type(self).latest = input_tensor.shape
        return super().forward(input_tensor)

    def backward(self, error_tensor: Tensor) -> Tensor:
        self._input_shape = self.latest
        return super().backward(error_tensor)
