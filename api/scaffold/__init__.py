"""Adapters written for frameworks of others, from what their classes look like; `backproof init` is its front end.

Table of contents: `inspecting` reads classes without executing them, `guessing` says which component each is and how it
is called, `adapter_text` puts the guesses into a module, `writing` writes it, tries it and says what is missing.
"""
