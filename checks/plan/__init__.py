"""Plan: which checks are asked of which cases, before the first one runs."""
