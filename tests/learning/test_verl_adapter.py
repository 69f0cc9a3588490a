"""Semi-online advantages on verl's batches, and verl's own registries and data types where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gui_agent.verl.advantage import TurnSettings, turn_advantages, turn_rewards, turns

MASK = np.array([[1, 1, 0, 0, 1, 0], [1, 0, 1, 1, 1, 0]], dtype=np.bool_)


def test_turns_are_the_runs_of_sampled_tokens() -> None:
    assert turns(MASK[0]) == [(0, 2), (4, 5)]
    assert turns(MASK[1]) == [(0, 1), (2, 5)]
    assert turns(np.zeros(3, dtype=np.bool_)) == []
    assert turns(np.ones(3, dtype=np.bool_)) == [(0, 3)]


def test_turn_reward_is_what_stands_up_to_the_next_turn() -> None:
    assert turn_rewards(np.array([0, 1, 2, 0, 0, 4.0]), turns(MASK[0])) == [3, 4]
    assert turn_rewards(np.array([1.0, 1.0]), []) == []


def test_advantages_by_hand() -> None:
    # Row 0: turns 1.0 and 0.1; row 1: 0.1 and 1.0. With full = 1 and gamma = 0.5 the returns are
    # (1 + 0.5 · 0.1, 0.1) and (0.1, 1.0); a group of two always has deviations of half the distance: ±1.
    rewards = np.zeros((2, 6))
    rewards[0, 1], rewards[0, 4] = 1.0, 0.1
    rewards[1, 0], rewards[1, 4] = 0.1, 1.0
    advantages, returns = turn_advantages(rewards, MASK, ["a", "a"], TurnSettings(full=1.0, omega=2.0))
    assert returns.tolist() == [[1.05, 1.05, 0, 0, 0.1, 0], [0.1, 0, 1, 1, 1, 0]]
    # Both episodes have 1.1 in all, so only the steps count, with omega = 2.
    assert advantages == pytest.approx(np.array([[2, 2, 0, 0, -2, 0], [-2, 0, 2, 2, 2, 0]]))


def test_rows_of_other_prompts_are_not_compared_and_a_single_row_gives_nothing() -> None:
    rewards = np.arange(12.0).reshape(2, 6)
    advantages, _ = turn_advantages(rewards, MASK, ["a", "b"])
    assert not advantages.any()
    with pytest.raises(ValueError, match="1 groups"):
        turn_advantages(rewards, MASK, ["a"])


def test_without_a_full_reward_returns_reach_the_end() -> None:
    rewards = np.array([[0, 0, 0, 0, 0, 1.0], [0, 0, 0, 0, 0, 0]])
    advantages, returns = turn_advantages(rewards, MASK, [7, 7], TurnSettings(gamma=0.5))
    assert returns[0].tolist() == [0.5, 0.5, 0, 0, 1, 0]
    assert advantages[0].tolist() == [2, 2, 0, 0, 2, 0]


def test_masked_rollout_counts_for_no_other() -> None:
    rewards = np.zeros((3, 6))
    rewards[0, 5], rewards[1, 5] = 1.0, 0.0
    masked = np.vstack([MASK, np.zeros((1, 6), dtype=np.bool_)])
    advantages, returns = turn_advantages(rewards, masked, ["a"] * 3)
    assert advantages[:2].tolist() == turn_advantages(rewards[:2], MASK, ["a"] * 2)[0].tolist()
    assert not advantages[2].any()
    assert not returns[2].any()


@pytest.fixture(scope="module")
def verl() -> Any:
    return pytest.importorskip("verl", reason="verl is not installed")


def test_verl_computes_the_advantage_of_its_own_batch(verl: Any) -> None:
    import torch
    from omegaconf import OmegaConf
    from verl.trainer.ppo.core_algos import get_adv_estimator_fn
    from verl.trainer.ppo.ray_trainer import compute_advantage

    from gui_agent.verl.estimator import NAME, semi_online_advantage

    assert get_adv_estimator_fn("semi_online") is semi_online_advantage
    rewards = torch.zeros(2, 6)
    rewards[0, 1], rewards[0, 4], rewards[1, 0], rewards[1, 4] = 1.0, 0.1, 0.1, 1.0
    data = verl.DataProto.from_single_dict(
        {
            "token_level_rewards": rewards,
            "response_mask": torch.from_numpy(MASK).long(),
            "uid": np.array(["a", "a"], dtype=object),
        }
    )
    config = OmegaConf.create({"semi_online": {"full": 1.0, "omega": 2}})
    computed = compute_advantage(data, adv_estimator=NAME, config=config)
    assert computed.batch["advantages"].numpy() == pytest.approx(np.array([[2, 2, 0, 0, -2, 0], [-2, 0, 2, 2, 2, 0]]))
    assert computed.batch["returns"][0].tolist() == pytest.approx([1.05, 1.05, 0, 0, 0.1, 0])


def test_wrong_settings_are_refused_by_name(verl: Any) -> None:
    import torch

    from device_farm.errors import ConfigError
    from gui_agent.verl.estimator import semi_online_advantage

    ones = torch.ones(1, 2)
    with pytest.raises(ConfigError, match=r"algorithm\.semi_online: .*gama.*keys are gamma, omega and full"):
        semi_online_advantage(ones, ones, np.array(["a"]), {"semi_online": {"gama": 1}})
    with pytest.raises(ConfigError, match="uid: the batch does not say"):
        semi_online_advantage(ones, ones)


class Server:
    """Stands where verl's inference server does: an expert of few words, who opens the wrong place and ends."""

    def __init__(self, tokenizer: Any, replies: list[str]) -> None:
        self._tokenizer, self._replies = tokenizer, replies
        self.prompts: list[list[int]] = []

    async def generate(self, request_id: str, *, prompt_ids: list[int], **_: Any) -> Any:
        from verl.workers.rollout.replica import TokenOutput

        self.prompts.append(list(prompt_ids))
        ids = [*self._tokenizer.encode(self._replies[len(self.prompts) - 1]), self._tokenizer.eos_token_id]
        return TokenOutput(token_ids=ids, log_probs=[-0.5] * len(ids))


