"""The FNN workshop: a feed-forward network and a training loop in PyTorch, in a module or a notebook.

Table of contents: `course` the facts, `torch_network` and `torch_trainer` turn the classes into subjects (they import
PyTorch), `adapter` puts it together.
"""
