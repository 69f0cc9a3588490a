"""What is broken in one task stays there: the desktop is replaced, and the next task is run on it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from played_osworld import interpreter

from device_farm.backends.config import XvfbConfig
from device_farm.backends.xvfb import XvfbBackend
from device_farm.desktop.sandbox import Confinement, probe
from device_farm.errors import PrerequisiteError

_YES = {"func": "is_yes", "result": {"type": "vm_command_line", "command": ["cat", "/home/user/said"]}}
_SAYS = {"type": "execute", "parameters": {"command": "echo yes > /home/user/said", "shell": True}}


def _execute(line: str) -> dict[str, Any]:
    return {"type": "execute", "parameters": {"command": line, "shell": True}}


def _launch(*command: str) -> dict[str, Any]:
    return {"type": "launch", "parameters": {"command": list(command)}}


def _upload(path: str, size: int) -> dict[str, Any]:
    return {"type": "upload", "parameters": {"path": path, "size": size}}


def _write(folder: Path, tasks: dict[str, dict[str, Any]]) -> None:
    for name, parts in tasks.items():
        document = {"id": name, "instruction": "Do it.", "config": [_SAYS], "evaluator": _YES, **parts}
        path = folder / "examples" / "os" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))


async def _farm(folder: Path, *more: str) -> tuple[dict[str, Any], str]:
    """`farm eval` with the stand-in of OSWorld: its last line, and what it said."""
    words = (
        *("eval", "--suite", "osworld", "--tasks-dir", str(folder / "tasks"), "--out", str(folder / "run"), "--json"),
        *("--osworld-python", str(interpreter(folder)), "--policy", "noop", "--devices", "1", "--retries", "0", *more),
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "device_farm.cli.main", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert out.strip(), err.decode()
    summary: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
    return summary, (folder / "run" / "events.jsonl").read_text()


def _demand() -> None:
    try:
        XvfbBackend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail(str(error))
        pytest.skip(str(error))


def test_broken_tasks_are_errors_and_the_others_are_scored(tmp_path: Path) -> None:
    _demand()
    _write(
        tmp_path / "tasks",
        {
            "a-absent": {"config": [_execute("no-such-program-here"), _launch("no-such-program")]},
            "b-unknown": {"evaluator": {**_YES, "func": "no_such_metric"}},
            "c-outside": {"config": [_upload("/etc/../usr/outside", 1)]},
            "d-long": {"config": [_upload("/home/user/" + "n" * 300, 1)]},
            "e-strange": {"config": [_upload("/home/user/$(touch ran); `id`\ttab", 5), _SAYS]},
            "f-whole": {},
        },
    )
    summary, events = asyncio.run(_farm(tmp_path))
    broken = "infra_error"
    assert summary["tasks"] == {
        "b-unknown": broken, "c-outside": broken, "d-long": broken, "e-strange": 1.0, "f-whole": 1.0
    }  # fmt: skip
    assert "no-such-program" in summary["left_out"]["a-absent"]
    for said in ("no metric 'no_such_metric'", "/usr/outside cannot be written", "File name too long"):
        assert said in events, said


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_hung_full_and_silent_desktops_are_replaced(tmp_path: Path) -> None:
    _demand()
    if asyncio.run(probe()).confinement is not Confinement.NAMESPACES:
        pytest.skip("no namespaces here: what is stopped and filled would be this machine's")
    _write(
        tmp_path / "tasks",
        {
            "a-hung": {"config": [_execute("kill -STOP $(pgrep -f /agent.py)")]},
            "b-whole": {},
            "c-full": {"config": [_execute("head -c 9G /dev/zero > ~/fill; true"), _upload("/home/user/new", 1 << 20)]},
            "d-whole": {},
            "e-silent": {"config": [_launch("mousepad", "--version")]},
            "f-whole": {},
        },
    )
    summary, events = asyncio.run(_farm(tmp_path, "--set", "osworld.call_s=40"))
    broken = "infra_error"
    assert summary["tasks"] == {
        "a-hung": broken, "b-whole": 1.0, "c-full": broken, "d-whole": 1.0, "e-silent": broken, "f-whole": 1.0
    }  # fmt: skip
    for said in ("No space left", "no window of a launched program"):
        assert said in events, said
