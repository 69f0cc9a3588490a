"""Every verifier against the labelled set, by `farm verify bench`; no model is asked, the judges are rule-based.

Prints one JSON line: that of `farm verify bench --json` (verifier → rates with 95% intervals and mean cost a verdict,
balanced and at 10% success; kind → verifier → accuracy; the majority of simulated noisy judges; disagreements with the
scripted evaluators), and what follows from it: `ahead` (the agentic verifier's balanced accuracy and F1 over the best
passive judge's), `ablated` (what each ablation loses of the balanced accuracy), `scripted_wrong` (who was wrong where
the evaluator and the agentic verifier differ), `opinions` (the same by what was done, each with an example and its
evidence), `astray` (episodes that could not be done again alike), and the machine.

    python scripts/bench_verifier.py [--devices 4] [--desktops 1] [--apart] [--sample N] [--out DIR]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench_common import machine

ROOT = Path(__file__).resolve().parent.parent
PASSIVE = ("last-screen", "trajectory", "unanimous")
AGENTIC = "agentic"


def run_bench(options: argparse.Namespace) -> dict[str, Any]:
    """The last line of `farm verify bench`."""
    command = [
        *(sys.executable, "-m", "device_farm.cli.main", "verify", "bench", "--json"),
        *("--devices", str(options.devices), "--desktops", str(options.desktops)),
        *(("--apart",) if options.apart else ()),
        *(() if options.sample is None else ("--sample", str(options.sample))),
        *(() if options.out is None else ("--out", str(options.out))),
    ]
    finished = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"farm verify bench ended with {finished.returncode}")
    last: dict[str, Any] = json.loads(finished.stdout.strip().splitlines()[-1])
    return last


def derived(document: dict[str, Any]) -> dict[str, Any]:
    """Comparisons between verifiers, each of figures of this run."""
    balanced = {name: figures["balanced"] for name, figures in document["verifiers"].items()}
    rare = {name: figures["at_10_percent"] for name, figures in document["verifiers"].items()}
    best = {key: max(balanced[name][key] for name in PASSIVE) for key in ("accuracy", "f1")}
    blamed = document["disagreements"]["wrong"]
    return {
        "ahead": {
            "accuracy": balanced[AGENTIC]["accuracy"] - best["accuracy"],
            "f1": balanced[AGENTIC]["f1"] - best["f1"],
            # Worst against best: above 0, chance is no explanation.
            "interval_gap": balanced[AGENTIC]["interval_95"][0]
            - max(balanced[name]["interval_95"][1] for name in PASSIVE),
            "precision_at_10_percent": rare[AGENTIC]["precision"]
            - max(rare[name]["precision"] or 0 for name in PASSIVE),
        },
        "ablated": {
            name.removeprefix("agentic-"): balanced[AGENTIC]["accuracy"] - figures["accuracy"]
            for name, figures in balanced.items()
            if name.startswith("agentic-")
        },
        "astray": len(document["not_reproduced"]),
        "opinions": opinions(document["disagreements"]["listed"]),
        "scripted_wrong": {name: blamed.get(name, 0) for name in ("scripted", "agentic", "both")},
    }


def opinions(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where the evaluator and the agentic verifier differ: a line for each thing that was done, with one example."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in listed:
        kind = line["episode"].split("/")[3]
        groups.setdefault((line["wrong"], line["note"] or kind), []).append(line)
    return [
        {
            "done": done,
            "n": len(lines),
            "wrong": wrong,
            "example": lines[0]["episode"],
            "evaluator": lines[0]["scripted"],
            "verifier": lines[0]["agentic"],
            "truth": lines[0]["why"],
            "found": lines[0]["agentic_reason"],
        }
        for (wrong, done), lines in sorted(groups.items())
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", type=int, default=4, help="phones at once")
    parser.add_argument("--desktops", type=int, default=1, help="desktops at once")
    parser.add_argument("--sample", type=int, metavar="N", help="N episodes, spread over the set")
    parser.add_argument("--apart", action="store_true", help="a process for each phone: slow to start, uses every core")
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep the verdicts here, and go on with those there")
    document = run_bench(parser.parse_args())
    print(json.dumps({**document, **derived(document), "machine": machine()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
