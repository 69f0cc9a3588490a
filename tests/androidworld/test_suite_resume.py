"""A run of the suite `androidworld` that is killed loses nothing, repeats nothing and leaves no process behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from world_rig import stand_in

from gui_agent.benchmarks.androidworld.catalogue import NAMES
from gui_agent.store.reader import RunReader

TASKS = NAMES[:14]
_WAIT_S = 90.0


def command(python: str, out: Path, *more: str) -> list[str]:
    tasks = ",".join(TASKS)
    base = [sys.executable, "-m", "device_farm.cli.main", "eval", "--suite", "androidworld", "--tasks", tasks]
    flags = ["--policy", "noop", "--seed", "30", "--devices", "2", "--retries", "1"]
    return [*base, *flags, "--androidworld-python", python, "--out", str(out), "--json", *more]


def of_this_test(folder: Path) -> list[str]:
    """Command lines of living processes that name `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words and int(entry.name) != os.getpid():
            found.append(words.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def wait_until(done: object, what: str) -> None:
    assert callable(done)
    deadline_s = time.monotonic() + _WAIT_S
    while not done():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.05)  # noqa: TID251 - waits for another process


def test_run_killed_in_the_middle_is_resumed_without_loss_or_repetition(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {name: {} for name in TASKS})
    out = tmp_path / "run"
    first = subprocess.Popen(command(python, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: out.exists() and len(list(out.glob("episodes/*.a1"))) >= 4, "no episode was stored")
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    stored = {episode.episode.task.id for episode in RunReader(out).episodes()}
    assert 0 < len(stored) < len(TASKS)
    wait_until(lambda: not of_this_test(tmp_path), "a process of the killed run lives on")

    again = subprocess.run(command(python, out, "--resume"), capture_output=True, text=True, check=False, timeout=300)
    assert again.returncode == 0, again.stderr[-2000:]
    said = json.loads(again.stdout.splitlines()[-1])
    assert said["episodes"] == said["success"] == said["initialised"] == len(TASKS)
    assert said["tasks"] == dict.fromkeys(sorted(TASKS), 1.0)
    begun = Counter(
        entry["name"]
        for entry in map(json.loads, (tmp_path / "log.jsonl").read_text("utf-8").splitlines())
        if entry["op"] == "initialize"
    )
    already = {task.split("/")[1] for task in stored}
    assert all(begun[name] == 1 for name in already)
    assert {path.name for path in (out / "androidworld").iterdir()} == {f"{name}_0.json" for name in TASKS}
    assert of_this_test(tmp_path) == []
