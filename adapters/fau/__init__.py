"""The FAU exercises: the course's API in every edition, for submissions in a folder.

Table of contents: `course` the facts, `finding` finds a submission without executing it, `recognising` tells it from
other frameworks, `layout` says what lies where in it, `importing` imports its modules, `adapter` puts it together. The
course's API itself is that of `adapters.class_api`.
"""
