"""Policies that keep a past of their own, told that another action was carried out than they wanted."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fake_suite import run
from test_policy_chat import played, scripted, seen, solved

from device_farm.device import DeviceInfo
from device_farm.types.action import Action, Click, LongPress, TypeText
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.task import Task
from device_farm.types.ui_tree import UiNode, UiTree
from gui_agent.critic.policy import CriticPolicy
from gui_agent.models.prompt import TextPart
from gui_agent.models.scripted import ScriptedModel, text_of
from gui_agent.policies.mini import MiniPolicy
from gui_agent.policies.wrapped import Corrigible
from verifier.reward_model.critic import Critique, Proposal
from verifier.reward_model.review import Review

ADD = Point(32, 52)
ON_ADD = Click(at=ADD)
BELOW = Point(32, 63)
WHY = "there is nothing to tap"


def says(action: dict[str, Any], *, summary: str = "") -> str:
    head = f"<summary>{summary}</summary>\n" if summary else ""
    return f"{head}I press.\n<tool_call>\n{json.dumps({'name': 'mobile_use', 'arguments': action})}\n</tool_call>"


def pressing_below(count: int, **more: Any) -> ScriptedModel:
    """Taps below the button `count` times, and ends."""
    calls: list[Any] = []

    def script(prompt: Any) -> dict[str, float]:
        calls.append(prompt)
        if len(calls) > count:
            return {says({"action": "terminate", "status": "success"}, **more): 1.0}
        return {says({"action": "click", "coordinate": [BELOW.x * 1000 // 64, BELOW.y * 1000 // 128]}, **more): 1.0}

    return ScriptedModel(script)


class Instead:
    """A critic that calls every tap wrong and would do something else instead."""

    name = "instead"

    def __init__(self, action: Action) -> None:
        self._action = action

    async def criticise(self, proposal: Proposal) -> Critique:
        if not isinstance(proposal.action, Click) or proposal.action == self._action:
            return Critique(judge=self.name, right=True, confidence=0.5)
        return Critique(judge=self.name, right=False, why=WHY, corrected=self._action, confidence=0.9)


def under(model: ScriptedModel, action: Action = ON_ADD, **changes: Any) -> CriticPolicy:
    return CriticPolicy(scripted(model, coordinates="relative", **changes), Review(Instead(action)))


def test_the_better_action_is_carried_out_and_the_dialogue_tells_it() -> None:
    model = pressing_below(2)
    episode = run(played(under(model), count=2))
    assert solved(episode) and not solved(run(played(scripted(pressing_below(2), coordinates="relative"), count=2)))
    assert [step.action for step in episode.steps[:2]] == [Click(at=ADD)] * 2
    review = episode.steps[0].review
    assert review is not None and (review.chosen, review.critique.why) == ("corrected", WHY)
    assert isinstance(review.proposed, Click) and not Rect(4, 44, 60, 60).contains(review.proposed.at)
    assert episode.provenance.policy == "scripted+critic"
    *_, last = seen(model)
    said = [message.parts for message in last.messages if message.role == "assistant"]
    replies = ["".join(part.text for part in parts if isinstance(part, TextPart)) for parts in said]
    assert len(replies) == 2 and all(WHY in reply and "[507, 410]" in reply for reply in replies)
    assert "not carried out" not in text_of(last)


def test_lines_of_actions_tell_it() -> None:
    model = pressing_below(1)
    run(played(under(model, history={"mode": "actions"}), count=1))
    assert "[507, 410]" in text_of(seen(model)[-1]) and "not carried out" not in text_of(seen(model)[-1])


def test_a_model_that_writes_summaries_is_told_with_the_next_screen() -> None:
    model = pressing_below(1, summary="I pressed below the button")
    run(played(under(model, history={"mode": "summary", "images": 1}), count=1))
    first, last = seen(model)
    assert "In its place this was done" not in text_of(first)
    assert "In its place this was done" in text_of(last) and WHY in text_of(last) and "[507, 410]" in text_of(last)


def test_an_action_that_the_dialect_cannot_say_is_told_in_words() -> None:
    model = pressing_below(1)
    episode = run(played(under(model, Click(at=ADD, button="middle")), count=1))
    assert episode.steps[0].action == Click(at=ADD, button="middle")
    assert "In its place this was done: click at 32,52" in text_of(seen(model)[-1])


def phone(*nodes: UiNode) -> Observation:
    root = UiNode(role="root", bounds=Rect(0, 0, 1080, 2400), app="app", states=frozenset({"visible"}), children=nodes)
    return Observation(
        sequence=0,
        screen=Size(1080, 2400),
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app="app"),
        ui_tree=UiTree(roots=(root,)),
    )


def a_task(goal: str) -> Task:
    return Task(id="t", suite="s", template="T", platform="android", goal=goal, seed=0, max_steps=4, time_budget_s=9.0)


def item(top: int, text: str) -> UiNode:
    states = frozenset({"visible", "enabled", "clickable"})
    box = Rect(0, top, 1080, top + 100)
    return UiNode(role="android.widget.Button", bounds=box, text=text, app="app", states=states)  # type: ignore[arg-type]


@pytest.mark.parametrize("history", [True, False])
def test_the_miniature_remembers_what_was_done(history: bool) -> None:
    task = a_task("Open the settings and turn Wi-Fi on.")
    info = DeviceInfo(id="d", backend="b", platform="android", screen=Size(1080, 2400), image="i")
    shown = phone(item(300, "Settings"), item(600, "Clock"))

    async def told(action: Action | None) -> tuple[tuple[Action, ...], tuple[str, ...]]:
        session = await MiniPolicy(history=history).start(task, info)
        await session.decide(shown)
        if action is not None:
            session.corrected(action, "better")
        return session._actions, session._thoughts

    untold = asyncio.run(told(None))
    assert len(untold[0]) == history
    tapped = asyncio.run(told(Click(at=Point(540, 650))))
    assert tapped == (((Click(at=Point(540, 650)),), ("Clock",)) if history else ((), ()))
    assert asyncio.run(told(TypeText(text="nowhere in the goal"))) == (
        ((TypeText(text="nowhere in the goal"),), ("",)) if history else ((), ())
    )
    assert asyncio.run(told(LongPress(at=Point(540, 350))))[1] == (("Settings",) if history else ())


def test_who_keeps_a_past_can_be_told() -> None:
    task = a_task("Go.")
    info = DeviceInfo(id="d", backend="b", platform="android", screen=Size(64, 128), image="i")
    for policy in (MiniPolicy(), scripted(pressing_below(1))):
        assert isinstance(asyncio.run(policy.start(task, info)), Corrigible)
