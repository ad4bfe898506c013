"""Every course by its name."""

from __future__ import annotations

from .course import Course
from .fau.course import COURSE
from .freiburg.course import COURSE as FREIBURG
from .tutorial.course import COURSE as TUTORIAL
from .workshop.course import COURSE as WORKSHOP


def courses() -> dict[str, Course]:
    """Every course by its name."""
    return {course.name: course for course in (COURSE, TUTORIAL, FREIBURG, WORKSHOP)}


def find_course(name: str) -> Course:
    """The course called `name`.

    Raises:
        LookupError: there is none; the message lists what there is.
    """
    known = courses()
    if name not in known:
        raise LookupError(f"there is no course {name!r}; there are: {', '.join(known)}")
    return known[name]
