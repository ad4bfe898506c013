"""The version of Backproof: said here and nowhere else."""

VERSION = "0.1.0"
