"""From a framework's classes to components: which is which, how it is made and called, where its parameters are.

All of it are guesses by names. What a guess cannot settle (which of two layouts the weights have, whether a probability
is that to keep or to drop) has an alternative, and the smoke check of `backproof init` tells which one fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..specs import LayerSpec, LossSpec, all_specs
from .inspecting import Class, Method

_NAMES = {
    "FullyConnected": "fullyconnected fc dense linear affine innerproduct denselinear",
    "ReLU": "relu rectifier rectifiedlinear rectifiedlinearunit rect ramp",
    "Sigmoid": "sigmoid logistic",
    "TanH": "tanh hyperbolictangent",
    "SoftMax": "softmax",
    "Flatten": "flatten flat flattener",
    "Identity": "identity",
    "Dropout": "dropout inverteddropout",
    "BatchNormalization": "batchnormalization batchnorm batchnorm1d bn",
    "CrossEntropyLoss": "crossentropyloss crossentropy",
    "SoftMaxCrossEntropyLoss": "softmaxcrossentropyloss softmaxcrossentropy softmaxwithloss",
    "MeanSquaredError": "meansquarederror meansquarederrorloss mse mseloss",
    "L2Loss": "l2loss squarederror sumofsquares",
}
_COMPONENTS = {name: component for component, names in _NAMES.items() for name in names.split()}
_SUFFIXES = ("layer", "activation", "function", "unit", "module", "op")

_FORWARD = (
    "forward",
    "fprop",
    "apply",
    "fwd",
    "feedforward",
    "propagate",
    "call",
    "__call__",
    "run",
    "loss",
    "compute",
    "value",
    "evaluate",
)
_BACKWARD = (
    "backward",
    "bprop",
    "backprop",
    "grad",
    "gradient",
    "bwd",
    "backpropagate",
    "back",
    "pullback",
    "vjp",
    "derivative",
    "delta",
)
_PHASED = {"Dropout", "BatchNormalization"}
_RATE = {"lr", "learningrate", "eta", "stepsize", "rate"}
_INPUT = {"x", "input", "inputs", "inp", "inputtensor", "xin", "data"}
_OUTPUT = {"y", "out", "output", "outputs"}
_TARGET = {"target", "targets", "label", "labels", "t", "ytrue", "truth", "true", "labeltensor", "expected"}
_TRAINING = {"training", "train", "istraining", "trainmode", "trainingphase", "intraining"}
_TESTING = {"testing", "test", "testingphase", "istesting", "testmode", "eval", "evalmode", "inference"}
_WEIGHTS = ("w", "weight", "weights", "kernel", "gamma", "scale", "theta", "matrix", "a", "m")
_BIAS = ("b", "bias", "biases", "beta", "shift", "offset", "c")


@dataclass(frozen=True, kw_only=True)
class Guess:
    """How one component is adapted; all text is Python code.

    Attributes:
        component: the spec's name.
        found: the class.
        make: the call that makes the object, of `spec`.
        forward: the call of the forward pass, of `self.own` and its arguments.
        backward: the call of the backward pass; empty if there is none.
        phase: the arguments of `Layer` that tell the object the phase; empty without.
        parameters: name in the spec to the place on the object.
        gradients: name in the spec to the place of its gradient, on the object or in what backward returns.
        transposed: the weights are kept as (outputs, inputs).
        missing: what could not be found, for a person.
        alternatives: other guesses, to try if this one does not fit.
    """

    component: str
    found: Class
    make: str
    forward: str
    backward: str
    phase: str
    parameters: dict[str, str]
    gradients: dict[str, str]
    transposed: bool = False
    missing: tuple[str, ...] = ()
    alternatives: tuple[Guess, ...] = ()


def component_of(name: str) -> str:
    """The component that a class of that name is; empty if its name says nothing."""
    plain = _plain(name)
    shorter = [plain.removesuffix(suffix) for suffix in _SUFFIXES]
    return next((_COMPONENTS[each] for each in (plain, *shorter) if each in _COMPONENTS), "")


def guess(found: Class, component: str = "") -> Guess | None:
    """How the class is adapted; None if it is no component, or does not compute anything.

    Args:
        found: the class.
        component: what it is; empty for what its name tells.
    """
    component = component or component_of(found.name)
    forward, backward = _pick(found, _FORWARD), _pick(found, _BACKWARD)
    if component not in _NAMES or not forward:
        return None
    spec = all_specs()[component].cases()[0].spec
    missing = [] if backward else ["a method for the backward pass"]
    loss = isinstance(spec, LossSpec)
    calls = []
    for name, incoming in ((forward, "x"), (backward, "dy")):
        roles = _loss_roles(found.methods[name], name == backward) if name and loss else {}
        text, unknown = _call(name, found.methods[name], incoming, roles) if name else ("", [])
        calls.append(text)
        missing += [f"what to pass as {argument} of {name}" for argument in unknown]
    make, unknown = _construction(component, found.constructor)
    missing += [f"what to pass as {argument} of the constructor" for argument in unknown]
    names = list(spec.parameters()) if isinstance(spec, LayerSpec) else []
    returned = found.methods[backward].returned if backward else ()
    parameters = _parameters(found, names, backward)
    gradients = _gradients(found, parameters, backward, returned)
    missing += [f"where the parameter {name} is kept" for name in names if name not in parameters]
    missing += [f"where the gradient of {name} is kept" for name in parameters if name not in gradients]
    phase = _phase(found) if component in _PHASED else ""
    if component in _PHASED and not phase and "self.training" not in "".join(calls):
        missing.append("what tells it the phase: an attribute or a method, as training=… or testing=…")
    result = Guess(
        component=component,
        found=found,
        make=f"{found.name}({make})",
        forward=calls[0],
        backward=calls[1],
        phase=phase,
        parameters=parameters,
        gradients=gradients,
        missing=tuple(missing),
    )
    return replace(result, alternatives=tuple(_alternatives(result)))


def _alternatives(first: Guess) -> Iterable[Guess]:
    if first.component == "FullyConnected" and first.parameters:
        yield replace(first, transposed=True)
    if "1 - spec.keep" in first.make:
        yield replace(first, make=first.make.replace("1 - spec.keep", "spec.keep"))
    elif "spec.keep" in first.make:
        yield replace(first, make=first.make.replace("spec.keep", "1 - spec.keep"))


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _pick(found: Class, known: Sequence[str]) -> str:
    """The method of a known name, or of a name that starts or ends like one."""
    usual = {_plain(name): name for name in found.methods if name != "__init__"} | {
        name: name for name in found.methods if name.startswith("__")
    }
    exact = next((usual[name] for name in known if name in usual), "")
    longer = (usual[name] for word in known[:3] for name in usual if name.startswith(word) or name.endswith(word))
    return exact or next(longer, "")


def _call(name: str, method: Method, incoming: str, roles: dict[str, str]) -> tuple[str, list[str]]:
    """The call, and the arguments that nothing is known of."""
    passed: list[str] = []
    unknown: list[str] = []
    free = [argument for argument in method.required if _role(argument) == ""] if len(method.required) > 1 else []
    main = free[0] if free else next(iter(method.required or method.arguments), "")
    for argument in (*method.required, *method.keywords):
        value = roles.get(argument) or (incoming if argument == main else _role(argument))
        if not value:
            unknown.append(argument)
        passed.append(f"{argument}={value or None}" if argument in method.keywords else value or "None")
    optional = [argument for argument in method.arguments if argument not in method.required]
    passed += [
        f"{argument}={value}"
        for argument in optional
        if (value := _role(argument)) in {"self.training", "not self.training"}
    ]
    if not method.required and main and not roles:
        passed.insert(0, incoming)
    target = "self.own" if name == "__call__" else f"self.own.{name}"
    return f"{target}({', '.join(passed)})", unknown


def _role(argument: str) -> str:
    """What a further argument of a pass stands for."""
    plain = _plain(argument)
    roles = ((_RATE, "0.0"), (_INPUT, "self.x"), (_OUTPUT, "self.y"))
    flags = ((_TRAINING, "self.training"), (_TESTING, "not self.training"))
    return next((value for words, value in (*roles, *flags) if plain in words), "")


def _loss_roles(method: Method, backward: bool) -> dict[str, str]:
    """A loss's arguments: prediction and target, told by name, else in this order; backward may lack the first."""
    named = {argument: "target" for argument in method.required if _plain(argument) in _TARGET}
    rest = [argument for argument in method.required if argument not in named]
    if not named and len(rest) > (0 if backward else 1):
        named = {rest.pop(): "target"}
    return named | dict.fromkeys(rest[:1], "self.prediction" if backward else "prediction")


