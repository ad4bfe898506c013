"""Another student's submission, which nobody may read."""

ANSWER = 42
