"""The restated suite as a whole."""

from __future__ import annotations

import os
import subprocess
import sys

_TASKS = """
from dataclasses import asdict
from gui_agent.benchmarks.androidworld.tasks import SUITE
from gui_agent.benchmarks.androidworld.tasks.markor_delete import MarkorDeleteNewestNote
for template in SUITE.templates:
    for seed in range(5):
        task = template.task(SUITE.name, seed)
        print(asdict(task), template.notes(task) if isinstance(template, MarkorDeleteNewestNote) else "")
"""


def test_seed_is_the_same_task_in_every_process() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", _TASKS],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for seed in ("1", "2")
    ]
    assert len(said[0]) == 116 * 5
    assert [one for one, other in zip(*said, strict=True) if one != other] == []
