"""Models for these tests: they say what they are told to, and note what they were asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from device_farm.errors import PolicyError
from device_farm.types.action import Action, Click, TypeText
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation, Screenshot, image_digest
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import ModelTurn, Step
from device_farm.types.ui_tree import UiNode, UiTree
from verifier.case import Case
from verifier.port import Part, Picture, Reply, Text

SIZE = Size(100, 200)


def said(decision: str = "success", confidence: str = "high", **more: Any) -> str:
    return json.dumps({"kind": "verdict", "decision": decision, "confidence": confidence, "reason": "seen", **more})


def call(tool: str, **arguments: Any) -> str:
    return json.dumps({"kind": "call", "tool": tool, "arguments": arguments})


def look(*steps: int) -> str:
    return json.dumps({"kind": "look", "steps": list(steps)})


@dataclass(frozen=True)
class Asked:
    system: str
    parts: tuple[Part, ...]
    seed: int | None
    schema: Mapping[str, JsonValue] | None

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def unfenced(self) -> str:
        """What stands outside of the marks that say that text is data."""
        return re.sub(r"\[data from the device.*?\n\[end of data\]", "", self.text, flags=re.DOTALL)

    @property
    def pictures(self) -> list[bytes | None]:
        return [part.screenshot.data for part in self.parts if isinstance(part, Picture)]


@dataclass
class Rehearsed:
    """Says its lines in order, or what `answer` makes of what it is asked; 10 and 3 tokens each time."""

    lines: Sequence[str] = ()
    answer: Callable[[Asked], str] | None = None
    asked: list[Asked] = field(default_factory=list)
    name: str = "rehearsed"

    async def generate(
        self,
        system: str,
        parts: Sequence[Part],
        *,
        max_tokens: int = 512,
        temperature: float = 0.0,
        seed: int | None = None,
        schema: Mapping[str, JsonValue] | None = None,
    ) -> Reply:
        self.asked.append(Asked(system, tuple(parts), seed, schema))
        if self.answer is not None:
            text = self.answer(self.asked[-1])
        elif len(self.asked) > len(self.lines):
            raise PolicyError("the server is gone")
        else:
            text = self.lines[len(self.asked) - 1]
        return Reply(text=text, prompt_tokens=10, completion_tokens=3)


def node(text: str, top: int = 20, *states: str, role: str = "android.widget.TextView") -> UiNode:
    shown = frozenset({"visible", "enabled", *states})
    return UiNode(role=role, bounds=Rect(0, top, 90, top + 10), text=text, states=shown)  # type: ignore[arg-type]


def screen(*nodes: UiNode, app: str = "notes", picture: bytes | None = None) -> Observation:
    tree = UiTree(roots=(UiNode(role="root", bounds=Rect(0, 0, 100, 200), children=nodes),)) if nodes else None
    shot = None if picture is None else Screenshot(digest=image_digest(picture), size=SIZE, data=picture)
    return Observation(
        sequence=0,
        screen=SIZE,
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app=app),
        screenshot=shot,
        ui_tree=tree,
    )


def case_with(
    screens: Sequence[Observation], actions: Sequence[Action] = (), *, goal: str = "Do it.", **more: Any
) -> Case:
    """The last of `screens` is the final one; actions are clicks where none are given."""
    done = list(actions) or [Click(at=Point(5, 25)) for _ in screens[1:]]
    steps = tuple(
        Step(index=at, observation=seen, action=action, turn=ModelTurn(text="", thought="SURELY RIGHT"))
        for at, (seen, action) in enumerate(zip(screens, done, strict=False))
    )
    fields: dict[str, Any] = {"answer": None, "claimed": "success", "stop": "terminated"} | more
    return Case(goal=goal, platform="android", steps=steps, final=screens[-1] if screens else None, **fields)


def three_screens(*, picture: bool = False) -> Case:
    screens = [
        screen(node(f"screen number {at}"), picture=f"pixels {at}".encode() if picture else None) for at in range(3)
    ]
    return case_with(screens, [Click(at=Point(5, 25)), TypeText(text="milk")], answer="42")