def words_tokenizer() -> Any:
    """A token a byte, and the chat template of Qwen."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    marks = ["<|im_start|>", "<|im_end|>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={text: index for index, text in enumerate([*marks, *letters])}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>", additional_special_tokens=marks)
    tokenizer.chat_template = (
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    return tokenizer


def device_loop(tokenizer: Any, server: Server, address: str, response_length: int) -> Any:
    from omegaconf import OmegaConf
    from verl.experimental.agent_loop.agent_loop import DictConfigWrap

    from gui_agent.verl.agent_loop import DeviceAgentLoop

    rollout = {"prompt_length": 8192, "response_length": response_length}
    config = OmegaConf.create({"actor_rollout_ref": {"rollout": rollout}, "data": {}})
    return DeviceAgentLoop(
        trainer_config=DictConfigWrap(config),
        server_manager=server,
        tokenizer=tokenizer,
        processor=None,
        dataset_cls=None,
        data_config=DictConfigWrap(config.data),
        farm=address,
        screens=False,
    )


REPLIES = [
    '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "wait", "time": 1}}\n</tool_call>',
    '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "terminate", "status": "failure"}}\n</tool_call>',
]


@pytest.mark.parametrize(("room", "trained"), [(8192, True), (60, False)])
def test_device_loop_plays_an_episode_on_a_leased_phone(verl: Any, room: int, trained: bool) -> None:
    import asyncio

    from device_farm.backends.config import SimulatorConfig
    from device_farm.embedded import running_farm
    from device_farm.farm.templates import make_templates
    from device_farm.types.codec.json import dumps
    from device_farm.types.task import Task
    from gui_agent.benchmarks.registry import load_suite

    tokenizer = words_tokenizer()
    server = Server(tokenizer, REPLIES)

    async def play() -> tuple[Task, Any]:
        suite = load_suite("basics")
        (task,) = await suite.plan(1, seed=0, platform="android", names=(), rounds=0)
        templates = await make_templates({"phones": SimulatorConfig(devices=1)})
        async with running_farm(templates) as port:
            loop = device_loop(tokenizer, server, f"127.0.0.1:{port}", room)
            return task, await loop.run({"temperature": 1.0}, extra_info={"task": dumps(task)})

    task, output = asyncio.run(play())
    first = tokenizer.decode(server.prompts[0])
    assert task.goal in first
    assert output.prompt_ids == server.prompts[0]
    assert len(output.response_ids) == len(output.response_mask) == len(output.response_logprobs) <= room
    if not trained:
        assert not any(output.response_mask)
        assert output.extra_fields["reward_extra_info"] == {"outcome": "policy_error"}
        return
    spans = turns(np.array(output.response_mask, dtype=np.bool_))
    said = [tokenizer.decode(output.response_ids[start:end], skip_special_tokens=True) for start, end in spans]
    assert said == REPLIES
    assert server.prompts[1] == (output.prompt_ids + output.response_ids)[: len(server.prompts[1])]
    assert output.reward_score == 0
    assert output.extra_fields["reward_extra_info"] == {"outcome": "scored"}
    assert output.as_dict()["rm_scores"].shape == (len(output.response_ids),)
