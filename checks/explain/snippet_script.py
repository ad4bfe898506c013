"""Script: the calls of a context's subjects as lines of code, in the order in which they were made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...sandbox import Call, RemoteSubject
from ...specs import Answer, Spec, operations
from ..context import Context
from ..proof import Expression
from .snippet_calls import copied, draws, items_of, keys_of, overlapping, plain, values_of
from .snippet_text import Unspeakable, filled, literal, same_numbers


class Script:
    """Turns calls into lines, and arrays into variables.

    Args:
        context: whose subjects' calls they are.
        code_templates: of every subject, how they read.
    """

    def __init__(self, context: Context, code_templates: Sequence[dict[str, str]]) -> None:
        self.code_templates = code_templates
        self._subjects = context.subjects
        self._seed = context.seed
        self.prelude = context.session.prelude
        self._code_templates = dict(zip(map(id, context.subjects), code_templates, strict=True))
        self._names: dict[int, str] = {}
        self._variables: dict[tuple[Any, ...], tuple[str, str]] = {}  # content -> name and definition
        self._taken: set[str] = {"np", "sys", "random", "types", "expected", "found", "step", "index", "values", "fill"}
        self._kept: dict[tuple[int, str], str] = {}  # a call's number and a key of its value -> the name it has
        self._parameters: dict[int, dict[str, str]] = {}
        self._before: dict[int, list[str]] = {}  # of a subject: lines in front of each of its backwards

    # Names.

    def name_of(self, subject: RemoteSubject) -> str:
        """The subject's name in the script."""
        if id(subject) not in self._names:
            self._names[id(subject)] = self._fresh(str(subject.spec.kind))
        return self._names[id(subject)]

    def variable(self, value: Any, role: str) -> str:
        """The name of a variable that holds the array."""
        array = np.asarray(value)
        key = (array.shape, array.dtype.str, array.tobytes())
        if key not in self._variables:
            self._variables[key] = (self._fresh(role), literal(array))
        return self._variables[key][0]

    def definitions(self) -> str:
        """The lines that define the variables so far."""
        lines = [f"{name} = {text}" for name, text in self._variables.values()]
        return "\n".join([*lines, "", ""]) if lines else ""

    def arrays(self) -> dict[str, Any]:
        """The variables, by name."""
        return {
            name: np.frombuffer(content, dtype=dtype).reshape(shape)
            for (shape, dtype, content), (name, _) in self._variables.items()
        }

    def _fresh(self, role: str) -> str:
        name, number = role, 2
        while name in self._taken:
            name, number = f"{role}{number}", number + 1
        self._taken.add(name)
        return name

    # Where values come from.

    def is_result(self, value: Any) -> bool:
        """Tell whether the very object was returned by a call."""
        return any(
            item is value for subject in self._subjects for call in subject.transcript for item in values_of(call)
        )

    def text_of(self, value: Any, *, literally: bool = False) -> str:
        """A value as code: an expression, the name of a call's result or argument, or its digits."""
        if isinstance(value, Expression):
            names = {str(index): self.text_of(term) for index, term in enumerate(value.terms)}
            return filled(value.text, names)
        if literally:
            return literal(value)
        _, call, key = self._source(value)
        if call is None:
            return self.variable(value, "given")
        return self._kept[call.number, key]

    def _source(self, value: Any) -> tuple[RemoteSubject | None, Call | None, str]:
        """The call that returned the value: the very object, else the latest with the same numbers."""
        calls = [(subject, call) for subject in self._subjects for call in subject.transcript]
        calls.sort(key=lambda pair: -pair[1].number)
        for exactly in (True, False):
            for subject, call in calls:
                for key, item in items_of(call):
                    if (item is value and value is not None) if exactly else same_numbers(item, value):
                        return subject, call, key
            if any(item is value for _, call in calls for item in call.args):
                return None, None, ""
        if not isinstance(value, np.ndarray | float | int):  # what is no array is judged right after its call
            return *calls[0], ""
        raise Unspeakable("the law compares what it has computed from several calls: run the check itself")

    # Lines.

    def setup(self, subject: RemoteSubject) -> str:
        """The subject's construction and what prepares it, up to its reseeding; in front of it the definitions."""
        calls: list[Call] = []
        for call in subject.transcript:
            if call.method == "reseed":
                break
            calls.append(call)
        else:
            calls = []
        lines = [self._construct(subject)]
        lines += [line for call in calls if (line := self._line(subject, call, set()))]
        return plain("\n".join(lines))

    def continued(self, subject: RemoteSubject) -> tuple[str, str]:
        """The subject's construction and its calls in front of its latest forward; its backwards there apart."""
        forwards = [index for index, call in enumerate(subject.transcript) if call.method == "forward"]
        lines, backwards = [self._construct(subject)], list[str]()
        for call in subject.transcript[: forwards[-1]]:
            (backwards if call.method == "backward" else lines).append(self._line(subject, call, set()))
        one, other = ("\n".join(filter(None, texts)) for texts in (lines, backwards))
        return copied(one, everywhere=True), copied(other, everywhere=True)

    def code_templates_of(self, subject: RemoteSubject) -> dict[str, str]:
        """How the calls of a subject read."""
        return self._code_templates[id(subject)]

    def source_of(self, value: Any) -> RemoteSubject:
        """The subject that a result comes from.

        Raises:
            Unspeakable: there is none.
        """
        subject = self._source(value)[0]
        if subject is None:
            raise Unspeakable("the law compares what it has computed from several calls: run the check itself")
        return subject

    def replay(self, results: Sequence[Any], untouched: tuple[int, int] | None = None) -> str:
        """The lines up to the last call that one of the results comes from; all of them for no results.

        Args:
            results: values whose calls are to be kept in variables.
            untouched: the number of a call, and the index of the argument that it should not write into.
        """
        if any(subject.poisoned for subject in self._subjects):
            raise Unspeakable("the check overwrites arrays inside of the subject's process: run the check itself")
        sources = [self._source(value) for value in results]
        matched = [(subject, call) for subject, call, _ in sources if subject is not None and call is not None]
        everything = [(subject, call) for subject in self._subjects for call in subject.transcript]
        if untouched:
            matched = [pair for pair in everything if pair[1].number == untouched[0]]
        last = max((call.number for _, call in matched), default=max((c.number for _, c in everything), default=0))
        chosen = overlapping([subject for subject, _ in matched] or self._subjects[-1:], self._subjects)
        needed = {(call.number, key) for _, call, key in sources if call is not None}
        passed_on = {id(item) for subject in chosen for call in subject.transcript for item in call.args}
        events: list[tuple[int, RemoteSubject, Call | None]] = []
        for subject in chosen:
            calls = [call for call in subject.transcript if call.number <= last]
            needed |= {(call.number, "") for call in calls if id(call.value) in passed_on}
            if subject.number <= last or not subject.transcript:
                events += [(subject.number, subject, None), *((call.number, subject, call) for call in calls)]
            self._before[id(subject)] = self._preparations(subject, needed)
        lines = []
        for number, subject, call in sorted(events, key=lambda event: event[0]):
            if call is None:
                lines.append(self._construct(subject))
            elif untouched and number == last:
                lines.append(self._watched(subject, call, untouched[1]))
            elif line := self._line(subject, call, {key for known, key in needed if known == number}):
                lines.append(line)
        text = "\n".join(lines)
        return self.definitions() + copied(text) + "\n"

    def _construct(self, subject: RemoteSubject) -> str:
        templates = self._code_templates[id(subject)]
        if "construct" not in templates:
            raise Unspeakable("the adapter does not say how the component is constructed as code")
        line = filled(templates["construct"], {"self": self.name_of(subject)})
        seeds = templates.get("reseed", "")
        if not (seeds and draws(subject.spec)) or "$self" in seeds:
            return line
        return filled(f"{seeds}\n{line}", {"0": repr(self._seed % 2**32)})

    def _watched(self, subject: RemoteSubject, call: Call, argument: int) -> str:
        roles = self._roles(subject.spec, call)
        given = {
            str(i): f"\0{self.variable(item, role)}\0"
            for i, (item, role) in enumerate(zip(call.args, roles, strict=True))
        }
        if argument >= len(call.args):  # it was an argument of the forward before
            return self._watched_since_forward(subject, call, argument - len(call.args))
        name = plain(given[str(argument)])
        given[str(argument)] = "given"
        line = filled(self._template(subject, call.method), {"self": self.name_of(subject), **given})
        return _unchanged(name, line)

    def _watched_since_forward(self, subject: RemoteSubject, call: Call, argument: int) -> str:
        before = [each for each in subject.transcript if each.method == "forward" and each.number < call.number]
        name = self.variable(before[-1].args[argument], self._roles(subject.spec, before[-1])[argument])
        return _unchanged(name, self._line(subject, call, set()))

    def _line(self, subject: RemoteSubject, call: Call, keys: set[str]) -> str:
        name, method = self.name_of(subject), call.method
        known = operations(subject.spec.kind).get(method)
        if known is not None and known.answer is Answer.NAMED:
            return "\n".join(self._read(subject, call, key) for key in sorted(keys))
        if method == "set_phase":
            return self._phase(subject, str(call.args[0]))
        if method == "reseed" and not draws(subject.spec):
            return ""
        if method == "assign":
            return self._assign(subject, call)
        arguments = [
            f"\0{self._argument(item, role)}\0" if isinstance(item, np.ndarray) else literal(item)
            for item, role in zip(call.args, self._roles(subject.spec, call), strict=True)
        ]
        template = self._template(subject, method)
        text = filled(template, {"self": name, **{str(index): item for index, item in enumerate(arguments)}})
        if "fans" in keys and method == "initialize":
            self._kept[call.number, "fans"] = self._template(subject, "fans")
        elif keys and known is not None and known.tells:
            self._kept[call.number, ""] = self._fresh(known.result)
            text = f"{self._kept[call.number, '']} = {text}"
        before = self._before.get(id(subject), []) if method == "backward" else []
        return "\n".join([*(filled(line, {"self": name, "0": plain(arguments[0])}) for line in before), text])

    def _preparations(self, subject: RemoteSubject, needed: set[tuple[int, str]]) -> list[str]:
        """What must stand in front of a backward so that the gradients needed can be read after it."""
        templates = self._code_templates[id(subject)]
        keys = [key for call in subject.transcript if call.method == "gradients" for key in keys_of(call, needed)]
        return list(
            dict.fromkeys(templates[f"before gradient {key}"] for key in keys if f"before gradient {key}" in templates)
        )

    def _argument(self, value: Any, role: str) -> str:
        """An earlier result that is passed on, or a variable."""
        for subject in self._subjects:
            for call in subject.transcript:
                if call.value is value and (call.number, "") in self._kept:
                    return self._kept[call.number, ""]
        return self.variable(value, role)

    def _read(self, subject: RemoteSubject, call: Call, key: str) -> str:
        kind = call.method.removesuffix("s")
        expression = filled(self._template(subject, f"{kind} {key}"), {"self": self.name_of(subject)})
        name = self._fresh(re.sub(r"\W", "_", f"{'gradient' if kind == 'gradient' else 'new'}_{key}"))
        self._kept[call.number, key] = name
        return f"{name} = np.array({expression})"

    def _phase(self, subject: RemoteSubject, phase: str) -> str:
        known = self._parameters.setdefault(id(subject), {})
        if known.get("phase", "train") == phase:
            return ""
        known["phase"] = phase
        return filled(self._template(subject, f"phase {phase}"), {"self": self.name_of(subject)})

    def _assign(self, subject: RemoteSubject, call: Call) -> str:
        known = self._parameters.setdefault(id(subject), {})
        for key, value in call.args[0].items():
            role = re.sub(r"\W", "_", key if key[:1].isalpha() else f"p_{key}")
            known[f"p_{key.replace('.', '_')}"] = self.variable(value, role)
        return filled(self._template(subject, "assign"), {**known, "self": self.name_of(subject)})

    def _template(self, subject: RemoteSubject, key: str) -> str:
        text = self._code_templates[id(subject)].get(key, "")
        if not text:
            raise Unspeakable(f"the adapter does not say how {key} reads as code")
        return text

    def _roles(self, spec: Spec, call: Call) -> tuple[str, ...]:
        known = operations(spec.kind).get(call.method)
        return known.arguments if known is not None else tuple(f"argument{i}" for i in range(len(call.args)))


def _unchanged(name: str, line: str) -> str:
    """The line, and that it does not change the array."""
    return f"given = {name}.copy()\n{line}\n\nassert np.array_equal(given, {name}), given - {name}"
