"""Language models as policies: histories, several servers, sampled tokens, models in this process."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from fake_suite import SUITE, CountTo, fake_source, run
from test_policy_openai import clicks_then_done, completion, serving, template_of

from device_farm.config import load_config
from device_farm.errors import ConfigError, PrerequisiteError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Point, Size
from device_farm.types.trajectory import Episode, PolicyFailed, Scored
from gui_agent.config import RunConfig
from gui_agent.history.actions import ActionsHistory
from gui_agent.history.config import HistoryConfig, history_of
from gui_agent.history.images import ImagesHistory
from gui_agent.history.summary import SummaryHistory
from gui_agent.models.prompt import ChatPrompt, ImagePart
from gui_agent.models.scripted import ScriptedModel, text_of
from gui_agent.policies.chat import ChatPolicy
from gui_agent.policies.chat_loader import chat_settings
from gui_agent.policies.config import OpenAiConfig, PolicyConfig, TransformersConfig, VllmConfig
from gui_agent.policies.loader import load_policy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment

CONFIGS = Path(__file__).parents[2] / "configs"


async def played(policy: Any, *, count: int = 3) -> Episode:
    source = await fake_source(1)
    async with policy, source.lease("android") as device:
        task = CountTo().task(SUITE.name, 0, {"count": count})
        return await EpisodeRunner(policy, template_of).run(device, Assignment(task=task))


def scripted(model: ScriptedModel, **changes: Any) -> ChatPolicy:
    return ChatPolicy("scripted", model, chat_settings(OpenAiConfig(model="m", **changes)))


MOBILE = dialect_by_name("mobile_use")
SPACE = CoordinateSpace.resized(Size(64, 128))


def pressing(count: int, *, summary: bool = False) -> ScriptedModel:
    """Presses Add until it was called `count` times, and ends; it may write a summary before."""
    calls: list[ChatPrompt] = []

    def script(prompt: Any) -> dict[str, float]:
        calls.append(prompt)
        done = len(calls) > count
        x, y = SPACE.to_model(Point(32, 52))
        values = {"action": "terminate", "status": "success"} if done else {"action": "click", "coordinate": [x, y]}
        call = json.dumps({"name": "mobile_use", "arguments": values})
        head = f"<summary>pressed {len(calls)} times</summary>\n" if summary else ""
        return {f"{head}I press.\n<tool_call>\n{call}\n</tool_call>": 1.0}

    return ScriptedModel(script)


def seen(model: ScriptedModel) -> list[ChatPrompt]:
    prompts = [prompt for prompt in model.prompts if isinstance(prompt, ChatPrompt)]
    assert len(prompts) == len(model.prompts)
    return prompts


def images_of(prompt: ChatPrompt) -> list[ImagePart]:
    return [part for message in prompt.messages for part in message.parts if isinstance(part, ImagePart)]


def solved(episode: Episode) -> bool:
    return isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0


@pytest.mark.parametrize("images", [1, 2, 3, 32])
def test_history_of_images_shows_the_last_ones(images: int) -> None:
    model = pressing(4)
    assert solved(run(played(scripted(model, images=images), count=4)))
    prompts = seen(model)
    assert [len(images_of(prompt)) for prompt in prompts] == [min(images, turn) for turn in range(1, 6)]
    assert all(image.data for prompt in prompts for image in images_of(prompt))
    assert [sum(message.role == "assistant" for message in prompt.messages) for prompt in prompts] == [*range(5)]


def test_history_of_actions_shows_lines_and_one_screen() -> None:
    model = pressing(2)
    assert solved(run(played(scripted(model, history={"mode": "actions"}), count=2)))
    last = seen(model)[-1]
    assert (len(images_of(last)), len(last.messages)) == (1, 2)
    assert "Actions so far:\n1. " in text_of(last)
    assert text_of(last).count('"click"') == 2 + 1  # and once in the system prompt


def test_history_of_actions_keeps_to_its_budget() -> None:
    model = pressing(4)
    assert solved(run(played(scripted(model, history={"mode": "actions", "budget": 50}), count=4)))
    assert "(3 earlier actions are not shown)\n4. " in text_of(seen(model)[-1])


@pytest.mark.parametrize("images", [1, 2])
def test_history_of_summaries_shows_the_last_one(images: int) -> None:
    model = pressing(2, summary=True)
    episode = run(played(scripted(model, history={"mode": "summary", "images": images}), count=2))
    assert solved(episode)
    turn = episode.steps[0].turn
    assert turn is not None and turn.thought == "I press."
    first, _, last = seen(model)
    assert "between <summary> and </summary>" in text_of(first) and "Your summary so far" not in text_of(first)
    assert "Your summary so far:\npressed 2 times" in text_of(last) and "pressed 1" not in text_of(last)
    assert len(images_of(last)) == images


def test_summaries_in_structured_replies_are_refused() -> None:
    with pytest.raises(ConfigError, match="no place for a summary") as caught:
        load_policy(OpenAiConfig(model="m", structured=True, history=HistoryConfig(mode="summary")), template_of)
    assert caught.value.field == "policy.structured"


@pytest.mark.parametrize(
    ("section", "history"),
    [
        (HistoryConfig(), ImagesHistory(images=2, budget=8192 + 1280)),
        (HistoryConfig(images=4, budget=99), ImagesHistory(images=4, budget=99)),
        (HistoryConfig(mode="actions"), ActionsHistory(budget=2048)),
        (HistoryConfig(mode="summary", images=1, budget=9), SummaryHistory(images=1, budget=9)),
    ],
)
def test_history_section(section: HistoryConfig, history: Any) -> None:
    assert history_of(section, image_tokens=1280) == history


def test_images_is_short_for_those_of_the_history() -> None:
    assert OpenAiConfig.model_validate({"model": "m", "images": 5}).history == HistoryConfig(images=5)
    both = OpenAiConfig.model_validate({"model": "m", "images": 5, "history": {"mode": "summary", "images": 1}})
    assert both.history == HistoryConfig(mode="summary", images=5)
    again = OpenAiConfig.model_validate(both.model_dump())
    assert again == both


def test_bad_images_and_history_name_their_key() -> None:
    for assignment, field in (
        ("images=0", "history.images"),
        ('history="all"', "history"),
        ("history.mode=x", "history.mode"),
    ):
        with pytest.raises(ConfigError, match=rf"policy\.openai\.{field}"):
            load_config(RunConfig, overrides=["policy.type=openai", "policy.model=m", f"policy.{assignment}"])


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("vllm-*.toml")), ids=lambda path: path.stem)
def test_shipped_configs_load_a_policy(path: Path) -> None:
    config = load_config(RunConfig, paths=[path])
    images = tomllib.loads(path.read_text())["policy"]["images"]
    assert isinstance(config.policy, OpenAiConfig) and config.policy.history.images == images
    policy = load_policy(config.policy, template_of)
    assert (policy.name, policy.dialect) == ("openai", config.policy.dialect)


def test_replies_that_do_not_parse_stay_in_the_history() -> None:
    good = pressing(0)

    def script(prompt: Any) -> dict[str, float]:
        text = text_of(prompt)
        return {"hm": 1.0} if "could not be read" not in text else dict(good._script(prompt))

    model = ScriptedModel(script)
    run(played(scripted(model, history={"mode": "actions"})))
    assert "1. (a reply that could not be read)" in text_of(seen(model)[1])


def test_sampled_tokens_are_stored_with_each_step() -> None:
    episode = run(played(scripted(pressing(2), logprobs=True), count=2))
    turn = episode.steps[0].turn
    assert turn is not None
    assert bytes(turn.token_ids[:-1]).decode() == turn.text
    assert len(turn.logprobs) == len(turn.token_ids) and all(logprob == 0 for logprob in turn.logprobs)


def test_seed_of_a_run_gives_each_reply_its_own() -> None:
    def seeds(seed: int) -> list[int]:
        async def scenario() -> list[int]:
            async with serving(clicks_then_done(2)) as server:
                values = {"base_url": f"http://127.0.0.1:{server.port}/v1", "model": "m", "seed": seed}
                await played(load_policy(OpenAiConfig.model_validate(values), template_of), count=2)
                return [request["seed"] for request in server.requests]

        return run(scenario())

    first = seeds(1)
    assert len(set(first)) == 3 and all(0 <= seed < 2**31 for seed in first)
    assert seeds(1) == first and not set(seeds(2)) & set(first)


def several(*ports: int, **changes: Any) -> OpenAiConfig:
    urls = tuple(f"http://127.0.0.1:{port}/v1" for port in ports)
    return OpenAiConfig.model_validate({"model": "m", "base_urls": urls, "backoff_s": 0.001, **changes})


def test_calls_are_spread_over_servers() -> None:
    def done(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        return clicks_then_done(0)(body, index)

    async def scenario() -> None:
        async with serving(done, delay_s=0.05) as first, serving(done, delay_s=0.05) as second:
            source = await fake_source(6)
            async with load_policy(several(first.port, second.port, concurrency=2), template_of) as policy:

                async def one(seed: int) -> Episode:
                    async with source.lease("android") as device:
                        assignment = Assignment(task=CountTo().task(SUITE.name, seed))
                        return await EpisodeRunner(policy, template_of).run(device, assignment)

                await asyncio.gather(*(one(seed) for seed in range(6)))
            assert (len(first.requests), len(second.requests)) == (3, 3)
            assert max(first.most_in_flight, second.most_in_flight) <= 2

    run(scenario())


def test_server_that_dies_in_an_episode_is_replaced_by_another() -> None:
    def dying(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        return (500, "gone", {}) if index else (200, completion("<action>" + PRESS + "</action>"), {})

    PRESS = json.dumps({"action": "click", "coordinate": list(SPACE.to_model(Point(32, 52)))})

    def living(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        return clicks_then_done(2)(body, index)

    async def scenario() -> None:
        async with serving(dying) as first, serving(living) as second:
            episode = await played(load_policy(several(first.port, second.port), template_of), count=3)
            assert solved(episode)
            # The least busy one is the first; it fails once, and rests.
            assert (len(first.requests), len(second.requests)) == (2, 3)

    run(scenario())


def test_all_servers_dead_is_a_policy_error_never_a_reward() -> None:
    episode = run(played(load_policy(several(1, 1, retries=1), template_of)))
    assert isinstance(episode.outcome, PolicyFailed) and "127.0.0.1:1" in episode.outcome.message


def test_bad_address_among_several_is_named() -> None:
    config = OpenAiConfig(model="m", base_urls=("http://127.0.0.1:1/v1", "gpu2:8000"))
    with pytest.raises(ConfigError, match="gpu2:8000") as caught:
        load_policy(config, template_of)
    assert caught.value.field == "policy.base_urls"


@pytest.mark.parametrize("config", [TransformersConfig(model="m"), VllmConfig(model="m")], ids=lambda each: each.type)
def test_model_in_process_says_what_it_lacks_or_loads(config: PolicyConfig) -> None:
    needed = {"transformers": "transformers", "vllm": "vllm"}[config.type]
    try:
        __import__(needed)
    except ImportError:
        with pytest.raises(PrerequisiteError, match="(?i)" + needed) as caught:
            run(played(load_policy(config, template_of)))
        assert "pip install" in caught.value.fix
    else:
        policy = load_policy(config, template_of)
        assert (policy.name, policy.dialect) == (config.type, "mobile_use")


def test_transformers_models_are_not_constrained() -> None:
    with pytest.raises(ConfigError, match="not constrained") as caught:
        load_policy(TransformersConfig(model="m", structured=True), template_of)
    assert caught.value.field == "policy.structured"


def test_tiny_vision_model_plays_an_episode(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="transformers is not installed")
    sys.path.insert(0, str(Path(__file__).parents[1] / "learning"))
    from tiny_transformers import tiny_model

    folder = tiny_model("qwen2_5_vl", tmp_path)
    config = TransformersConfig(
        model=str(folder), device="cpu", max_tokens=4, logprobs=True, malformed_limit=9, max_pixels=56 * 112
    )
    episode = run(played(load_policy(config, template_of)))
    assert episode.provenance.policy == "transformers"
    turns = [step.turn for step in episode.steps]
    assert len(turns) == 8 and all(turn is not None and len(turn.token_ids) == len(turn.logprobs) for turn in turns)
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 0.0


def test_model_of_text_is_told_the_elements() -> None:
    def script(prompt: Any) -> dict[str, float]:
        found = re.search(r"'Add' at \[(\d+), (\d+)\]", text_of(prompt))
        assert found is not None
        done = sum(message.role == "assistant" for message in prompt.messages) == 2
        at = [int(found[1]), int(found[2])]
        values = {"action": "terminate", "status": "success"} if done else {"action": "click", "coordinate": at}
        call = json.dumps({"name": "mobile_use", "arguments": values})
        return {f"<tool_call>\n{call}\n</tool_call>": 1.0}

    model = ScriptedModel(script)
    assert solved(run(played(scripted(model, sees="elements"), count=2)))
    assert not any(images_of(prompt) for prompt in seen(model))


def test_tiny_text_model_plays_an_episode(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="transformers is not installed")
    sys.path.insert(0, str(Path(__file__).parents[1] / "learning"))
    from tiny_transformers import tiny_model

    folder = tiny_model("text", tmp_path)
    config = TransformersConfig(model=str(folder), device="cpu", max_tokens=4, malformed_limit=9, sees="elements")
    episode = run(played(load_policy(config, template_of)))
    assert isinstance(episode.outcome, Scored) and len(episode.steps) == 8
