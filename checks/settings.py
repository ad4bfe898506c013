"""Settings: what a run goes by. Made once, from the request, and carried to whatever asks for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..specs import Deviation
from .law import Level
from .numerics.precision import PRECISIONS
from .plan.effort import EFFORTS, STANDARD, Effort

_LARGEST_SEED = 2**32 - 1  # of NumPy's global generator, from which submissions draw


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run goes by. The user chooses the first fields; what the subject and its course say is added.

    Attributes:
        seed: from which all data is drawn.
        effort: quick, standard or thorough: how many of the named cases are visited, how many more are drawn, and how
            long smallest cases are looked for. A name that is about one case adds it.
        level: the highest level that is asked: core, full or strict.
        dtype: the type of all data, float64 or float32; with float64, level strict looks at one case of every layer in
            float32 as well.
        seconds: budget of one check.
        jobs: how many groups of checks run side by side, in processes of ours, or threads where the system is not
            Linux; 0 for as many as cores, at most two.
        names: to which the run is restricted: layers, course tests, checks, ids or globs; empty for everything. Those
            that `families` says more of are left out of it then.
        course: the one that the user or the subject's layout names, else the one that the adapter says; or empty.
        edition: the course's edition, if the user names it, else the one that the subject shows; or empty.
        families: specs to which the run is restricted, with the families of checks that are asked of each (None: all).
        outside: globs over the ids of findings about what the course does not have; they are not planned.
        later: specs and checks that a later stage adds than the one that is required; they are not planned either.
        deviations: where the course demands what is wrong, in any of its editions until the subject's is known.
        conventions: declared or detected, by name.

    Raises:
        ValueError: a field that the user chooses is out of range; the text says what it should be.
    """

    seed: int = 0
    effort: str = STANDARD
    level: Level = Level.FULL
    dtype: str = "float64"
    seconds: float = 10.0
    jobs: int = 0
    names: tuple[str, ...] = ()
    course: str = ""
    edition: str = ""
    families: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    later: frozenset[str] = frozenset()
    deviations: tuple[Deviation, ...] = ()
    conventions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not all(name.strip() for name in self.names):
            raise ValueError("a name is empty; leave it out to check everything")
        if type(self.seed) is not int or not 0 <= self.seed <= _LARGEST_SEED:
            raise ValueError(f"seed={self.seed}, but should be an integer from 0 to {_LARGEST_SEED}")
        if self.effort not in EFFORTS:
            raise ValueError(f"effort={self.effort!r}, but should be {', '.join(EFFORTS)}")
        if type(self.jobs) is not int or self.jobs < 0:
            raise ValueError(f"jobs={self.jobs}, but should be a number of processes, or 0 for one per core")
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise ValueError(f"timeout={self.seconds:g}, but should be more than 0 seconds")
        if self.dtype not in PRECISIONS:
            raise ValueError(f"dtype={self.dtype!r}, but should be {' or '.join(PRECISIONS)}")

    @classmethod
    def chosen(cls, *, level: str = "full", course: str = "", **fields: Any) -> Settings:
        """Return the settings that a user asks for in words.

        Args:
            level: its name.
            course: `NAME` or `NAME@EDITION`.
            fields: others of `CHOSEN`, as they are.

        Raises:
            ValueError: as the class, or there is no such level.
        """
        try:
            asked = Level.of(level)
        except KeyError as error:
            raise ValueError(f"level={level!r}, but should be core, full or strict") from error
        named, _, edition = course.partition("@")
        return cls(level=asked, course=named, edition=edition, **fields)

    @property
    def budget(self) -> Effort:
        """What the effort means."""
        return EFFORTS[self.effort]


DEFAULTS = Settings()
"""Those of a run for which nothing is chosen, before anything is known of its subject."""

CHOSEN = frozenset({"seed", "effort", "level", "dtype", "seconds", "jobs", "names", "course"})
"""The fields that a user chooses."""
