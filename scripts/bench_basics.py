"""The suite `basics` proved: every template's expert, a policy that does nothing, and a random one, on the same seeds.

Prints one JSON line: `templates`, `seeds`; for `expert`, `noop` and `random` the `success_rate` with its 95% interval
(Wilson), `worst_template` and `best_template` (the least and the greatest rate of a template), `episodes`,
`infra_error` (never part of a rate) and `steps_per_s`; and what it ran on. Phones are simulated devices.

    python scripts/bench_basics.py --platform android|desktop [--seeds 20] [--noop-seeds 20] [--random-seeds 5]
        [--devices 4]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.basics import SUITE
from gui_agent.store.reader import RunReader, final_attempts
from verifier.calibration.intervals import wilson_interval

ROOT = Path(__file__).resolve().parent.parent


def run(policy: str, platform: str, seeds: int, devices: int, out: Path) -> dict[str, Any]:
    """One `farm eval` in a process of its own; its last line with the rates by template added."""
    templates = len(SUITE.select(platform=platform))  # type: ignore[arg-type]
    command = [
        *(sys.executable, "-m", "device_farm.cli.main", "eval", "--suite", "basics", "--policy", policy),
        *("--platform", platform, "--episodes", str(templates * seeds), "--out", str(out), "--json"),
        *("--devices", str(devices), "--desktops", str(devices), "--set", "report=false"),
    ]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"{policy} ended with {finished.returncode}: {finished.stderr[-2000:]}")
    last: dict[str, Any] = json.loads(finished.stdout.strip().splitlines()[-1])
    return {**last, **rates(out)}


def rates(out: Path) -> dict[str, Any]:
    """Success over all episodes that were the policy's to win or lose, and the extremes over templates."""
    wins: dict[str, list[bool]] = defaultdict(list)
    for episode in final_attempts([stored.episode for stored in RunReader(out).episodes()]):
        if episode.outcome.kind in ("infra_error", "undecided"):
            continue
        won = isinstance(episode.outcome, Scored) and episode.outcome.reward >= 1.0
        wins[episode.task.template].append(won)
    flat = [won for results in wins.values() for won in results]
    shares = [sum(results) / len(results) for results in wins.values()]
    return {
        "success_rate": sum(flat) / len(flat),
        "interval": wilson_interval(sum(flat), len(flat)),
        "worst_template": min(shares),
        "best_template": max(shares),
    }


_KEPT = ("success_rate", "interval", "worst_template", "best_template", "episodes", "infra_error", "steps_per_s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=("android", "desktop"), default="android")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--noop-seeds", type=int, help="default: as --seeds")
    parser.add_argument("--random-seeds", type=int, default=5)
    parser.add_argument("--devices", type=int, default=4)
    options = parser.parse_args()
    noop_seeds = options.noop_seeds or options.seeds
    seeds = {"expert": options.seeds, "noop": noop_seeds, "random": options.random_seeds}
    result: dict[str, Any] = {
        "suite": "basics",
        "platform": options.platform,
        "templates": len(SUITE.select(platform=options.platform)),
        "seeds": seeds,
    }
    with tempfile.TemporaryDirectory(prefix="bench-basics-") as folder:
        for policy, count in seeds.items():
            last = run(policy, options.platform, count, options.devices, Path(folder, policy))
            result[policy] = {key: last[key] for key in _KEPT}
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
