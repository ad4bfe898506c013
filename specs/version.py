"""The version of Backproof: said here and nowhere else; the package's metadata take it from here."""

VERSION = "0.1.0"
