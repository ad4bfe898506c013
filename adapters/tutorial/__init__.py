"""The FAU tutorial "How to build a deep learning framework": notebooks, or modules with the same classes.

Table of contents: `course` the facts, `naming` finds the classes, `phases` speaks the course's plain phases, `subjects`
turns classes into subjects (`dropout`, `layers`, `components`, `network`), `adapter` puts it together.
"""
