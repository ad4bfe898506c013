"""Choices: on what correct implementations differ, and which of it a subject has made."""
