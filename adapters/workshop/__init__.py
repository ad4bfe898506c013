"""The FNN workshop: a feed-forward network and a training loop in PyTorch, in a module or a notebook.

Table of contents: `course` the facts; `torch_network`, `torch_trainer` and `torch_user` turn the classes into subjects
(they import PyTorch); `counting`, `files` and `telling` deal with what a submission counts, stores and prints;
`adapter` puts it together.
"""
