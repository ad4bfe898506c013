"""The FAU exercises: the course's API in every edition, for submissions in a folder.

Table of contents: `course` the facts, `layout` and `source` find a submission without executing it, `importing` and
`standins` import its modules, `subjects` turns its classes into subjects, `adapter` puts it together.
"""
