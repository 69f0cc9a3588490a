"""Speaks the worker's protocol as a script tells it; what the tests use where AndroidWorld is not installed.

`script.json` in the folder of the first argument: task name to `{"reward", "goal", "unmade", "packages", "initialize",
"evaluate", "tear_down"}`. The last three are what goes wrong there: `raise`, `hang`, `die`, `die once` or `garbage`.
Every request is noted in `log.jsonl`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])
SCRIPT: dict[str, dict[str, Any]] = json.loads((FOLDER / "script.json").read_text("utf-8"))


def misbehave(kind: str, name: str) -> None:
    marker = FOLDER / f"{name}.died"
    if kind == "die once" and not marker.exists():
        marker.touch()
        kind = "die"
    match kind:
        case "raise":
            raise ValueError(f"{name} is broken")
        case "hang":
            time.sleep(600)  # noqa: TID251 - it is what hangs
        case "die":
            sys.stderr.write("a last word\n")
            sys.stderr.flush()
            os._exit(7)
        case "garbage":
            sys.stdout.write("no JSON\n")
            sys.stdout.flush()


def row(name: str, instance: int, seed: int) -> dict[str, Any]:
    told = SCRIPT.get(name, {})
    base = {"name": name, "instance": instance, "instance_seed": seed * 1000 + instance}
    if "unmade" in told:
        return {**base, "error": {"type": "ValueError", "message": told["unmade"], "last_line": told["unmade"]}}
    return {
        **base,
        "goal": f"do {name}",
        "params": {"seed": base["instance_seed"]},
        "complexity": 1.0,
        "max_steps": 10,
        "apps": ["settings"],
        "packages": told.get("packages", ["com.android.settings"]),
    }


class StandIn:
    def __init__(self) -> None:
        self.name = ""

    def hello(self) -> dict[str, Any]:
        return {"path": "nowhere", "python": "3", "tasks": sorted(SCRIPT)}

    def plan(self, seed: int, combinations: int, tasks: list[str] | None) -> dict[str, Any]:
        names = sorted(SCRIPT) if tasks is None else tasks
        return {"tasks": [row(name, instance, seed) for name in names for instance in range(combinations)]}

    def attach(self, **ports: Any) -> dict[str, Any]:
        return {"accessibility": "forwarder"}

    def initialize(self, name: str, instance: int, seed: int, planned: dict[str, Any]) -> dict[str, Any]:
        self.name = name
        misbehave(SCRIPT[name].get("initialize", ""), name)
        return {"goal": SCRIPT[name].get("goal", f"do {name}"), "params": {}}

    def evaluate(self, answer: str | None) -> dict[str, Any]:
        misbehave(SCRIPT[self.name].get("evaluate", ""), self.name)
        return {"reward": SCRIPT[self.name].get("reward", 1.0)}

    def tear_down(self) -> dict[str, Any]:
        misbehave(SCRIPT[self.name].get("tear_down", ""), self.name)
        return {}

    def checkpoint(self, directory: str, group: str, episode: dict[str, Any]) -> dict[str, Any]:
        Path(directory).mkdir(exist_ok=True)
        (Path(directory) / f"{group}.json").write_text(json.dumps(episode), "utf-8")
        return {}


def main() -> None:
    worker = StandIn()
    for line in sys.stdin:
        request = json.loads(line)
        with (FOLDER / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({**request, "argv": sys.argv[2:]}) + "\n")
        number, op = request.pop("id"), request.pop("op")
        try:
            answer = {"id": number, "result": getattr(worker, op)(**request)}
        except ValueError as error:
            said = f"ValueError: {error}"
            answer = {"id": number, "error": {"type": "ValueError", "message": str(error), "last_line": said}}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