def _construction(component: str, constructor: Method) -> tuple[str, list[str]]:
    """The constructor's arguments, and those that nothing is known of."""
    values = [(name, _value(component, name)) for name in constructor.required]
    if component == "FullyConnected" and [value for _, value in values].count("") == len(values) == 2:
        values = [(values[0][0], "spec.input_size"), (values[1][0], "spec.output_size")]
    keywords = [(name, _value(component, name)) for name in constructor.keywords]
    if component == "Dropout" and not values and not keywords and constructor.arguments:
        keywords = [(constructor.arguments[0], _value(component, constructor.arguments[0]))]
    if component == "BatchNormalization" and values and not values[0][1]:
        values[0] = (values[0][0], "spec.channels")
    text = [value or "None" for _, value in values] + [f"{name}={value or None}" for name, value in keywords]
    return ", ".join(text), [name for name, value in (*values, *keywords) if not value]


def _value(component: str, argument: str) -> str:
    plain, words = _plain(argument), set(re.split(r"_|(?<=[a-z])(?=[A-Z])", argument.lower()))
    if component == "FullyConnected":
        if "out" in plain or words & {"units", "neurons", "width", "nodes"} or plain in {"m", "units", "dout"}:
            return "spec.output_size"
        if words & {"in", "input", "inputs", "fan"} or plain in {"nin", "din", "n"} or plain.startswith("in"):
            return "spec.input_size"
    if component == "Dropout" and plain not in {"rng", "seed"}:
        return "spec.keep" if "keep" in plain or "retain" in plain else "1 - spec.keep"
    if component == "BatchNormalization" and words & {"channels", "features", "dim", "size", "units"}:
        return "spec.channels"
    if plain in _RATE:
        return "0.0"
    return {"rng": "np.random", "randomstate": "np.random", "seed": "0", "name": repr(component)}.get(plain, "")


