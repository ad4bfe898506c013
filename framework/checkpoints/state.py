"""From objects of the framework to JSON and arrays, and back into objects that are built alike.

Objects are never made here: ``Restoration`` walks a network that its builder has made and fills it in. So a file can
only set numbers, texts and arrays, where the network has such.
"""

from itertools import zip_longest
from typing import Any

import numpy as np

from ..initializers import Initializer
from ..layers import BaseLayer
from ..optimizers import Optimizer
from ..regularizers import Regularizer
from ..validation import Tensor
from .archive import CheckpointError

_OWN_CLASSES = BaseLayer, Optimizer, Regularizer, Initializer

# Private attributes are what `backward` needs of the latest `forward`, which a checkpoint need not keep, except these.
_KEPT = {"_optimizers"}


class Collection:
    """Turns objects into JSON types, and puts arrays aside.

    Attributes:
        arrays: The arrays by the names that stand for them.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Tensor] = {}

    def encode(self, value: Any, path: str) -> Any:  # noqa: PLR0911 - one for each kind
        """Return what stands for a value; ``path`` names it in messages and names its arrays.

        Raises:
            CheckpointError: If there is a part that a checkpoint cannot hold.
        """
        match value:
            case np.generic():
                return {"scalar": self._put(path, np.asarray(value))}
            case None | bool() | int() | float() | str():
                return value
            case np.ndarray():
                return {"array": self._put(path, value.transpose(_axes(value))), "axes": _axes(value)}
            case np.random.Generator():
                return {"generator": self.encode(dict(value.bit_generator.state), path)}
            case list() | tuple():
                return [self.encode(part, f"{path}.{index}") for index, part in enumerate(value)]
            case dict():
                return {"dict": {name: self.encode(part, f"{path}.{name}") for name, part in value.items()}}
        if not isinstance(value, _OWN_CLASSES):
            raise CheckpointError(f"{path} is a {type(value).__name__}, which a checkpoint cannot hold")
        attributes = {name: part for name, part in vars(value).items() if _is_kept(name)}
        return {
            "class": type(value).__name__,
            "attributes": {name: self.encode(part, f"{path}.{name}") for name, part in attributes.items()},
        }

    def _put(self, path: str, array: Tensor) -> str:
        if array.dtype.kind not in "fiub":
            raise CheckpointError(f"{path} is an array of {array.dtype}, but a checkpoint holds numbers only")
        self.arrays[path] = np.ascontiguousarray(array) if array.ndim else array
        return path


class Restoration:
    """Finds for every value in a checkpoint its place in a network; ``apply`` then sets them all.

    Args:
        arrays: What ``Collection`` has put aside.
    """

    def __init__(self, arrays: dict[str, Tensor]) -> None:
        self._arrays = arrays
        self._assignments: list[tuple[Any, str, Any]] = []
        self._superfluous: list[tuple[Any, str]] = []

    def decode(self, encoded: Any, now: Any, path: str) -> Any:
        """Return the value that is to stand where ``now`` stands. Objects stay; their new attributes are noted.

        Raises:
            CheckpointError: If the network is built in another way than the one of the checkpoint.
        """
        value = self._decode(encoded, now, path)
        if isinstance(now, (*_OWN_CLASSES, np.random.Generator)) and value is not now:
            raise CheckpointError(
                f"{path}: the checkpoint has no {type(now).__name__}, the network has one; build the same network"
            )
        return value

    def _decode(self, encoded: Any, now: Any, path: str) -> Any:  # noqa: PLR0911 - one for each kind
        match encoded:
            case None | bool() | int() | float() | str():
                return encoded
            case list():
                old = now if isinstance(now, list | tuple) else ()
                pairs = list(zip_longest(encoded, old))[: len(encoded)]
                parts = [self.decode(part, was, f"{path}.{index}") for index, (part, was) in enumerate(pairs)]
                return tuple(parts) if isinstance(now, tuple) else parts
            case {"scalar": str(name)}:
                return self._array(name, path)[()]
            case {"array": str(name), "axes": list(axes)}:
                return self._laid_out(name, axes, now, path)
            case {"dict": dict(parts)}:
                return {name: self.decode(part, None, f"{path}.{name}") for name, part in parts.items()}
            case {"generator": state}:
                return self._generator(state, now, path)
            case {"class": str(name), "attributes": dict(attributes)}:
                return self._object(name, attributes, now, path)
        raise CheckpointError(f"{path}: the checkpoint has {encoded!r}, which is no value of its format")

    def apply(self) -> None:
        """Set everything."""
        for owner, name in self._superfluous:
            delattr(owner, name)
        for owner, name, value in self._assignments:
            setattr(owner, name, value)

    def _object(self, name: str, attributes: dict[str, Any], now: Any, path: str) -> Any:
        if not isinstance(now, _OWN_CLASSES) or type(now).__name__ != name:
            raise CheckpointError(
                f"{path}: the checkpoint has a {name}, the network has a {type(now).__name__}; build the same network"
            )
        for attribute, value in attributes.items():
            if not _is_kept(attribute) or not hasattr(now, attribute):
                raise CheckpointError(f"{path}: the checkpoint has {attribute}, which a {name} does not have")
            old = vars(now).get(attribute)
            self._assignments.append((now, attribute, self.decode(value, old, f"{path}.{attribute}")))
        # What the object has and the checkpoint has not was unset then: the default of the class holds.
        unset = [attribute for attribute in vars(now) if _is_kept(attribute) and attribute not in attributes]
        self._superfluous += [(now, attribute) for attribute in unset]
        return now

    def _generator(self, state: Any, now: Any, path: str) -> Any:
        found = self.decode(state, None, path)
        if not isinstance(now, np.random.Generator) or not isinstance(found, dict):
            raise CheckpointError(f"{path}: the checkpoint has the state of a random generator, the network has none")
        try:
            type(now.bit_generator)().state = found  # a trial: what is refused here would be refused halfway in `apply`
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            kind = type(now.bit_generator).__name__
            raise CheckpointError(f"{path}: the checkpoint has no state of a random generator {kind}") from error
        self._assignments.append((now.bit_generator, "state", found))
        return now

    def _laid_out(self, name: str, axes: list[Any], now: Any, path: str) -> Tensor:
        array = self._array(name, path)
        if sorted(axes) != list(range(array.ndim)):
            raise CheckpointError(f"{path}: the checkpoint has axes {axes} for {array.ndim} dimensions")
        array = array.transpose(np.argsort(axes))
        if isinstance(now, np.ndarray) and (now.shape, now.dtype) != (array.shape, array.dtype):
            raise CheckpointError(
                f"{path}: the checkpoint has {array.dtype} of shape {array.shape}, the network has {now.dtype} "
                f"of shape {now.shape}; build the same network"
            )
        return array

    def _array(self, name: str, path: str) -> Tensor:
        if name not in self._arrays:
            raise CheckpointError(f"{path}: the checkpoint lacks its array {name}")
        return self._arrays[name]


def _axes(array: Tensor) -> list[int]:
    """The axes in the order of the memory: sums over another layout can differ in the last bit."""
    return sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))


def _is_kept(attribute: str) -> bool:
    return attribute in _KEPT or not attribute.startswith(("_", "gradient_"))
