"""Conformance of frameworks: runs of every check, and a page of the documentation that says what they have found.

`--runs N` makes runs with the seeds 0 to N-1 for each framework that is installed, at effort quick,
float64 and float32 in turn; the first ten at level strict, the others at level full. Nothing stands between the checks
and the framework, but it is in a process of its own, and in a new one after some runs: XLA keeps what it has compiled.
Every run is a line of the file `--out`; what is there is not repeated, as long as the versions are the same. `--write`
puts the tables into docs/reference/frameworks.md.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import warnings
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import backproof

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples" / "frameworks"
PAGE = ROOT / "docs" / "reference" / "frameworks.md"
# The adapter, and the packages that it looks at.
FRAMEWORKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "PyTorch": ("backproof.adapters.torch_adapter", ("torch",)),
    "JAX": (str(EXAMPLES / "jax_adapter.py"), ("jax", "equinox", "optax")),
    "Keras": (str(EXAMPLES / "keras_adapter.py"), ("keras", "jax")),
    "tinygrad": (str(EXAMPLES / "tinygrad_adapter.py"), ("tinygrad",)),
    "mygrad": (str(EXAMPLES / "mygrad_adapter.py"), ("mygrad",)),
}
_BEGIN, _END = "<!-- frameworks -->\n", "<!-- end -->"
RUNS_OF_A_PROCESS = 12
STRICT = 10  # so many runs of each are at level strict; they take twice as long
FAILING = ("failed", "errored", "timeout", "died", "harness_error")


def versions(packages: Iterable[str]) -> str:
    """The installed versions; empty if one of the packages is missing."""
    try:
        return ", ".join(f"{name} {version(name).partition('+')[0]}" for name in packages)
    except PackageNotFoundError:
        return ""


def run(task: tuple[str, int]) -> dict[str, Any]:
    """One run of a framework with a seed, as a line of the file."""
    warnings.simplefilter("ignore")  # what a logarithm of 0 has to say
    name, seed = task
    adapter, packages = FRAMEWORKS[name]
    waivers = ROOT / "examples" / "waivers" / f"{name.lower()}.toml"
    result = backproof.check(
        adapter,
        seed=seed,
        dtype=("float64", "float32")[seed % 2],
        effort="quick",
        level="strict" if seed < STRICT else "full",
        jobs=1,
        seconds=600.0,  # a machine that is busy is no failure of the framework
        direct=True,
        waivers=str(waivers) if waivers.exists() else None,
    )
    return {
        "framework": name,
        "versions": versions(packages),
        "seed": seed,
        "verdict": result.footer.verdict,
        "offered": list(result.header.offered),
        "conventions": dict(result.header.conventions),
        "counts": dict(result.footer.counts),
        "odd": [f"{item.id}: {item.message}" for item in result.findings if item.verdict.value in FAILING],
        "waived": sorted({item.id for item in result.findings if item.verdict.value == "waived"}),
    }


def tables(lines: list[dict[str, Any]]) -> str:
    """What the runs have found, and the conventions in which the frameworks differ."""
    groups = {name: [line for line in lines if line["framework"] == name] for name in FRAMEWORKS}
    groups = {name: members for name, members in groups.items() if members}
    rows = [("framework", "components", "runs", "findings", "failures", "undecided", "waived", "not offered")]
    for members in groups.values():
        counts = sum((Counter(line["counts"]) for line in members), Counter[str]())
        failures = sum(counts[verdict] for verdict in FAILING)
        numbers = (len(members[0]["offered"]), len(members), sum(counts.values()), failures)
        rest = (counts[verdict] for verdict in ("undecided", "waived", "unsupported"))
        rows.append((members[0]["versions"], *(f"{number:,}" for number in (*numbers, *rest))))
    conventions = [("convention", *groups)]
    chosen = {name: members[0]["conventions"] for name, members in groups.items()}
    for convention in sorted({key for known in chosen.values() for key in known}):
        row = (known.get(convention, "") for known in chosen.values())
        conventions.append((convention, *row))
    return f"{_table(rows)}\n{_table(conventions)}"


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body]) + "\n"


def main() -> int:
    """Make the runs that are missing; the exit status is 1 if one was not conformant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2, help="seeds for each framework, done ones included")
    parser.add_argument("--framework", action="append", default=[], choices=FRAMEWORKS, help="only this one")
    parser.add_argument(
        "--out", type=Path, action="append", default=[], help="file to go on from; the first is added to"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into the documentation")
    options = parser.parse_args()
    known = [json.loads(line) for path in options.out if path.exists() for line in path.read_text("utf-8").splitlines()]
    today = {name: versions(packages) for name, (_, packages) in FRAMEWORKS.items()}
    lines = [line for line in known if line["versions"] == today[line["framework"]]]
    done = {(line["framework"], line["seed"]) for line in lines}
    names = [name for name in options.framework or FRAMEWORKS if today[name]]
    waiting = [(name, seed) for name in names for seed in range(options.runs) if (name, seed) not in done]
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=RUNS_OF_A_PROCESS) as pool:
        for line in pool.imap(run, waiting):
            lines.append(line)
            print(line["framework"], line["seed"], line["verdict"], line["odd"], flush=True)
            for path in options.out[:1]:
                with path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(tables(lines))
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition(_BEGIN)
        PAGE.write_text(f"{before}{_BEGIN}{tables(lines)}{rest[rest.index(_END) :]}", encoding="utf-8")
    return 1 if any(line["verdict"] != "conformant" for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
