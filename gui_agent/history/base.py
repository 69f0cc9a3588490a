"""The past of an episode as prompts see it, and the port that makes prompts of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from device_farm.types.action import Action
from device_farm.types.geometry import Size
from device_farm.types.ui_tree import UiTree
from gui_agent.models.prompt import ImagePart, Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """One turn that is over: the screen, what the model said (or what was put in its place), and what was done.

    `reply` is in the model's dialect and may hold a thought. `action` is None where the reply did not parse. `summary`
    is the semantic context that the model wrote in this turn, "" where it writes none. `note` is what the model was
    told with the screen: a refused action, an unreadable reply.
    """

    screen: ImagePart
    reply: str
    action: Action | None = None
    thought: str = ""
    summary: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a prompt may be made of: the goal, the past, oldest first, and the screen to decide on.

    `tree` is that screen's elements where they are known, `note` what else the model is told with it. `native` is the
    device's screen, in whose pixels actions are; None where the image itself has that size.
    """

    goal: str
    past: tuple[PastTurn, ...]
    screen: ImagePart
    note: str = ""
    tree: UiTree | None = None
    native: Size | None = None


class PromptBuilder(Protocol):
    """Pure: the same scene gives the same prompt. Shared by all rollouts."""

    def build(self, scene: Scene) -> Prompt: ...
