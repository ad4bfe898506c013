"""From real APIs to the specs' terms: what a user names becomes an adapter with `build(spec)` and `describe()`.

Table of contents: `resolve` (the user's argument to a target), `load` (a target to its adapter), what a worker has to
know of a target beforehand, the courses; the base classes for adapters of one's own are in `backproof.adapters.base`.
"""

from .course import Course
from .courses import courses, find_course
from .errors import SubjectNotFound
from .loading import Target, fingerprint, load, made_of, names_used, preload, python_files, readable
from .resolving import resolve

__all__ = [
    "Course",
    "SubjectNotFound",
    "Target",
    "courses",
    "find_course",
    "fingerprint",
    "load",
    "made_of",
    "names_used",
    "preload",
    "python_files",
    "readable",
    "resolve",
]
