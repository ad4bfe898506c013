"""Errors that name what a person has to change."""

from __future__ import annotations


class SubjectNotFound(ValueError):  # noqa: N818 - the name says what happened
    """There is nothing to check; the text says what was looked for, where, and what to do."""
