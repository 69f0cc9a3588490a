"""Language models asked for more than one action: on the screen they decided on, and on imagined ones behind it."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pytest
from fake_suite import SUITE, CountTo, fake_source, run
from test_policy_chat import images_of, played, scripted, seen, solved

from device_farm.errors import PolicyError
from device_farm.types.action import Action, Click, SystemButton, Terminate
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point, Rect, Size
from gui_agent.lookahead.config import CopyLookaheadConfig
from gui_agent.lookahead.loader import with_lookahead
from gui_agent.models.scripted import ScriptedModel, text_of
from gui_agent.policies.chat import ChatPolicy, ChatSession
from world_model.imagination.likelihood import likelihoods
from world_model.imagination.types import Proposal, View
from world_model.sketch.observed import sketch_of
from world_model.sketch.sketch import Sketch, SketchLine

SPACE = CoordinateSpace.resized(Size(64, 128))
ADD, SWITCH = Point(32, 52), Point(32, 76)
BACK = SystemButton(button="back")
BEHIND = Sketch(
    screen=Size(64, 128), lines=(SketchLine(label="button", text="Imagined button", box=Rect(4, 20, 60, 40)),)
)


def says(**values: Any) -> str:
    return f"I act.\n<tool_call>\n{json.dumps({'name': 'mobile_use', 'arguments': values})}\n</tool_call>"


def taps(at: Point) -> str:
    return says(action="click", coordinate=list(SPACE.to_model(at)))


def model_of(weights: dict[str, float]) -> ScriptedModel:
    return ScriptedModel(lambda prompt: weights)


def proposed(policy: ChatPolicy, count: int, *paths: tuple[Action, ...]) -> list[Proposal]:
    """What a session proposes on the real screen, or on `BEHIND` after each path, once it has decided."""

    async def ask() -> list[Proposal]:
        source = await fake_source(1)
        async with policy, source.lease("android") as device:
            task = CountTo().task(SUITE.name, 0, {"count": 2})
            session = await policy.start(task, device.info)
            observation = await device.observe()
            await session.decide(observation)
            real = View(sketch=sketch_of(observation), path=(), goal=task.goal, platform="android")
            views = [View(sketch=BEHIND, path=path, goal=task.goal, platform="android") for path in paths]
            return [await session.propose(view, count) for view in (views or [real])]

    return run(ask())


def test_alternatives_are_sampled_and_counted() -> None:
    model = model_of({taps(ADD): 0.6, taps(SWITCH): 0.3, "no action at all": 0.1})
    (found,) = proposed(scripted(model), 40)
    votes = Counter(found.actions)
    assert set(votes) == {Click(at=ADD), Click(at=SWITCH)} and sum(votes.values()) < 40
    assert found.actions[0] == Click(at=ADD) and votes[Click(at=ADD)] > votes[Click(at=SWITCH)] > 0
    shares = likelihoods(found, BEHIND)
    assert sorted(shares.values()) == pytest.approx(
        sorted(math.log(count / sum(votes.values())) for count in votes.values())
    )
    assert len(seen(model)) == 2 and seen(model)[0] == seen(model)[1]  # the decision's own prompt, asked again
    assert found.spent.completion_tokens > 40


def test_a_seed_gives_the_same_alternatives_and_not_the_decided_reply_again() -> None:
    weights = {taps(Point(32, y)): 1.0 for y in range(20, 120, 2)}
    first, again = (proposed(scripted(model_of(weights), seed=5), 3)[0] for _ in range(2))
    assert first.actions == again.actions
    other = proposed(scripted(model_of(weights), seed=6), 3)[0]
    assert other.actions != first.actions


def test_one_reply_says_nothing_of_its_likelihood() -> None:
    (found,) = proposed(scripted(model_of({taps(ADD): 0.6, taps(SWITCH): 0.4})), 1)
    assert found.actions == (Click(at=ADD),) and found.logprobs == ()


def test_replies_that_do_not_parse_are_no_proposals() -> None:
    model = ScriptedModel(lambda prompt: {"gibberish": 1.0})
    (found,) = proposed(scripted(model), 3)
    assert not found.actions and not found.logprobs and found.spent.completion_tokens > 0


def test_on_an_imagined_screen_the_model_sees_it_and_its_own_action() -> None:
    model = model_of({taps(ADD): 1.0})
    proposed(scripted(model, images=2), 1, (Click(at=SWITCH),), (Click(at=SWITCH), BACK))
    real, first, second = seen(model)
    assert [len(images_of(prompt)) for prompt in (real, first, second)] == [1, 2, 2]
    assert images_of(first)[0] == images_of(real)[0] and images_of(first)[1] != images_of(real)[0]
    assert images_of(second) == [images_of(first)[1]] * 2  # both imagined
    x, y = SPACE.to_model(SWITCH)
    assert f'"coordinate": [{x}, {y}]' in text_of(first) and '"back"' not in text_of(first).partition("I ")[0][-200:]
    said = [message for message in second.messages if message.role == "assistant"]
    assert len(said) == 2 and "click" in str(said[0].parts) and "Back" in str(said[1].parts)


def test_a_model_of_text_reads_the_imagined_elements() -> None:
    model = model_of({taps(ADD): 1.0})
    proposed(scripted(model, sees="elements"), 1, (Click(at=SWITCH),))
    real, imagined = seen(model)
    assert "Imagined button" in text_of(imagined) and "Imagined button" not in text_of(real)
    assert not images_of(imagined)


def test_screens_are_proposed_on_in_the_order_of_their_paths() -> None:
    with pytest.raises(PolicyError, match="no screen to propose on"):
        proposed(scripted(model_of({taps(ADD): 1.0})), 1, (Click(at=SWITCH), BACK))


def test_nothing_is_proposed_before_a_decision() -> None:
    model = model_of({taps(ADD): 1.0})
    settings = scripted(model)

    async def ask() -> None:
        source = await fake_source(1)
        async with settings, source.lease("android") as device:
            session = await settings.start(CountTo().task(SUITE.name, 0, {"count": 1}), device.info)
            assert isinstance(session, ChatSession)
            await session.propose(View(sketch=BEHIND, path=(), goal="", platform="android"), 2)

    with pytest.raises(PolicyError, match="no screen"):
        run(ask())


def test_looking_ahead_tries_what_the_model_says_before_what_rules_say() -> None:
    replies = {taps(ADD): 0.5, taps(Point(62, 126)): 0.3, says(action="system_button", button="Back"): 0.2}

    def script(prompt: Any) -> dict[str, float]:
        done = sum(message.role == "assistant" for message in prompt.messages) >= 2
        return {says(action="terminate", status="success"): 1.0} if done else replies

    policy = with_lookahead(scripted(ScriptedModel(script)), CopyLookaheadConfig(depth=1, candidates=3))
    episode = run(played(policy, count=2))
    assert solved(episode) and isinstance(episode.steps[-1].action, Terminate)
    ahead = episode.steps[0].lookahead
    assert ahead is not None and ahead.completion_tokens > 0
    tried = [branch[0].action for branch in ahead.branches]
    assert tried[0] == Click(at=ADD) and set(tried) & {Click(at=Point(62, 126)), BACK}
