"""The FAU exercises: the course's API in every edition, for submissions in a folder.

Table of contents: `course` the facts, `layout` finds a submission without executing it, `importing` imports its
modules, `subjects` turns its classes into subjects, `adapter` puts it together.
"""
