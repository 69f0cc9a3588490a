"""A goal in free text: no set-up, no evaluator, no expert."""

from __future__ import annotations

from device_farm.device import Device
from device_farm.errors import PolicyError
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Scored, Undecided
from gui_agent.benchmarks.base import LOOK, Script, TaskTemplate

DEFAULT_MAX_STEPS = 30
_TIME_BUDGET_S = 1800.0


class FreeGoal(TaskTemplate):
    """Its outcome is always undecided: nobody has said what success is."""

    name = "goal"
    goal = "{goal}"
    evaluator = "none"

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored | Undecided:
        return Undecided(reason="a free goal has no evaluator")

    def expert(self, task: Task) -> Script:
        yield LOOK
        raise PolicyError("a free goal has no expert", field="--policy", fix="use --policy openai")


def free_task(goal: str, platform: Platform, seed: int, max_steps: int) -> Task:
    return Task(
        id=f"free/goal/{seed}",
        suite="free",
        template=FreeGoal.name,
        platform=platform,
        goal=goal,
        seed=seed,
        max_steps=max_steps,
        time_budget_s=_TIME_BUDGET_S,
        evaluator=FreeGoal.evaluator,
    )
