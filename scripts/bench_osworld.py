"""OSWorld's tasks on farm desktops, set up and judged by OSWorld's own code: by a no-op, and by the experts there are.

Up to three sets of task files, each null where it was not asked for:
- `office`: the tasks of our own that `farm osworld office` writes;
- `osworld`: those of `--tasks-dir`, OSWorld's own files, without any asset;
- `stand_ins`: those of them that need the documents of `--stand-ins`, a mirror that osworld_stand_in_documents.py made:
  the tasks are OSWorld's, the documents are not.

Of each: `files`; `left_out`, reason → how many; `run` by the no-op, of which `initialised`; `noop_passes`, the ids
that it scores 1 on; `noop_infra_error`, id → outcome; `experts`, how many tasks have one, `infeasible` of these by
saying that the task cannot be done; `from_0_to_1`, how many the expert passes and the no-op does not; `expert_failed`,
id → score or outcome. Prints one JSON line, with the machine.

    FARM_OSWORLD_PYTHON=… python scripts/bench_osworld.py [--tasks-dir evaluation_examples] [--stand-ins mirror]
        [--no-office] [--devices 2] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench_common import machine

from gui_agent.benchmarks.osworld.experts import find_expert
from gui_agent.benchmarks.osworld.office.write import write_office
from gui_agent.benchmarks.osworld.taskfile import TaskFile, read_tasks

ROOT = Path(__file__).resolve().parent.parent
FARM = (sys.executable, "-m", "device_farm.cli.main")
ABOVE_THE_LIMIT = 4
"""The exit code of a run with more infrastructure errors than it allows: its figures are those to be looked at."""


def evaluated(
    policy: str, tasks_dir: Path, assets: Path | None, names: Sequence[str], out: Path, devices: int
) -> dict[str, Any]:
    """The last line of one `farm eval`. Raises RuntimeError where there is none."""
    command = [*FARM, "eval", "--suite", "osworld", "--tasks-dir", str(tasks_dir), "--policy", policy, "--json"]
    command += ["--devices", str(devices), "--out", str(out), "--set", "report=false"]
    command += ["--assets", str(assets)] if assets else []
    command += ["--tasks", ",".join(names)] if names else []
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = finished.stdout.strip().splitlines()
    if finished.returncode not in (0, ABOVE_THE_LIMIT) or not lines:
        raise RuntimeError(f"{policy} on {tasks_dir} ended with {finished.returncode}: {finished.stderr[-2000:]}")
    last: dict[str, Any] = json.loads(lines[-1])
    return last


def proved(tasks_dir: Path, assets: Path | None, names: Sequence[str], out: Path, devices: int) -> dict[str, Any]:
    """Both policies on the tasks `names`, or on all that can be run."""
    files = {file.name: file for file in read_tasks(tasks_dir)}
    noop = evaluated("noop", tasks_dir, assets, names, out / "noop", devices)
    with_expert = [name for name in noop["tasks"] if find_expert(files[name]) is not None]
    expert = evaluated("expert", tasks_dir, assets, with_expert, out / "expert", devices)
    passes = {name for name, score in noop["tasks"].items() if score == 1.0}
    passed = {name for name, score in expert["tasks"].items() if score == 1.0}
    return {
        "files": len(names) or len(files),
        "left_out": {} if names else reasons(noop["left_out"]),
        "run": len(noop["tasks"]),
        "initialised": noop["initialised"],
        "noop_passes": sorted(passes),
        "noop_infra_error": {name: told for name, told in noop["tasks"].items() if isinstance(told, str)},
        "experts": len(with_expert),
        "infeasible": sum(infeasible(files[name]) for name in with_expert),
        "from_0_to_1": len(passed - passes),
        "expert_failed": {name: score for name, score in expert["tasks"].items() if score != 1.0},
    }


def infeasible(file: TaskFile) -> bool:
    return file.functions == ("infeasible",)


def reasons(left_out: dict[str, str]) -> dict[str, int]:
    """Without what is particular to one task: `needs the live web`, `needs the program code`, `needs files`."""
    kinds = (re.split("[:,]", reason)[0] for reason in left_out.values())
    return dict(Counter(re.sub(r"\d+ files?", "files", kind) for kind in kinds).most_common())


def needing(tasks_dir: Path, mirror: Path) -> list[str]:
    """The tasks for which the mirror has documents."""
    ids = {folder.name for folder in mirror.iterdir() if folder.is_dir()}
    return [file.name for file in read_tasks(tasks_dir) if file.id in ids]


def measured(options: argparse.Namespace, out: Path) -> dict[str, Any]:
    office = osworld = stand_ins = None
    if not options.no_office:
        folder = out / "tasks"
        write_office(folder)
        office = proved(folder / "tasks", folder / "assets", (), out / "office", options.devices)
    if options.tasks_dir:
        osworld = proved(options.tasks_dir, None, (), out / "osworld", options.devices)
    if options.stand_ins:
        names = needing(options.tasks_dir, options.stand_ins)
        stand_ins = proved(options.tasks_dir, options.stand_ins, names, out / "stand_ins", options.devices)
    return {
        "benchmark": "osworld",
        "devices": options.devices,
        "office": office,
        "osworld": osworld,
        "stand_ins": stand_ins,
        "machine": machine(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks-dir", type=Path, metavar="DIR", help="OSWorld's evaluation_examples")
    parser.add_argument("--stand-ins", type=Path, metavar="DIR", help="a mirror of stand-in documents, for --tasks-dir")
    parser.add_argument("--no-office", action="store_true", help="without the tasks of our own")
    parser.add_argument("--devices", type=int, default=2)
    parser.add_argument("--out", type=Path, help="keeps the runs there (default: they are removed)")
    options = parser.parse_args()
    if options.stand_ins and not options.tasks_dir:
        parser.error("--stand-ins needs --tasks-dir")
    if options.out:
        print(json.dumps(measured(options, options.out)))
        return 0
    with tempfile.TemporaryDirectory(prefix="farm-bench-osworld-") as folder:
        print(json.dumps(measured(options, Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
