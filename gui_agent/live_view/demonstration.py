"""From what a person did to an episode: text typed key by key as one action, waits where something was waited for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from device_farm.types.action import Action, TypeText, Wait
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Step
from gui_agent.policies.human import LOOK

_MAX_WAIT_S: Final = 30.0
"""A longer pause is the person's own, not the device's."""


def joined(before: Action | None, after: Action | None) -> TypeText | None:
    """One action for two of typing in a row; None where they are not both that."""
    if isinstance(before, TypeText) and isinstance(after, TypeText):
        return TypeText(text=before.text + after.text)
    return None


def typed_as_one(steps: Iterable[Step]) -> tuple[Step, ...]:
    """`steps` with every unbroken row of `type` steps as one step: the screen before the first key, the whole text, the
    times added up, the indices counted anew.

    Only text joins text. Any other action in between ends the row, a correction by the backspace key as well; so does a
    step that the device refused.
    """
    rows: list[Step] = []
    for step in steps:
        last = rows[-1] if rows else None
        text = None if last is None or last.error or step.error else joined(last.action, step.action)
        if last is not None and text is not None:
            rows[-1] = replace(
                last,
                action=text,
                decide_ms=last.decide_ms + step.decide_ms,
                act_ms=last.act_ms + step.act_ms,
            )
        else:
            rows.append(step)
    return tuple(replace(step, index=index) for index, step in enumerate(rows))


def with_waits(steps: Sequence[Step]) -> tuple[Step, ...]:
    """`steps` with every look as a wait of the time that the person took, where something was waited for: another
    window or application was in front afterwards, or at the very beginning the screen was not finished yet. Elsewhere
    it is left out: the step after it has the look's screen, and gets its `decide_ms`. Waits are rounded up to tenths of
    a second, and at most 30 s.
    """
    kept: list[Step] = []
    decide_ms = 0.0
    for index, step in enumerate(steps):
        if step.action != LOOK:
            kept.append(replace(step, decide_ms=step.decide_ms + decide_ms))
            decide_ms = 0.0
        elif index + 1 < len(steps) and _waited_for(step.observation, steps[index + 1].observation, begins=index == 0):
            waited_s = min(_MAX_WAIT_S, math.ceil(step.decide_ms / 100) / 10)
            kept.append(replace(step, action=Wait(duration_s=waited_s)))
        else:
            decide_ms += step.decide_ms
    return tuple(replace(step, index=index) for index, step in enumerate(kept))


def _waited_for(before: Observation, after: Observation, *, begins: bool) -> bool:
    if before.foreground != after.foreground:
        return True
    one, other = before.screenshot, after.screenshot
    return begins and one is not None and other is not None and one.digest != other.digest


def demonstration(episode: Episode, task: Task) -> Episode:
    """`episode` as a demonstration of `task`, with its budgets, widened where the person needed more."""
    steps = typed_as_one(with_waits(episode.steps))
    budgets = replace(
        episode.task,
        max_steps=max(task.max_steps, len(steps)),
        time_budget_s=max(task.time_budget_s, float(math.ceil(episode.wall_s))),
    )
    return replace(episode, steps=steps, task=budgets)
