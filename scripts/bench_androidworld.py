"""AndroidWorld's 116 tasks under its own evaluators, on simulated phones: experts, a no-op, a random policy.

Prints one JSON line: `tasks`; under `seeds`, for each seed, `initialised` (tasks that AndroidWorld could set up), and
for `expert`, `noop` and `random` `won` (rewards of 1), `total` (sum of rewards), `infra_error`, `steps`, `minutes` and
`names` (tasks that the expert did not win; that the others won); the least `initialised` and `expert_won` over the
seeds; `noop_defects_only` (1: the no-op wins the tasks that are known to pass untouched, and nothing else). Every
policy is rated by AndroidWorld's rule that an agent which did not say that it is done scores 0.

The random policy runs on the first seeds only (`--random-seeds`), as it uses up every task's step budget.

With `--timing`, `eight_phones` and `one_phone`: minutes of a whole expert run on 8 phones as the suite runs by default,
and on one phone with AndroidWorld's own waits. The latter takes long and sleeps most of the time, so it is spread over
`phones` phones, runs beside all others, which it slows by little, and its minutes are the sum of what its phones spent.

With `--keep DIR` the run folders stay there, and a benchmark that was stopped goes on where it was.

    python scripts/bench_androidworld.py [--keep DIR] [--seeds 30,1,2] [--devices 4] [--policies expert,noop,random]
        [--random-seeds 1] [--timing]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gui_agent.benchmarks.androidworld.catalogue import NAMES

ROOT = Path(__file__).resolve().parent.parent
POLICIES = ("expert", "noop", "random")
SLOW_PHONES = 4
# AndroidWorld accepts these as they are: what they ask for is the state that its set-up leaves.
UNTOUCHED = frozenset(name for name in NAMES if name.startswith("System") and name.endswith("Verify"))
# Passes untouched at the seeds that leave it without a recipe to delete; how many is up to the seed.
SOMETIMES_UNTOUCHED = frozenset({"RecipeDeleteMultipleRecipesWithConstraint"})


def run(policy: str, seed: int, devices: int, out: Path, *more: str) -> dict[str, Any]:
    """One `farm eval` in a process of its own; its last line. A run that is there already is gone on with."""
    more += ("--resume",) if out.is_dir() else ()
    command = [
        *(sys.executable, "-m", "device_farm.cli.main", "eval", "--suite", "androidworld", "--policy", policy),
        *("--seed", str(seed), "--devices", str(devices), "--out", str(out), "--json", "--set", "report=false"),
        *("--max-infra-share", "1", *more),
    ]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"{policy} ended with {finished.returncode}: {finished.stderr[-2000:]}")
    last: dict[str, Any] = json.loads(finished.stdout.strip().splitlines()[-1])
    return last | times(out)


def times(out: Path) -> dict[str, float]:
    """Of a run folder, pauses between its processes left out: `busy_s`, in which any phone was at work, and `phone_s`,
    the same of all phones added up, which is what one phone would have needed. Also the sum of its steps."""
    with (out / "metrics.jsonl").open(encoding="utf-8") as file:
        episodes = [json.loads(line) for line in file]
    busy_s = ends_s = 0.0
    for episode in sorted(episodes, key=lambda episode: float(episode["started_at_s"])):
        starts_s, stops_s = episode["started_at_s"], episode["started_at_s"] + episode["wall_s"]
        busy_s += max(0.0, stops_s - max(starts_s, ends_s))
        ends_s = max(ends_s, stops_s)
    total_s = sum(episode["wall_s"] for episode in episodes)
    return {"busy_s": busy_s, "phone_s": total_s, "steps": sum(episode["steps"] for episode in episodes)}


def column(policy: str, said: dict[str, Any]) -> dict[str, Any]:
    won = {name for name, score in said["tasks"].items() if score == 1.0}
    return {
        "won": len(won),
        "total": said["total"],
        "infra_error": said["infra_error"],
        "steps": said["steps"],
        "minutes": round(said["busy_s"] / 60, 2),
        "names": sorted(set(said["tasks"]) - won if policy == "expert" else won),
    }


def one_seed(seed: int, policies: list[str], devices: int, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for policy in policies:
        said = run(policy, seed, devices, folder / f"{policy}-{seed}")
        found["initialised"] = min(said["initialised"], found.get("initialised", len(NAMES)))
        found[policy] = column(policy, said)
    return found


def whole_run(said: dict[str, Any], seconds: float) -> dict[str, Any]:
    return {"minutes": round(seconds / 60, 2), **said["androidworld"], "won": said["success"]}


def measure(
    seeds: list[int], policies: list[str], devices: int, folder: Path, *, timing: bool, random_seeds: int
) -> dict[str, Any]:
    result: dict[str, Any] = {"tasks": len(NAMES), "devices": devices, "seeds": {}}
    first = seeds[0] if seeds else 30
    with ThreadPoolExecutor(1) as beside:
        slow = (
            beside.submit(run, "expert", first, SLOW_PHONES, folder / "one", "--wait-scale", "1.0") if timing else None
        )
        for number, seed in enumerate(seeds):
            chosen = [policy for policy in policies if policy != "random" or number < random_seeds]
            result["seeds"][str(seed)] = one_seed(seed, chosen, devices, folder)
        many = run("expert", first, 8, folder / "eight") if timing else None
        if slow is not None and many is not None:
            one = slow.result()
            result["eight_phones"] = whole_run(many, many["busy_s"])
            result["one_phone"] = whole_run(one, one["phone_s"]) | {"phones": SLOW_PHONES}
            result["times_as_fast"] = round(one["phone_s"] / many["busy_s"], 2)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="30,1,2")
    parser.add_argument("--devices", type=int, default=4)
    parser.add_argument("--policies", default=",".join(POLICIES))
    parser.add_argument("--random-seeds", type=int, default=1, metavar="N", help="seeds that the random policy runs on")
    parser.add_argument("--timing", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the run folders stay")
    options = parser.parse_args()
    policies, seeds = options.policies.split(","), [int(text) for text in options.seeds.split(",") if text]
    with tempfile.TemporaryDirectory(prefix="bench-androidworld-") as folder:
        where = options.keep or Path(folder)
        result = measure(
            seeds, policies, options.devices, where, timing=options.timing, random_seeds=options.random_seeds
        )
    rows = list(result["seeds"].values())
    result["initialised_least"] = min((row["initialised"] for row in rows), default=None)
    if "expert" in policies:
        result["expert_won_least"] = min((row["expert"]["won"] for row in rows), default=None)
    if "noop" in policies:
        free = [set(row["noop"]["names"]) for row in rows]
        result["noop_defects_only"] = int(all(UNTOUCHED <= won <= UNTOUCHED | SOMETIMES_UNTOUCHED for won in free))
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
