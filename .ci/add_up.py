"""Adds up the closing lines of several pytest runs: `python .ci/add_up.py LOG`.

Prints each of them and then their sum in the same form, such as `==== 812 passed, 3 skipped in 61.50s ====`.
Exit status 1 if the log holds no closing line, since then no test was run.
"""

import re
import sys
from collections import Counter
from pathlib import Path

COUNT = r"\d+ (?:failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?|rerun)"
CLOSING = re.compile(rf"^(?:=+ )?(?P<counts>{COUNT}(?:, {COUNT})*) in (?P<seconds>[\d.]+)s(?: \([\d:]+\))?(?: =+)?$")
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def closing_lines(log: str) -> list[re.Match[str]]:
    """Find the closing line of every pytest run in a log."""
    return [match for line in log.splitlines() if (match := CLOSING.match(COLOUR.sub("", line).strip()))]


def add_up(lines: list[re.Match[str]]) -> str:
    """Add up closing lines; the words come in the order in which they were first met.

    What one run deselects another one runs, so that sum would mean nothing and is left out.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        for part in line["counts"].split(", "):
            number, word = part.split()
            if word == "deselected":
                continue
            counts[word.removesuffix("s") if word in {"errors", "warnings"} else word] += int(number)
    shown = [f"{n} {word}{'s' if n > 1 and word in {'error', 'warning'} else ''}" for word, n in counts.items()]
    seconds = sum(float(line["seconds"]) for line in lines)
    return f"==== {', '.join(shown)} in {seconds:.2f}s ===="


def main(log: Path) -> int:
    """Print the closing lines of a log and their sum."""
    lines = closing_lines(log.read_text(encoding="utf-8", errors="replace"))
    if not lines:
        print("pytest was never run")
        return 1
    for line in lines:
        print(line[0])
    print(add_up(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
