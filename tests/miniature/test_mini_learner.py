"""The miniature on the shared recipes: prompts, patches, training that learns and that is resumed exactly."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from device_farm.types.action import Action, Click, LongPress, SystemButton, Terminate, TypeText
from device_farm.types.geometry import Point, Rect
from gui_agent.datasets.types import ExpertStep, ScreenRef, Trajectory
from gui_agent.history.base import PastTurn, Scene
from gui_agent.miniature.config import MiniatureConfig
from gui_agent.miniature.data import prepare, reworded, small_part
from gui_agent.models.base import Sampling
from gui_agent.models.prompt import ScreenPrompt
from gui_agent.rl.patch import hint
from tests.miniature.screens import GOAL, SCREEN, screen

pytest.importorskip("torch")

from gui_agent.miniature.judging import judge_offline
from gui_agent.miniature.learner import MiniBuilder, make_learner
from gui_agent.miniature.training import learner_of, newest_weights, semi_online, train_stage
from gui_agent.rl.screens import UnreadScreens
from gui_agent.training.checkpoint import checkpoints

ACTIONS: tuple[Action, ...] = (
    SystemButton(button="home"),
    LongPress(at=Point(370, 300)),
    Click(at=Point(1030, 100)),
    TypeText(text="42 plums"),
    Terminate(status="success"),
)


class NoPixels:
    def read(self, key: str) -> bytes:
        raise AssertionError(f"{key} was read, though the miniature looks at trees")


def trajectory(number: int = 0, actions: tuple[Action, ...] = ACTIONS, *, success: bool = True) -> Trajectory:
    tree, ref = screen(), ScreenRef(key="s", size=SCREEN, source=NoPixels())
    boxes = {type(LongPress(at=Point(0, 0))): (Rect(0, 200, 1080, 400),)}
    steps = tuple(ExpertStep(screen=ref, action=act, tree=tree, boxes=boxes.get(type(act), ())) for act in actions)
    return Trajectory(id=f"s/Rename/{number}", goal=GOAL, steps=steps, origin="by hand", success=success)


def scene(*past: PastTurn, note: str = "") -> Scene:
    step = trajectory().steps[0]
    shown = asyncio.run(UnreadScreens().part(step))
    return Scene(goal=GOAL, past=past, screen=shown, tree=step.tree, native=SCREEN, note=note)


def test_prompts_hold_what_was_done_and_thought() -> None:
    shown = scene().screen
    past = (
        PastTurn(screen=shown, reply="", action=ACTIONS[2], thought="Rename"),
        PastTurn(screen=shown, reply="nonsense"),
    )
    built = MiniBuilder().build(scene(*past))
    assert isinstance(built, ScreenPrompt)
    assert (built.actions, built.thoughts, built.given) == ((ACTIONS[2],), ("Rename",), None)
    without = MiniBuilder(history=False).build(scene(*past))
    assert isinstance(without, ScreenPrompt) and without.actions == ()


def test_a_hint_gives_the_action_and_other_notes_do_not() -> None:
    learner = make_learner()
    reply = learner.reply(trajectory().steps[2])
    built = MiniBuilder().build(scene(note=hint(reply)))
    assert isinstance(built, ScreenPrompt) and built.given == ACTIONS[2]
    other = MiniBuilder().build(scene(note="the device refused"))
    assert isinstance(other, ScreenPrompt) and other.given is None


def test_demonstrations_that_cannot_be_said_are_left_out_with_the_reason() -> None:
    mute = trajectory(1, (TypeText(text="not in the goal"),))
    found = prepare([trajectory(), mute, trajectory(2, success=False)], thoughts=True)
    assert [one.id for one in found.trajectories] == ["s/Rename/0"]
    assert found.left_out["s/Rename/2"] == "it did not succeed" and "not in the goal" in found.left_out["s/Rename/1"]
    thoughts = [step.thought for step in found.trajectories[0].steps]
    assert thoughts == ["", "amber_cedar.md", "Rename", "", ""]
    assert [step.thought for step in prepare([trajectory()]).trajectories[0].steps] == [""] * 5
    assert "click Rename" in reworded(found.trajectories[0]).steps[2].thought


def test_a_sliders_box_is_no_place_to_hit() -> None:
    tree = screen()
    ref = ScreenRef(key="s", size=SCREEN, source=NoPixels())
    at_end = ExpertStep(screen=ref, action=Click(at=Point(895, 730)), tree=tree, boxes=(Rect(100, 700, 900, 760),))
    one = Trajectory(id="s/Slide/0", goal=GOAL, steps=(at_end,), origin="by hand")
    assert prepare([one]).trajectories[0].steps[0].boxes == ()


def test_the_small_part_has_the_first_seeds_of_every_template() -> None:
    many = [trajectory(number) for number in (10, 2, 0, 9)]
    assert [one.id for one in small_part(many, 2)] == ["s/Rename/0", "s/Rename/2"]


@pytest.mark.parametrize(
    ("kind", "thought"),
    [
        ("thought_free", ""),
        ("on_policy", "Rename"),
        ("off_policy", "Next I should click Rename to get closer to the goal"),
    ],
)
def test_patches_put_their_kind_of_thought_into_the_past(kind: Any, thought: str) -> None:
    config = MiniatureConfig().rl.model_copy(update={"patch": kind, "epsilon": -1, "group": 2})
    shown = prepare([trajectory()], thoughts=True).trajectories[0]
    shown = reworded(shown) if kind == "off_policy" else prepare([trajectory()]).trajectories[0]
    learner = make_learner(seed=5, reference=False)

    async def rolled() -> Any:
        async with learner.model:
            return await semi_online(learner, config, Sampling(temperature=1.0, seed=3)).group(shown)

    for rollout in asyncio.run(rolled()).rollouts:
        last = rollout.steps[-1].prompt
        assert len(rollout.steps) == 5 and isinstance(last, ScreenPrompt)
        # An untrained policy does not hit the third step; the expert's action stands in its place.
        assert rollout.steps[2].patched == kind
        assert (last.actions[2], last.thoughts[2]) == (ACTIONS[2], thought)


def test_imitation_learns_a_demonstration_by_heart(tmp_path: Path) -> None:
    shown = prepare([trajectory()]).trajectories
    config = MiniatureConfig.model_validate(
        {"width": 16, "layers": 1, "sft": {"updates": 120, "samples": 5, "lr": 0.01}}
    )

    async def told() -> Any:
        await train_stage("sft", config, shown, tmp_path)
        learner = learner_of(config, newest_weights(tmp_path), reference=False)
        async with learner.model:
            return await judge_offline(learner, shown)

    judged = asyncio.run(told())
    assert (judged.single_step, judged.whole, judged.sop.tsr, judged.sop.pg) == (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("recipe", ["offline", "semi-online"])
def test_a_resumed_training_has_the_figures_of_an_unbroken_one(recipe: Any, tmp_path: Path) -> None:
    shown = prepare([trajectory(number) for number in range(3)]).trajectories
    settings = {"tasks": 2, "group": 4, "refills": 0, "eta": 0.0, "lr": 0.01}

    def figures(out: Path, *updates: int) -> list[dict[str, Any]]:
        for count in updates:
            rl = {**settings, "updates": 4}
            config = MiniatureConfig.model_validate(
                {"width": 16, "layers": 1, "checkpoint_every": 1, "keep": 9, "rl": rl}
            )
            asyncio.run(train_stage(recipe, config, shown, out))
            if count < 4:
                for folder in checkpoints(out / "checkpoints")[count:]:
                    for file in sorted(folder.rglob("*"), reverse=True):
                        file.unlink() if file.is_file() else file.rmdir()
                    folder.rmdir()
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        return [{name: value for name, value in line.items() if not name.endswith("_s")} for line in lines]

    assert figures(tmp_path / "broken", 2, 4) == figures(tmp_path / "whole", 4)
