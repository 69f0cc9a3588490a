"""Rollouts on an expert's trajectory with a scripted model, and the samples that come of them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from device_farm.errors import ConfigError, DataError, PolicyError, TransportError
from device_farm.types.action import Action, Click, PressKey, Scroll, TypeText, Wait
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point, Size
from gui_agent.datasets.images import ImageFiles
from gui_agent.datasets.types import ExpertStep, ScreenRef, Trajectory
from gui_agent.history.base import Scene
from gui_agent.matching.base import Match
from gui_agent.matching.strict import StrictMatcher
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Prompt
from gui_agent.models.scripted import ScriptedModel, text_of
from gui_agent.rl.patch import PatchModule
from gui_agent.rl.screens import ResizedScreens, StepScreens, UnreadScreens
from gui_agent.rl.semi_online import SemiOnline, SemiOnlineSettings
from gui_agent.rl.types import Group, Rollout

SCREEN = Size(1000, 2000)
DIALECT = dialect_by_name("ui_s1")
SPACE = CoordinateSpace.exact(SCREEN)


def expert(action: Action, key: str, thought: str = "") -> ExpertStep:
    ref = ScreenRef(key=key, size=SCREEN, source=ImageFiles(Path("nowhere")))
    return ExpertStep(screen=ref, action=action, thought=thought)


PLAN: tuple[Action, ...] = (Click(at=Point(500, 500)), TypeText(text="cat"), Wait(), PressKey(key="enter"))
TASK = Trajectory(
    id="t",
    goal="find a cat",
    steps=tuple(expert(action, f"screen-{i}", f"recorded thought {i}") for i, action in enumerate(PLAN)),
    origin="here",
)
RIGHT = [DIALECT.format(action, f"own thought {i}", SPACE) for i, action in enumerate(PLAN)]
WRONG = DIALECT.format(Click(at=Point(10, 10)), "lost", SPACE)


class Lines:
    """A line a part: the goal, the replies so far, the screen, the note."""

    def build(self, scene: Scene) -> Prompt:
        turns = [Message.of_text("assistant", turn.reply) for turn in scene.past]
        last = Message.of_text("user", "\n".join(part for part in (f"now {scene.screen.digest}", scene.note) if part))
        return ChatPrompt(messages=(Message.of_text("user", scene.goal), *turns, last))


def step_of(prompt: Prompt) -> int:
    assert isinstance(prompt, ChatPrompt)
    return int(text_of(ChatPrompt(messages=prompt.messages[-1:])).splitlines()[0].removeprefix("now screen-"))


def scripted(replies: Mapping[int, str | Mapping[str, float]], *, hinted: str = "", **options: float) -> ScriptedModel:
    """By step of the trajectory; right where nothing else is said. `hinted` answers prompts that tell the action."""

    def script(prompt: Prompt) -> Mapping[str, float]:
        assert isinstance(prompt, ChatPrompt)
        if hinted and "The next action is known" in text_of(prompt):
            return {hinted: 1.0}
        reply = replies.get(step_of(prompt), RIGHT[step_of(prompt)])
        return {reply: 1.0} if isinstance(reply, str) else reply

    return ScriptedModel(script, **options)  # type: ignore[arg-type]


def task_of(
    model: ScriptedModel, patch: PatchModule | None = None, screens: StepScreens | None = None, **settings: object
) -> SemiOnline:
    chosen = SemiOnlineSettings(n=1, patch=patch or PatchModule())
    return SemiOnline(
        model=model,
        builder=Lines(),
        matcher=StrictMatcher(),
        dialect=DIALECT,
        space=lambda step: SPACE,
        screens=screens or UnreadScreens(),
        settings=replace(chosen, **settings),  # type: ignore[arg-type]
    )


def rolled(task: SemiOnline, trajectory: Trajectory = TASK) -> Group:
    return asyncio.run(task.group(trajectory))


def only(group: Group) -> Rollout:
    (rollout,) = group.rollouts
    return rollout


def seen(rollout: Rollout, step: int) -> str:
    prompt = rollout.steps[step].prompt
    assert isinstance(prompt, ChatPrompt)
    return text_of(prompt)


def test_rollout_shows_the_model_its_own_replies() -> None:
    rollout = only(rolled(task_of(scripted({}))))
    assert (rollout.end, rollout.length, [step.reward for step in rollout.steps]) == ("finished", 4, [1.0] * 4)
    assert seen(rollout, 3) == "\n".join(["find a cat", *RIGHT[:3], "now screen-3"])
    assert all(step.completion.token_ids and step.completion.logprobs for step in rollout.steps)


@pytest.mark.parametrize(
    ("epsilon", "end", "steps", "patched"),
    [
        (0, "mismatch", 2, [None, None]),
        (1, "mismatch", 3, [None, "thought_free", None]),
        (2, "finished", 4, [None, "thought_free", "thought_free", None]),
        (math.inf, "finished", 4, [None, "thought_free", "thought_free", None]),
    ],
)
def test_patches_end_at_epsilon(epsilon: float, end: str, steps: int, patched: list[str | None]) -> None:
    rollout = only(rolled(task_of(scripted({1: WRONG, 2: WRONG}), PatchModule(epsilon=epsilon))))
    assert (rollout.end, len(rollout.steps)) == (end, steps)
    assert [step.patched for step in rollout.steps] == patched
    # The wrong samples are still there, with what they said and their low reward.
    wrong = [step for step in rollout.steps if not step.match.exact]
    assert all(step.completion.text == WRONG and step.reward == pytest.approx(0.1) for step in wrong)


def test_patch_stands_in_later_prompts_only() -> None:
    rollout = only(rolled(task_of(scripted({1: WRONG}), PatchModule(epsilon=1))))
    patch = DIALECT.format(PLAN[1], "", SPACE)
    assert patch not in seen(rollout, 1)
    for step in (2, 3):
        assert patch in seen(rollout, step)
        assert WRONG not in seen(rollout, step)
    assert all(patch != step.completion.text for step in rollout.steps)


def test_last_step_is_not_patched() -> None:
    model = scripted({3: WRONG}, hinted=RIGHT[3])
    rollout = only(rolled(task_of(model, PatchModule(kind="on_policy", epsilon=math.inf))))
    assert (rollout.end, rollout.steps[-1].patched, len(model.prompts)) == ("mismatch", None, 4)


def test_off_policy_thought_is_the_recorded_one() -> None:
    rollout = only(rolled(task_of(scripted({1: WRONG}), PatchModule(kind="off_policy"))))
    assert rollout.steps[1].patched == "off_policy"
    assert DIALECT.format(PLAN[1], "recorded thought 1", SPACE) in seen(rollout, 2)


def test_off_policy_thought_comes_from_another_model_where_none_is_recorded() -> None:
    bare = replace(TASK, steps=tuple(replace(step, thought="") for step in TASK.steps))
    thinker = scripted({}, hinted=DIALECT.format(PLAN[1], "another's thought", SPACE))
    rollout = only(rolled(task_of(scripted({1: WRONG}), PatchModule(kind="off_policy", thinker=thinker)), bare))
    assert "another's thought" in seen(rollout, 2)
    alone = only(rolled(task_of(scripted({1: WRONG}), PatchModule(kind="off_policy")), bare))
    assert alone.steps[1].patched == "thought_free"


def test_on_policy_thought_is_asked_for_at_mismatches_only() -> None:
    model = scripted({1: WRONG}, hinted=DIALECT.format(PLAN[1], "now I see", SPACE))
    rollout = only(rolled(task_of(model, PatchModule(kind="on_policy"))))
    assert rollout.steps[1].patched == "on_policy"
    assert DIALECT.format(PLAN[1], "now I see", SPACE) in seen(rollout, 2)
    hinted = [prompt for prompt in model.prompts if isinstance(prompt, ChatPrompt) and "is known" in text_of(prompt)]
    assert (len(model.prompts), len(hinted)) == (5, 1)
    # The hint itself is in no prompt that is trained on.
    assert not any("is known" in seen(rollout, step) for step in range(4))


@pytest.mark.parametrize("hinted", ["nonsense", DIALECT.format(Wait(), "", SPACE)])
def test_patch_without_a_usable_thought_says_that_it_is_thought_free(hinted: str) -> None:
    rollout = only(rolled(task_of(scripted({1: WRONG}, hinted=hinted), PatchModule(kind="on_policy"))))
    assert (rollout.steps[1].patched, rollout.end) == ("thought_free", "finished")


def test_nonsense_is_a_sample_with_no_reward_and_is_patched() -> None:
    rollout = only(rolled(task_of(scripted({0: "???"}))))
    assert (rollout.steps[0].action, rollout.steps[0].reward, rollout.steps[0].patched) == (None, 0.0, "thought_free")
    assert rollout.end == "finished"
    assert "???" not in seen(rollout, 1)


def test_reply_that_only_the_matcher_understands_goes_on_unpatched() -> None:
    @dataclass(frozen=True)
    class Lenient:
        name: str = "lenient"

        def match(self, text: str, predicted: Action | None, expert: ExpertStep) -> Match:
            return Match(format=True, type=True, exact=text == "just wait" or predicted is not None)

    rollout = only(rolled(replace(task_of(scripted({0: "just wait"}), PatchModule(epsilon=0)), matcher=Lenient())))
    assert (rollout.end, rollout.steps[0].action) == ("finished", None)
    assert "just wait" in seen(rollout, 1)


def test_summary_is_the_models_own_also_where_it_was_patched() -> None:
    summaries: list[list[str]] = []

    class Noting(Lines):
        def build(self, scene: Scene) -> Prompt:
            summaries.append([turn.summary for turn in scene.past])
            return Lines.build(self, scene)

    def summary_of(reply: str) -> str:
        return reply.split("own thought ")[1][0] if "own thought" in reply else "lost" if "lost" in reply else ""

    model = scripted({1: WRONG, 2: "???"})
    task = replace(task_of(model, PatchModule(epsilon=math.inf)), builder=Noting(), summary_of=summary_of)
    rolled(task)
    # A reply without a summary leaves the one before in force.
    assert summaries[-1] == ["0", "lost", "lost"]


def test_action_that_the_dialect_cannot_say_ends_the_rollout_with_the_reason() -> None:
    scroll = replace(TASK, steps=(expert(Scroll(at=Point(1, 1), dy=3), "screen-0"), *TASK.steps[1:]))
    rollout = only(rolled(task_of(scripted({})), scroll))
    assert (rollout.end, len(rollout.steps)) == ("mismatch", 1)
    assert "step 0 cannot be patched" in rollout.error


def test_thoughtless_policies_get_their_format_reward_where_told() -> None:
    plain = {i: DIALECT.format(action, "", SPACE) for i, action in enumerate(PLAN)}
    assert [step.reward for step in only(rolled(task_of(scripted(plain)))).steps] == [0.0] * 4
    relaxed = task_of(scripted(plain), thought_required=False)
    assert [step.reward for step in only(rolled(relaxed)).steps] == [1.0] * 4


def test_group_runs_at_once_and_sends_the_common_prompt_once() -> None:
    model = scripted({0: {RIGHT[0]: 0.5, WRONG: 0.5}}, seed=3, delay_s=0.01)
    group = rolled(task_of(model, PatchModule(epsilon=1), n=8))
    assert (len(group.rollouts), model.in_flight_max) == (8, 8)
    assert len(model.prompts) == 1 + 8 * 3
    assert {rollout.steps[0].match.exact for rollout in group.rollouts} == {True, False}


def test_group_with_a_seed_is_the_same_again_and_its_rollouts_differ() -> None:
    coin = {step: {RIGHT[step]: 0.5, WRONG: 0.5} for step in range(4)}
    settings = SemiOnlineSettings(n=6, patch=PatchModule(epsilon=math.inf))
    seeded = replace(settings, sampling=replace(settings.sampling, seed=11))

    def texts() -> list[tuple[str, ...]]:
        group = rolled(replace(task_of(scripted(coin)), settings=seeded))
        return [tuple(step.completion.text for step in rollout.steps) for rollout in group.rollouts]

    assert texts() == texts()
    assert len(set(texts())) > 1


def failing(at: int, error: Exception) -> Callable[[Prompt], Mapping[str, float]]:
    def script(prompt: Prompt) -> Mapping[str, float]:
        if step_of(prompt) == at:
            raise error
        return {RIGHT[step_of(prompt)]: 1.0}

    return script


@pytest.mark.parametrize(
    ("error", "end"), [(PolicyError("dead"), "policy_error"), (TransportError("cut"), "infra_error")]
)
@pytest.mark.parametrize("at", [0, 2])
def test_rollout_that_breaks_off_says_where_and_why(error: Exception, end: str, at: int) -> None:
    group = rolled(task_of(ScriptedModel(failing(at, error)), n=2))
    assert [(rollout.end, len(rollout.steps)) for rollout in group.rollouts] == [(end, at)] * 2
    assert str(error) in group.rollouts[0].error


@pytest.mark.parametrize("at", [0, 2])
def test_wrong_setting_stops_the_run(at: int) -> None:
    with pytest.raises(ConfigError, match="bad"):
        rolled(task_of(ScriptedModel(failing(at, ConfigError("bad")))))


def test_endpoint_that_hangs_ends_the_rollout_in_time() -> None:
    rollout = only(rolled(task_of(scripted({}, delay_s=30), reply_timeout_s=0.05)))
    assert (rollout.end, rollout.steps) == ("policy_error", ())
    assert "0.05 s" in rollout.error


def test_trajectory_without_steps_is_refused() -> None:
    with pytest.raises(DataError, match="no step"):
        rolled(task_of(scripted({})), replace(TASK, steps=()))


@pytest.mark.parametrize("epsilon", [-1, math.nan])
def test_patch_module_refuses_an_epsilon_that_is_none(epsilon: float) -> None:
    with pytest.raises(ConfigError, match=r"patch\.epsilon"):
        PatchModule(epsilon=epsilon)


# Screens


class Counted(ImageFiles):
    reads = 0

    def read(self, key: str) -> bytes:
        Counted.reads += 1
        return ImageFiles.read(self, key)


def test_screens_are_resized_and_read_once_for_all_who_ask(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((40, 20, 3), np.uint8))
    step = ExpertStep(screen=ScreenRef(key="a.png", size=Size(20, 40), source=Counted(tmp_path)), action=Wait())
    screens = ResizedScreens(lambda step: Size(10, 20))

    async def ask() -> list[ImagePart]:
        return list(await asyncio.gather(*(screens.part(step) for _ in range(5))))

    parts = asyncio.run(ask())
    assert (Counted.reads, parts[0].size, len({id(part) for part in parts})) == (1, Size(10, 20), 1)
    decoded = cv2.imdecode(np.frombuffer(parts[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (20, 10, 3)


def test_missing_or_corrupt_screen_breaks_the_rollout_off_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "screen-0").write_bytes(b"no image")
    screens = ResizedScreens(lambda step: SCREEN)
    for source in (ImageFiles(tmp_path), ImageFiles(tmp_path / "gone")):
        step = replace(TASK.steps[0], screen=ScreenRef(key="screen-0", size=SCREEN, source=source))
        rollout = only(rolled(task_of(scripted({}), screens=screens), replace(TASK, steps=(step,))))
        assert rollout.end == "infra_error"
        assert "screen-0" in rollout.error
