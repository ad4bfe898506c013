"""One module per command, of the command's name: `add(commands)` declares its options, `run(options)` carries it out.

`add` runs at every start, for `--help` too, so these modules load nothing; `run` loads what it needs, which lies in the
modules beside them. It returns the exit status.
"""
