"""Numerics: finite differences with derived error bounds, comparison with derived tolerances.

Nothing here knows layers or subjects: functions of arrays only.

- `directions`: along which the function is differentiated.
- `ladder`: the directional derivative of a vector output, with an error bound per output entry.
- `ladders`: the same with steps of its own for every output entry.
- `comparison`: a claimed gradient beside a derivative, along one direction; `outcome`: what is said of it.
- `gradient`: does a claimed vector-Jacobian product belong to a function?
- `answers`, `linearity`: what several answers of a function say of it: repeatable, accumulated, finite, linear.
- `zoom`, `conditioning`: why a disagreement may be no mistake: staircases, inverses of a badly conditioned matrix.
- `kinks`: is what backward says at a kink a subgradient?
- `localise`: which entries of a wrong gradient are wrong, and what they look like.
- `roughness`: noise beside rounding, such as that of an iteration which stops early.
- `compare`: two arrays against a bound per entry.
"""
