from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
# ruff: noqa: E402 - the imports below need torch

import numpy as np
from tiny_transformers import dialogue, screen, tiny_model

from device_farm.errors import ConfigError, PolicyError
from device_farm.types.geometry import Size
from gui_agent.models.base import Sampling
from gui_agent.models.config import TransformersModelConfig
from gui_agent.models.encoding import patches_of
from gui_agent.models.prompt import ChatPrompt
from gui_agent.models.transformers_model import TransformersModel
from gui_agent.models.transformers_parts import load_parts
from gui_agent.models.transformers_sampling import distribution

KINDS = ("text", "qwen2_5_vl", "qwen3_vl")
HOT = Sampling(max_tokens=8, temperature=1.0, seed=5)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: tiny_model(kind, tmp_path_factory.mktemp(kind)) for kind in KINDS}


def served(folder: Path, **changes: Any) -> TransformersModel:
    config = TransformersModelConfig(path=str(folder), device="cpu", dtype="float32")
    return TransformersModel(lambda: load_parts(config), name="tiny", **changes)


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, 100))


def prompts_of(kind: str) -> list[ChatPrompt]:
    if kind == "text":
        return [dialogue("click"), dialogue("click the button, then wait")]
    large = screen(2, Size(120, 80))
    return [dialogue("click", screen(1)), dialogue("the button", screen(1), large), dialogue("no image at all")]


@pytest.mark.parametrize("kind", KINDS)
def test_logprobs_as_sampled_equal_those_of_scoring(kind: str, folders: dict[str, Path]) -> None:
    async def scenario() -> None:
        async with served(folders[kind]) as model:
            for prompt in prompts_of(kind):
                for reply in await model.generate(prompt, HOT, n=2):
                    assert 1 <= len(reply.token_ids) == len(reply.logprobs) <= 8
                    scored = await model.score(prompt, reply.token_ids)
                    assert np.allclose(scored, reply.logprobs, atol=1e-4)
                    assert (reply.finish == "length") == (len(reply.token_ids) == 8 and reply.token_ids[-1] != 2)

    run(scenario())


@pytest.mark.parametrize("kind", KINDS)
def test_reply_in_company_is_the_reply_alone(kind: str, folders: dict[str, Path]) -> None:
    prompts = prompts_of(kind)
    rules = [replace(HOT, max_tokens=3 + index, seed=index, top_p=1 - 0.1 * index) for index in range(len(prompts))]

    async def scenario() -> None:
        async with served(folders[kind], batch=1) as alone, served(folders[kind], window_s=0.2) as together:
            single = [await alone.generate(*each) for each in zip(prompts, rules, strict=True)]
            batch = await asyncio.gather(*(together.generate(*each) for each in zip(prompts, rules, strict=True)))
            for (one,), (other,) in zip(single, batch, strict=True):
                assert one.token_ids == other.token_ids
                assert np.allclose(one.logprobs, other.logprobs, atol=1e-4)

    run(scenario())


def test_n_replies_differ_and_come_again_with_the_seed(folders: dict[str, Path]) -> None:
    async def scenario() -> None:
        async with served(folders["text"]) as model:
            first = await model.generate(dialogue("click"), HOT, n=3)
            again = await model.generate(dialogue("click"), HOT, n=3)
            greedy = await model.generate(dialogue("click"), Sampling(max_tokens=4), n=2)
        assert [reply.token_ids for reply in first] == [reply.token_ids for reply in again]
        assert len({reply.token_ids for reply in first}) == 3
        assert greedy[0].token_ids == greedy[1].token_ids and all(value < 0 for value in greedy[0].logprobs)

    run(scenario())


def test_prompt_ids_hold_one_placeholder_for_each_merged_patch(folders: dict[str, Path]) -> None:
    async def scenario() -> None:
        async with served(folders["qwen2_5_vl"]) as model:
            (reply,) = await model.generate(dialogue("click", screen(1), screen(2, Size(112, 56))), HOT)
        parts = load_parts(TransformersModelConfig(path=str(folders["qwen2_5_vl"]), device="cpu"))
        pad = parts.tokenizer.convert_tokens_to_ids("<|image_pad|>")
        # 64x96 becomes 56x84 at 28 pixels a token: 2 * 3. 112x56: 4 * 2.
        assert reply.prompt_token_ids.count(pad) == 6 + 8
        assert reply.prompt_tokens == len(reply.prompt_token_ids)

    run(scenario())


