from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from device_farm.errors import ConfigError, PolicyError, PrerequisiteError
from gui_agent.models.base import Sampling
from gui_agent.models.batching import Batcher
from gui_agent.models.config import ModelConfig, OpenAiModelConfig, VllmModelConfig
from gui_agent.models.loader import load_model
from gui_agent.models.prompt import ChatPrompt, Message
from gui_agent.models.vllm_model import VllmModel, VllmParts

SECTION: TypeAdapter[Any] = TypeAdapter(ModelConfig)


def test_type_says_which_section_it_is() -> None:
    assert SECTION.validate_python({"type": "openai", "model": "m"}) == OpenAiModelConfig(model="m")
    assert SECTION.validate_python({"type": "vllm", "path": "p"}) == VllmModelConfig(path="p")
    with pytest.raises(ValidationError):
        SECTION.validate_python({"type": "openai", "model": "m", "base_url": "http://x"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_urls": ("http://a", "b:8000")}, "model.base_urls"),
        ({"api_key_env": "NOT_SET_ANYWHERE"}, "model.api_key_env"),
    ],
)
def test_bad_endpoint_names_its_key(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_model(OpenAiModelConfig(model="m", **changes))
    assert caught.value.field == field


def test_nothing_heavy_is_imported_with_the_port() -> None:
    code = (
        "import sys, gui_agent.models.config, gui_agent.models.loader, gui_agent.models.parity, "
        "gui_agent.models.vllm_model, gui_agent.history.chat\n"
        "sys.exit(', '.join({'torch', 'transformers', 'vllm', 'openai'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(find_spec("vllm") is not None, reason="vllm is installed")
def test_vllm_that_is_missing_is_a_prerequisite_with_the_command() -> None:
    async def scenario() -> None:
        async with load_model(VllmModelConfig(path="p")):
            pass

    with pytest.raises(PrerequisiteError, match="pip install vllm"):
        asyncio.run(scenario())


@dataclass
class FakeLogprob:
    logprob: float


@dataclass
class FakeReply:
    text: str
    token_ids: list[int]
    logprobs: list[dict[int, FakeLogprob]] | None
    finish_reason: str


@dataclass
class FakeOutput:
    prompt_token_ids: list[int]
    outputs: list[FakeReply]


class FakeEngine:
    """Answers with the length of what it was asked; a text "break" breaks it."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def chat(self, messages: list[Any], parameters: list[Any], use_tqdm: bool) -> list[FakeOutput]:
        self.batches.append(len(messages))
        texts = [conversation[0]["content"][0]["text"] for conversation in messages]
        if "break" in texts:
            raise ValueError("the prompt is too long")
        found = [{4: FakeLogprob(-0.5), 5: FakeLogprob(-0.25)}, {5: FakeLogprob(-1.5)}]
        return [
            FakeOutput([1] * len(text), [FakeReply(text, [4, 5], found, "stop")] * n)
            for text, (_, n) in zip(texts, parameters, strict=True)
        ]


def asked(text: str) -> ChatPrompt:
    return ChatPrompt(messages=(Message.of_text("user", text),))


def test_vllm_gives_the_log_probabilities_of_the_sampled_tokens() -> None:
    engine = FakeEngine()
    parts = VllmParts(engine=engine, parameters=lambda sampling, n: (sampling, n))

    async def scenario() -> None:
        async with VllmModel(VllmModelConfig(path="p", window_ms=100.0), load=lambda config: parts) as model:
            one, two = await asyncio.gather(
                model.generate(asked("abc"), Sampling(logprobs=True)), model.generate(asked("de"), Sampling(), n=2)
            )
            assert (len(one), len(two), engine.batches) == (1, 2, [2])
            assert one[0].token_ids == (4, 5) and one[0].logprobs == (-0.5, -1.5)
            assert one[0].prompt_token_ids == (1, 1, 1) and two[1].text == "de"
            with pytest.raises(PolicyError, match="too long"):
                await model.generate(asked("break"), Sampling())
            assert (await model.generate(asked("f"), Sampling()))[0].text == "f"

    asyncio.run(scenario())


def test_batcher_keeps_the_limit_and_skips_who_left() -> None:
    seen: list[list[int]] = []

    def work(items: Sequence[int]) -> list[int]:
        seen.append(list(items))
        return [2 * item for item in items]

    async def scenario() -> None:
        batcher: Batcher[int, int] = Batcher(work, limit=3, window_s=0.05)
        with pytest.raises(PolicyError, match="not entered"):
            await batcher.submit(1)
        batcher.start()
        tasks = [asyncio.create_task(batcher.submit(item)) for item in range(5)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [done[index] for index in (0, 2, 3, 4)] == [0, 4, 6, 8]
        assert isinstance(done[1], asyncio.CancelledError)
        assert seen == [[0, 2], [3, 4]]
        waiting = asyncio.create_task(batcher.submit(9))
        await asyncio.sleep(0.01)  # already gathered, the window still open
        await batcher.close()
        with pytest.raises(PolicyError, match="closed"):
            await waiting

    asyncio.run(scenario())
