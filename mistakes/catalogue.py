"""Importing this module registers every mistake."""
