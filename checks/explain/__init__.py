"""Explain: what a failure looks like, its smallest case, and a program that shows it."""
