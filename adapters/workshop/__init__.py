"""The FNN workshop: a feed-forward network and a training loop in PyTorch, in a module or a notebook.

Table of contents: `course` the facts; `torch_network`, `torch_trainer` and `torch_user` turn the classes into subjects,
`torch_counting` counts for them (these import PyTorch); `files` and `telling` deal with what a submission stores and
prints; `adapter` puts it together.
"""
