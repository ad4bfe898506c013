"""The Freiburg exercise: a multilayer perceptron in one notebook or module.

Table of contents: `course` the facts, `calls` the ways in which submissions differ, `components` layers and outputs as
subjects, `perceptron` the network, `own_check` its own check of gradients, `adapter` puts it together.
"""
