"""Carries out the actions of a stored episode of the same task, step by step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from device_farm.device import DeviceInfo
from device_farm.errors import PolicyError
from device_farm.types.action import Action, Click, Drag, LongPress, PressKey, Scroll, Swipe, Terminate, TypeText, Wait
from device_farm.types.elements import element_at
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, ModelTurn, Step
from device_farm.types.ui_tree import UiNode, UiTree
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession

PACING: Final = ModelTurn(text="(waits until what the stored step acted on is there)")
"""Marks the waits that a replay adds, on machines whose windows take their own time to open."""
_END: Final = Terminate(status="failure", reason="end of the stored episode")
_PAUSE_S = 0.5
_PAUSES = 8
"""Waits before one action; then it is carried out whatever is in front, as the stored one may have been."""


class ReplaySession(LocalSession):
    def __init__(self, steps: Sequence[Step]) -> None:
        self._left = deque(step for step in steps if step.action is not None)
        self._pauses = _PAUSES

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        if not self._left:
            # An episode that ended on its budget has no terminate; the replay must end all the same.
            return Decision(action=_END)
        if self._pauses > 0 and not _as_it_was(self._left[0], observation):
            self._pauses -= 1
            return Decision(action=Wait(duration_s=_PAUSE_S), turn=PACING)
        self._pauses = _PAUSES
        return Decision(action=self._left.popleft().action)


def _as_it_was(stored: Step, now: Observation) -> bool:
    """Whether the window in front, and the element that `stored` acted on, are what they were then.

    A window comes before its buttons: one that cannot be pressed yet swallows the click. Without a tree of both
    moments the window alone is compared.
    """
    then = stored.observation
    if now.foreground != then.foreground:
        return False
    if stored.action is None or then.ui_tree is None or now.ui_tree is None:
        return True
    return _aim(stored.action, then.ui_tree) == _aim(stored.action, now.ui_tree)


def _aim(action: Action, tree: UiTree) -> tuple[str, str, str] | None:
    """Role, label and content of what `action` acts on in `tree`, without its place; None where that is no element."""
    match action:
        case Click(at=point) | LongPress(at=point) | Scroll(at=point) | Drag(start=point) | Swipe(start=point):
            element = element_at(tree, point)
        case TypeText() | PressKey():
            element = _focused(tree)
        case _:
            return None
    return (element.role, element.label, element.value) if element is not None else None


def _focused(tree: UiTree) -> UiNode | None:
    """The element that takes the keys, of the topmost window that has one."""
    focused = tree.find_all(lambda node: "focused" in node.states)
    return focused[-1] if focused else None


class ReplayPolicy(LocalPolicy):
    """`episode_of` gives the stored episode of a task id, None where there is none."""

    name = "replay"

    def __init__(self, episode_of: Callable[[str], Episode | None]) -> None:
        self._episode_of = episode_of

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ReplaySession:
        episode = self._episode_of(task.id)
        if episode is None:
            raise PolicyError(f"no stored episode of task {task.id}", field="policy.run")
        return ReplaySession(episode.steps)


def replayed_steps(episode: Episode) -> list[Step]:
    """The steps of a replay that stand for stored ones: without added waits and an added end."""
    return [step for step in episode.steps if step.action is not None and step.turn != PACING and step.action != _END]


def pauses_at_most(steps: int) -> int:
    """How many waits a replay of `steps` steps may add."""
    return steps * _PAUSES


def room_for_pauses(task: Task, steps: int) -> Task:
    """`task` with budgets that the waits of a replay of `steps` steps cannot use up."""
    extra = pauses_at_most(steps) + 1
    return replace(task, max_steps=task.max_steps + extra, time_budget_s=task.time_budget_s + extra * 2 * _PAUSE_S)