@pytest.mark.parametrize(
    ("kind", "prompt", "error"),
    [
        ("text", dialogue("click", screen(1)), "1 images for a model that takes text only"),
        ("qwen2_5_vl", dialogue("<|image_pad|>", screen(1)), "a text holds the image placeholder"),
        ("qwen2_5_vl", dialogue("click", replace(screen(1), data=b"no", digest="bad")), "cannot be decoded"),
        ("qwen2_5_vl", dialogue("click " * 200), "over 100"),
    ],
)
def test_bad_prompt_fails_alone(kind: str, prompt: ChatPrompt, error: str, folders: dict[str, Path]) -> None:
    async def scenario() -> None:
        async with served(folders[kind], window_s=0.2, max_context=100) as model:
            bad, good = await asyncio.gather(
                model.generate(prompt, HOT), model.generate(dialogue("click"), HOT), return_exceptions=True
            )
        assert isinstance(bad, PolicyError) and error in str(bad)
        assert isinstance(good, tuple) and len(good) == 1

    run(scenario())


def test_scoring_a_placeholder_is_refused(folders: dict[str, Path]) -> None:
    async def scenario() -> None:
        async with served(folders["qwen3_vl"]) as model:
            with pytest.raises(PolicyError, match="cannot be part of a reply"):
                await model.score(dialogue("click", screen(1)), (5,))
            with pytest.raises(PolicyError, match="must be above 0"):
                await model.score(dialogue("click"), (9,), temperature=0.0)

    run(scenario())


def test_model_that_is_not_there_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"model\.path: cannot load"):
        load_parts(TransformersModelConfig(path="/nowhere/model"))


def test_broken_weights_are_an_error_not_a_reply(folders: dict[str, Path]) -> None:
    def broken() -> Any:
        parts = load_parts(TransformersModelConfig(path=str(folders["text"]), device="cpu"))
        with torch.no_grad():
            next(parts.module.parameters()).fill_(math.nan)
        return parts

    async def scenario() -> None:
        async with TransformersModel(broken, name="broken") as model:
            for sampling in (HOT, Sampling(max_tokens=2)):
                with pytest.raises(PolicyError):
                    await model.generate(dialogue("click"), sampling)

    run(scenario())


def test_top_p_keeps_the_smallest_set_that_reaches_it() -> None:
    logits = torch.log(torch.tensor([0.5, 0.3, 0.2]))
    kept = distribution(logits, Sampling(temperature=1.0, top_p=0.7)).exp()
    assert torch.allclose(kept, torch.tensor([0.625, 0.375, 0.0]))
    # At temperature 0.5 the odds are squared: 25 : 9 : 4.
    tempered = distribution(logits, Sampling(temperature=0.5)).exp()
    assert torch.allclose(tempered, torch.tensor([25.0, 9.0, 4.0]) / 38)
    assert torch.allclose(distribution(logits, Sampling()).exp(), torch.tensor([0.5, 0.3, 0.2]))


def test_patches_equal_those_of_the_models_own_processor(folders: dict[str, Path]) -> None:
    processors = pytest.importorskip("transformers.models.qwen2_vl.image_processing_pil_qwen2_vl")
    form = load_parts(TransformersModelConfig(path=str(folders["qwen2_5_vl"]), device="cpu")).encoder.form
    assert form is not None
    image = screen(3, Size(84, 112))  # already of the model's size: the resampling of two libraries differs
    pixels = np.frombuffer(image.data, np.uint8)
    cv2 = pytest.importorskip("cv2")
    rgb = cv2.imdecode(pixels, cv2.IMREAD_COLOR)[:, :, ::-1].copy()
    theirs = processors.Qwen2VLImageProcessorPil(min_pixels=56 * 56, max_pixels=112 * 112)(
        images=[rgb], return_tensors="np", input_data_format="channels_last"
    )
    ours, grid = patches_of(image, form)
    assert (1, *grid) == tuple(theirs["image_grid_thw"][0])
    assert np.allclose(ours, theirs["pixel_values"], atol=1e-5)
