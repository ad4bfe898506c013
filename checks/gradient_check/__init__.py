"""The gradient checker for any NumPy function: `check_gradient(forward, backward, x)`.

It stands on `numerics`, as the laws do, and knows no layers, specs or subjects.

- `values`: what may be an input and an output, and how the two become blocks and one vector.
- `calling`: the forms in which the two functions may be written.
- `pair`: a forward and a backward under test, called with copies and counted.
- `contract`: what must hold before numbers are compared; `drift`: one of its laws.
- `blocks`: the gradient of each block, and what is said of a wrong one.
- `result`, `text`: the result and how it reads.
- `checking`: the function itself.
"""

from .checking import check_gradient
from .finding import GradientFinding
from .result import GradientResult

__all__ = ["GradientFinding", "GradientResult", "check_gradient"]