def _phase(found: Class) -> str:
    """The arguments of `Layer` that tell the phase to an object that keeps it."""
    flags = [flag for method in found.methods.values() for flag in method.flags]
    for flag in dict.fromkeys([*flags, *found.places()]):
        if _plain(flag) in _TRAINING:
            return f'training="{flag}"'
        if _plain(flag) in _TESTING:
            return f'testing="{flag}"'
    return 'training="train()", testing="eval()"' if {"train", "eval"} <= set(found.methods) else ""


def _parameters(found: Class, names: list[str], backward: str) -> dict[str, str]:
    places = [place for place in found.places() if not _is_gradient(place)]
    late = found.methods[backward].places if backward else ()  # what backward assigns is rather a gradient
    places.sort(key=lambda place: place in late)
    result = {}
    for name in names:
        words = _WEIGHTS if name == "weights" else _BIAS
        hit = next((place for word in words for place in places if _plain(_key(place)) == word), "")
        if hit:
            result[name] = hit
    return result


def _gradients(found: Class, parameters: dict[str, str], backward: str, returned: tuple[str, ...]) -> dict[str, str]:
    result = {}
    for name, place in parameters.items():
        own = _plain(_key(place))
        stem = own.removesuffix("s") if len(own) > 1 else own
        wanted = re.compile(rf"(d|g|grad|gradient|delta)s?(wrt)?{stem}s?|{stem}s?(d|grad|gradient|delta)s?")
        for index, each in enumerate(returned[1:]):
            in_order = len(returned) == 1 + len(parameters) and list(parameters)[index] == name
            if wanted.fullmatch(_plain(each.rpartition(".")[2])) or (in_order and not each.isidentifier()):
                result[name] = f"returned[{index + 1}]"
        for each in found.places(backward):
            same_key = each != place and _is_gradient(each.partition("[")[0]) and _plain(_key(each)) == own
            if name not in result and (same_key or wanted.fullmatch(_plain(_key(each)))):
                result[name] = each
    return result


def _key(place: str) -> str:
    """The last part of a place: `W` of `params["W"]`."""
    return place.partition("[")[2].strip('"]') or place


def _is_gradient(place: str) -> bool:
    plain = _plain(place.partition("[")[0])
    return plain.startswith(("grad", "delta", "d_")) or plain.endswith(("grad", "grads", "gradient", "gradients"))
