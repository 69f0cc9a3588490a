"""Runs benchmarks several times each and stores their JSON lines under results/, for docs/results.md.

    python scripts/run_benchmarks.py [NAME ...] [--repeat 3]

NAME is a table of results/figures.toml; all of them by default. A benchmark that fails keeps its old result file.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench_common import machine

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"


def _run_once(command: str) -> dict[str, Any]:
    words = shlex.split(command)
    if words[0] == "python":
        words[0] = sys.executable
    begun_s = time.monotonic()
    finished = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    wall_s = round(time.monotonic() - begun_s, 1)
    lines = finished.stdout.strip().splitlines()
    if finished.returncode or not lines:
        raise RuntimeError(f"{command} exited with {finished.returncode}:\n{finished.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(lines[-1])
    return {"command_wall_s": wall_s, **result}


def measure(name: str, command: str, repeat: int) -> None:
    """Runs `command` `repeat` times and writes results/NAME.json."""
    runs = [_run_once(command) for _ in range(repeat)]
    record = {
        "command": command,
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "runs": runs,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{name}: {repeat} runs\n")


def main() -> int:
    figures = tomllib.loads((RESULTS / "figures.toml").read_text("utf-8"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(figures))
    parser.add_argument("--repeat", type=int, default=None, help="runs of each (default: as figures.toml says)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(figures))
    if unknown:
        parser.error(f"unknown benchmark {unknown[0]!r}; known: {', '.join(figures)}")
    failed = 0
    for name in arguments.names or figures:
        try:
            measure(name, figures[name]["command"], arguments.repeat or figures[name].get("repeat", 3))
        except RuntimeError as error:
            failed += 1
            sys.stderr.write(f"{name}: {error}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
