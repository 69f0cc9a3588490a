"""Runs of the suite `androidworld` in this process: under AndroidWorld, or under a stand-in that speaks as it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from device_farm.errors import PrerequisiteError
from device_farm.types.trajectory import Episode
from gui_agent.benchmarks.androidworld.settings import AndroidWorldConfig, interpreter
from gui_agent.composition import Plan, make_plan
from gui_agent.config import LimitsConfig, RunConfig
from gui_agent.policies.config import ExpertConfig, NoopConfig, PolicyConfig
from gui_agent.runner.collect import collect
from gui_agent.runner.summary import RunSummary
from gui_agent.store.reader import RunReader, final_attempts

STAND_IN = Path(__file__).with_name("stand_in.py")
ONE_TASK = ("SystemWifiTurnOn",)


def androidworld_python() -> str:
    """AndroidWorld's interpreter; skips (or, where it must be there, fails) with the command that installs it."""
    try:
        return str(interpreter(AndroidWorldConfig()))
    except PrerequisiteError as error:
        if "androidworld" in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail(str(error))
        pytest.skip(f"AndroidWorld is not installed: {error.fix}")


def stand_in(folder: Path, script: dict[str, Any]) -> str:
    """An executable that takes the place of AndroidWorld's interpreter and does what `script` says, by task name."""
    (folder / "script.json").write_text(json.dumps(script), "utf-8")
    path = folder / "python"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "{folder}" "$@"\n', "utf-8")
    path.chmod(0o755)
    return str(path)


def config(python: str, tasks: tuple[str, ...], **more: Any) -> RunConfig:
    """A small run on simulated phones."""
    section = {"python": python, **more.pop("androidworld", {})}
    policy: PolicyConfig = more.pop("policy", NoopConfig())
    values: dict[str, Any] = {"devices": 1, "retries": 0, "seed": 30, "report": False, **more}
    world = AndroidWorldConfig(**section)
    return RunConfig(suite="androidworld", tasks=tasks, policy=policy, androidworld=world, **values)


def run(settings: RunConfig, out: Path, *, resume: bool = False) -> tuple[Plan, RunSummary, dict[str, Episode]]:
    """The plan, the summary and the final episodes by template name."""

    async def scenario() -> tuple[Plan, RunSummary]:
        plan = await make_plan(settings)
        return plan, await collect(plan, out, resume=resume)

    plan, summary = asyncio.run(scenario())
    episodes = final_attempts([stored.episode for stored in RunReader(out).episodes()])
    return plan, summary, {episode.task.template: episode for episode in episodes}


EXPERT = ExpertConfig()
SHORT = LimitsConfig(set_up_s=20, evaluate_s=3)
