"""What these tests share."""

from ..short_searches import short_searches

__all__ = ["short_searches"]
