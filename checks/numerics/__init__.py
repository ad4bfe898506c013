"""Numerics: finite differences with derived error bounds, comparison with derived tolerances.

Nothing here knows layers or subjects: functions of arrays only.

- `directions`: along which the function is differentiated.
- `ladder`: the directional derivative of a vector output, with an error bound per output entry.
- `gradient`: does a claimed vector-Jacobian product belong to a function?
- `kinks`: is what backward says at a kink a subgradient?
- `localise`: which entries of a wrong gradient are wrong, and what they look like.
- `roughness`: noise beside rounding, such as that of an iteration which stops early.
- `compare`: two arrays against a bound per entry.
"""
