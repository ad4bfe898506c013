"""Backproof: proves that a hand-written backward pass is right, or shows where and why it is not."""
