"""Initializer: distributions by exact tests, and how layers use initializers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...sandbox import Asking
from ...specs import Case, Gaussian, InitializerSpec, Kind, LayerSpec, PointMass, Uniform
from ..asking import draw, initialize, parameters, reseed
from ..context import Context
from ..law import Law, Level, check
from ..measurement import Measurement, agrees, failed, number, passed
from ..numerics.compare import estimate
from ..proof import Equal, Expression, Holds
from .chance import FALSE_ALARM
from .contract import array_of_shape
from .selection import trainable


def _random(case: Case) -> bool:
    return isinstance(case.spec, InitializerSpec) and case.spec.draws()


def _drawn(context: Context) -> Asking[NDArray[np.float64]]:
    """What a new initializer draws."""
    _, values = yield from context.new().ask(reseed(context.seed), draw(context.case.input_shape, *context.case.fans))
    return values


@check("contract.initializer", Kind.INITIALIZER, level=Level.CORE, needs=("contract.constructs",))
def initialize_returns_an_array(context: Context) -> Law:
    """Initialize returns finite floating-point numbers in the shape asked for."""
    shape = context.case.input_shape
    values = yield from _drawn(context)
    yield array_of_shape(f"initialize({shape}, fan_in, fan_out)", values, shape)


@check(
    "initializer.constant",
    Kind.INITIALIZER,
    when=lambda case: not _random(case),
    level=Level.CORE,
    needs=("contract.initializer",),
)
def constant_everywhere(context: Context) -> Law:
    """Every entry has the declared value."""
    found = yield from _drawn(context)
    yield from single_draw(context.spec_as(InitializerSpec), found, context.case.input_shape, context.case.fans)


@check("initializer.distribution", Kind.INITIALIZER, when=_random, level=Level.CORE, needs=("contract.initializer",))
def draws_follow_the_distribution(context: Context) -> Law:
    """The entries follow the declared distribution (exact tests, each with a false-alarm rate of 1e-12)."""
    values = (yield from _drawn(context)).ravel()
    match context.spec_as(InitializerSpec).distribution(*context.case.fans):
        case Uniform(low=low, high=high):
            yield from _between(values, low, high)
            yield _shape(values, np.clip((np.sort(values) - low) / (high - low), 0, 1))
        case Gaussian(deviation=deviation):
            yield _spread(values, deviation, context.case.fans)
            yield _mean(values, 0.0, 7.2 * deviation / math.sqrt(values.size))
            yield _shape(values, _normal_cdf(np.sort(values) / deviation))
            yield _tail(values, deviation)


def single_draw(
    spec: InitializerSpec, found: object, shape: tuple[int, ...], fans: tuple[int, int]
) -> Iterator[Measurement]:
    """What one call of initialize must return: the declared value, or draws of the declared size."""
    yield array_of_shape(f"initialize({shape}, {fans[0]}, {fans[1]})", found, shape)
    values = np.asarray(found)
    match spec.distribution(*fans):
        case PointMass(value=value):
            expected = np.full(shape, value)
            yield agrees("initialize(shape)", values, estimate(expected, expected, 0))
        case Uniform(low=low, high=high):
            yield from _between(values, low, high)
        case Gaussian(deviation=deviation):
            yield _spread(values, deviation, fans)


def _normal_cdf(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z])


def _between(values: NDArray[np.float64], low: float, high: float) -> Iterator[Measurement]:
    """Uniform draws lie in their interval, around its middle (Hoeffding's bound)."""
    yield _inside(values, low, high)
    bound = (high - low) * math.sqrt(math.log(2 / FALSE_ALARM) / (2 * values.size))
    yield _mean(values, (low + high) / 2, bound)


def _inside(values: NDArray[np.float64], low: float, high: float) -> Measurement:
    outside = (values < low) | (values >= high)
    if not outside.any():
        return passed()
    value = float(values[outside][0])
    return failed(
        f"initialize draws {number(value)}, but should draw from [{low:g}, {high:g})",
        expected=f"[{low:g}, {high:g})",
        found=number(value),
    )


def _mean(values: NDArray[np.float64], expected: float, bound: float) -> Measurement:
    mean = float(values.mean())
    if abs(mean - expected) <= bound:
        return passed(abs(mean - expected), bound)
    return failed(
        f"the mean of the draws is {number(mean)}, but should be {number(expected)}",
        expected=number(expected),
        found=number(mean),
        measured=abs(mean - expected),
        tolerance=bound,
        proof=Equal(
            found=Expression("np.mean($0)", (values,)), expected=expected, value=mean, wanted=expected, bound=bound
        ),
    )


def _spread(values: NDArray[np.float64], deviation: float, fans: tuple[int, int]) -> Measurement:
    """The sum of squares over the variance is chi-squared with n degrees of freedom (Laurent, Massart 2000)."""
    n, exponent = values.size, math.log(2 / FALSE_ALARM)
    ratio = float(np.sum(np.square(values))) / (n * deviation**2)
    upper = 2 * math.sqrt(exponent / n) + 2 * exponent / n
    lower = 2 * math.sqrt(exponent / n)
    if 1 - lower <= ratio <= 1 + upper:
        return passed(abs(ratio - 1), upper)
    fan_in, fan_out = fans
    found = math.sqrt(float(np.mean(np.square(values))))
    readings = {
        "2 / (fan_in + fan_out)": 2 / (fan_in + fan_out),
        "2 / fan_in": 2 / fan_in,
        "2 / fan_out": 2 / fan_out,
        "1 / fan_in": 1 / fan_in,
        "1 / fan_out": 1 / fan_out,
        "the square of the right variance": deviation**4,
        "the right deviation": deviation,
        "1": 1.0,
    }
    fitting = [name for name, value in readings.items() if 1 - lower <= found**2 / value <= 1 + upper]
    looks = f": it looks like a variance of {fitting[0]}" if fitting else ""
    return failed(
        f"the standard deviation of the draws is {number(found)}, but should be {number(deviation)}"
        f" for fan_in={fan_in}, fan_out={fan_out}{looks}",
        expected=number(deviation),
        found=number(found),
        hint="the second argument of np.random.normal is the standard deviation, the square root of the variance",
        measured=abs(ratio - 1),
        tolerance=upper,
        proof=Equal(
            found=Expression("np.sqrt(np.mean($0**2))", (values,)),
            expected=deviation,
            value=found,
            wanted=deviation,
            bound=deviation * max(math.sqrt(1 + upper) - 1, 1 - math.sqrt(max(0.0, 1 - lower))),
        ),
    )


def _shape(values: NDArray[np.float64], cdf: NDArray[np.float64]) -> Measurement:
    """Largest distance of the empirical distribution function (Dvoretzky, Kiefer, Wolfowitz; Massart 1990)."""
    n = values.size
    steps = np.arange(n + 1) / n
    distance = float(max(np.max(steps[1:] - cdf), np.max(cdf - steps[:-1])))
    bound = math.sqrt(math.log(2 / FALSE_ALARM) / (2 * n))
    if distance <= bound:
        return passed(distance, bound)
    return failed(
        "the draws do not have the declared distribution",
        expected=f"a distribution function within {bound:.3f} of the declared one",
        found=f"a distance of {distance:.3f}",
        measured=distance,
        tolerance=bound,
    )


def _tail(values: NDArray[np.float64], deviation: float) -> Measurement:
    """The share beyond two deviations is binomial (Chernoff's bound by relative entropy): a uniform draw has none."""
    n, expected = values.size, math.erfc(math.sqrt(2))
    share = float(np.mean(np.abs(values) > 2 * deviation))
    pairs = ((share, expected), (1 - share, 1 - expected))
    entropy = sum(found * math.log(found / wanted) for found, wanted in pairs if found > 0)
    bound = math.log(2 / FALSE_ALARM) / n
    if entropy <= bound:
        return passed(entropy, bound)
    return failed(
        f"{share:.2%} of the draws lie beyond two standard deviations, but should be {expected:.2%}",
        expected=f"{expected:.2%}",
        found=f"{share:.2%}",
        hint="draw from the normal distribution: np.random.normal(0, deviation, shape)",
        measured=entropy,
        tolerance=bound,
    )


@check("initializer.fresh", Kind.INITIALIZER, when=_random, needs=("contract.initializer",))
def every_call_draws_anew(context: Context) -> Law:
    """Two calls draw different numbers, and so do two entries."""
    asked = draw(context.case.input_shape, *context.case.fans)
    one, two = yield from context.new().ask(asked, asked)
    if np.array_equal(one, two):
        yield failed(
            "two calls of initialize return the same numbers",
            expected="fresh draws",
            found="the same array twice",
            proof=Holds(
                statement=Expression("not np.array_equal($0, $1)", (one, two)),
                text="two calls of initialize should return different numbers",
            ),
        )
    if np.unique(one).size < 0.9 * one.size:
        yield failed(
            "entries repeat", expected="independent draws", found=f"{np.unique(one).size} values in {one.size} entries"
        )
    yield passed()


@check("initializer.layer", Kind.LAYER, when=trainable, needs=("contract.constructs",))
def layers_use_their_initializers(context: Context) -> Law:
    """Initialize fills every parameter from its initializer, with the right fans, unless the layer fixes the value."""
    weights_value, bias_value = 0.625, -0.375
    layer = context.new()
    record, found = yield from layer.ask(initialize(weights_value, bias_value), parameters())
    spec = context.layer_spec
    assert isinstance(spec, LayerSpec)  # noqa: S101 - layer_spec says so
    for name, parameter in spec.parameters().items():
        fixed = parameter.initial
        wanted = fixed if fixed is not None else bias_value if name.endswith("bias") else weights_value
        value = np.full(parameter.shape, wanted)
        yield agrees(
            f"{name} after initialize",
            found.get(name),
            estimate(value, value, 0),
            hint="initialize must fill the weights from the weights initializer and the bias from the bias initializer"
            if fixed is None
            else f"this layer starts {name} at {fixed:g} whatever the initializer says",
        )
    fans = record.get("fans") if isinstance(record, dict) else None
    if fans:
        yield from _fans_are_right(spec, fans)
    yield passed()


def _fans_are_right(spec: LayerSpec, fans: list[list[int]]) -> Iterator[Measurement]:
    """Every call is for one of the weights, as a whole or in parts; the bias comes from the other initializer."""
    weights = [parameter for name, parameter in spec.parameters().items() if name.endswith("weights")]
    whole = [[parameter.fan_in, parameter.fan_out] for parameter in weights if parameter.fan_in is not None]
    right = [*whole, *(list(pair) for pair in sorted(spec.partial_fans()))]
    wrong = [list(pair) for pair in fans if list(pair) not in right]
    if whole and wrong:
        expected = " and ".join(map(str, whole))
        yield failed(
            f"the weights initializer is called with fan_in, fan_out = {wrong[0]}, but should be {expected}",
            expected=expected,
            found=str(wrong[0]),
            hint="fan_in is the number of inputs of one unit, fan_out the number of units that one input reaches",
            proof=Holds(
                statement=Expression(f"all(list(pair) in {right} for pair in $0)", (fans,)),
                text=f"fan_in, fan_out should be {expected}",
            ),
        )
