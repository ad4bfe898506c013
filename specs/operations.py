"""Operations: the surface of a subject, stated once per kind.

A kind of component is one class: each method is declared once, with the decorator `operation`. The class is the type
of the subjects, the base class of adapters, whose methods it answers until they are overridden, and the table from
which everything else is read: what is required, what counts as an evaluation, how arguments and answers are called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property, wraps
from typing import Any, Concatenate, Generic, NamedTuple, NoReturn, ParamSpec, TypeVar, cast, get_type_hints

from numpy.typing import NDArray

from .spec import Spec
from .vocabulary import Kind

Array = NDArray[Any]
P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Method = TypeVar("Method", bound=Callable[..., Any])


class Unsupported(Exception):  # noqa: N818 - not an error: the implementation does not offer this
    """The adapter does not offer this component or this operation; the text says why."""


class Answer(Enum):
    """What an operation must return, as far as it can be told without a law."""

    ANY = auto()  # nothing, or what only the law that asks can judge
    ARRAY = auto()
    NUMBER = auto()
    NUMBERS = auto()
    TEXTS = auto()
    OUTPUT = auto()  # an array of the shape of the layer's output for the first argument
    LIKE_ARGUMENT = auto()  # an array of the shape of the first argument
    LIKE_INPUT = auto()  # an array of the shape of the latest forward's first argument
    OF_SHAPE = auto()  # an array of the shape that the first argument is
    NAMED = auto()  # a mapping from the parameters' names to arrays of their shapes
    FANS = auto()  # a mapping with the calls of an initializer


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a kind of subject.

    Attributes:
        function: the method as declared, with its signature and its docstring.
        required: whether every subject of the kind must have it; an adapter may leave out the others.
        needed: of which specs an adapter must say it itself; for the others the base class answers `default`.
        default: that answer; a function is called with the arguments.
        evaluates: whether it counts as an evaluation of the subject.
        answer: what it must return.
        result: what a program calls the value that it returns.
    """

    function: Callable[..., Any]
    required: bool
    needed: Callable[[Any], bool]
    default: Any
    evaluates: bool
    answer: Answer
    result: str

    @property
    def name(self) -> str:
        """The method's name."""
        return self.function.__name__

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments, in order."""
        return tuple(inspect.signature(self.function).parameters)[1:]

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """The names of those arguments that are arrays."""
        return tuple(name for name in self.arguments if self._types.get(name) == Array)

    @cached_property
    def tells(self) -> bool:
        """Whether it returns anything."""
        return self._types["return"] is not type(None)

    @cached_property
    def _types(self) -> Mapping[str, Any]:
        return get_type_hints(self.function)


class Subject:
    """An implementation of one spec under test, seen in the spec's terms; an adapter returns one.

    A class of one kind is declared with `kind=`. What a subclass does not override is `Unsupported`, with a sentence
    that says so, or what the operation's declaration says of specs that do not need it.

    Args:
        spec: the configured component.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __init_subclass__(cls, *, kind: Kind | None = None, **more: Any) -> None:
        super().__init_subclass__(**more)
        if kind is not None:
            names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
            marks = {name: getattr(getattr(cls, name), "operation", None) for name in names}
            _TABLES[kind] = {name: mark for name, mark in marks.items() if isinstance(mark, Operation)}

    def _unsupported(self, method: str) -> NoReturn:
        raise Unsupported(
            f"the adapter of {self.spec.name()} does not offer {method}; "
            f"override {type(self).__name__}.{method} to have it checked"
        )


_TABLES: dict[Kind, Mapping[str, Operation]] = {}


def operations(kind: Kind) -> Mapping[str, Operation]:
    """The operations of a kind of subject, by name."""
    return _TABLES[kind]


def _always(spec: Spec) -> bool:
    del spec
    return True


def never(spec: Spec) -> bool:
    """Tell that an operation is needed by no spec: adapters override it if they have something to say."""
    del spec
    return False


def operation(
    *,
    required: bool = False,
    needed: Callable[[Any], bool] = _always,
    default: Any = None,
    evaluates: bool = False,
    answer: Answer = Answer.ANY,
    result: str = "value",
) -> Callable[[Method], Method]:
    """Declare a method, whose body is empty, as an operation; see `Operation` for the arguments."""

    def decorate(function: Method) -> Method:
        @wraps(function)
        def method(self: Subject, /, *arguments: Any, **named: Any) -> Any:
            if needed is not never and needed(self.spec):
                self._unsupported(function.__name__)
            return default(*arguments, **named) if callable(default) else deepcopy(default)

        vars(method)["operation"] = Operation(
            function=function,
            required=required,
            needed=needed,
            default=default,
            evaluates=evaluates,
            answer=answer,
            result=result,
        )
        return cast(Method, method)

    return decorate


class Question(NamedTuple, Generic[R_co]):
    """A call of a subject that has not been made yet; what answers it has the type of the parameter.

    Attributes:
        method: what is called.
        arguments: of the call.
    """

    method: str
    arguments: tuple[Any, ...]


def question(method: Callable[Concatenate[Any, P], R]) -> Callable[P, Question[R]]:
    """The function that takes an operation's arguments and makes the question of them."""
    signature = inspect.signature(method)
    expected = len(signature.parameters) - 1

    @wraps(method)
    def ask(*arguments: P.args, **named: P.kwargs) -> Question[R]:
        simple = not named and len(arguments) == expected  # as nearly always: binding takes its time
        return Question(method.__name__, arguments if simple else signature.bind(None, *arguments, **named).args[1:])

    return ask
