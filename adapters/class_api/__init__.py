"""Classes with the API of the FAU exercises as subjects: `forward(x)`, `backward(dy)`, `weights`, `gradient_weights`.

The FAU exercises, the FAU tutorial and the reference framework speak it, and classes of a Python session may.

Table of contents: `subjects` turns classes into subjects, by kind: `layers` (and with parameters `parameters`,
`fully_connected`, `conv`, `recurrent`), `components`, `network`, `network_file`, `model`. What these use: `attributes`
and `slots` find arrays on objects, `phases` switches between training and testing, `probes` is handed into a
submission, `watching` observes its calls, `code_templates` says calls as code. `facts` holds what is true of the API.
"""
