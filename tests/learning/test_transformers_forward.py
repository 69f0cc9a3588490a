"""The forward pass of our own against the models' own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
# ruff: noqa: E402 - the imports below need torch

import numpy as np
from tiny_transformers import dialogue, screen, tiny_model

from device_farm.types.geometry import Size
from gui_agent.models.base import Sampling
from gui_agent.models.config import TransformersModelConfig
from gui_agent.models.encoding import patches_of
from gui_agent.models.positions import rope_positions
from gui_agent.models.transformers_forward import hidden_states, padded, token_scores
from gui_agent.models.transformers_model import TransformersModel
from gui_agent.models.transformers_parts import TransformersParts, load_parts
from gui_agent.models.transformers_sampling import sample

KINDS = ("text", "qwen2_5_vl", "qwen3_vl")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TransformersParts]:
    folders = {kind: tiny_model(kind, tmp_path_factory.mktemp(kind)) for kind in KINDS}
    return {
        kind: load_parts(TransformersModelConfig(path=str(folder), device="cpu")) for kind, folder in folders.items()
    }


def prompts_of(parts: TransformersParts) -> list[Any]:
    encode = parts.encoder.encode
    if parts.encoder.form is None:
        return [encode(dialogue("click")), encode(dialogue("click the button, then wait"))]
    large = screen(2, Size(120, 80))
    return [
        encode(dialogue("click", screen(1))),
        encode(dialogue("the", large, screen(1))),
        encode(dialogue("no image")),
    ]


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("kind", KINDS)
def test_hidden_states_equal_the_models_own(kind: str, side: Any, loaded: dict[str, TransformersParts]) -> None:
    parts = loaded[kind]
    prompts = prompts_of(parts)
    sequences, mask_NT = padded(parts, prompts, side)
    shown = {image.digest: image for image in (screen(1), screen(2, Size(120, 80)))}
    with torch.no_grad():
        ours_NTH, cache = hidden_states(parts, sequences, mask_NT)
    assert cache is None
    for row, prompt in enumerate(prompts):
        inputs: dict[str, Any] = {"input_ids": torch.from_numpy(prompt.ids_T)[None]}
        if prompt.images:
            patches = [patches_of(shown[image.key], parts.encoder.form)[0] for image in prompt.images]
            inputs["pixel_values"] = torch.from_numpy(np.concatenate(patches))
            inputs["image_grid_thw"] = torch.tensor([(1, *image.grid) for image in prompt.images])
            inputs["mm_token_type_ids"] = (inputs["input_ids"] == parts.encoder.form.token_id).long()
        with torch.no_grad():
            theirs_TH = parts.module.model(**inputs).last_hidden_state[0]
        torch.testing.assert_close(ours_NTH[row][mask_NT[row].bool()], theirs_TH, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_positions_equal_the_models_own(kind: str, loaded: dict[str, TransformersParts]) -> None:
    parts = loaded[kind]
    for prompt in prompts_of(parts)[:2]:
        ids_NT = torch.from_numpy(prompt.ids_T)[None]
        grids = torch.tensor([(1, *image.grid) for image in prompt.images])
        kinds_NT = (ids_NT == parts.encoder.form.token_id).long()
        theirs, _ = parts.module.model.get_rope_index(ids_NT, mm_token_type_ids=kinds_NT, image_grid_thw=grids)
        assert rope_positions(prompt, parts.merge).tolist() == theirs[:, 0].tolist()


def test_positions_by_hand(loaded: dict[str, TransformersParts]) -> None:
    parts = loaded["qwen2_5_vl"]
    prompt = parts.encoder.encode(dialogue("x", screen(1)))  # 64x96 is 3 rows and 2 columns of merged patches
    begin = prompt.starts[0]
    image_AT = rope_positions(prompt, parts.merge)[:, begin : begin + 7]
    assert (image_AT - begin).tolist() == [[0] * 6 + [3], [0, 0, 1, 1, 2, 2, 3], [0, 1, 0, 1, 0, 1, 3]]


def test_token_scores_by_hand(loaded: dict[str, TransformersParts]) -> None:
    """Two equal logits beside one that no reply may hold: each ½, entropy log 2."""

    class Module:
        def get_output_embeddings(self) -> Any:
            return lambda hidden_PH: hidden_PH

    parts = replace(loaded["text"], module=Module(), unsayable=(2,))
    hidden_PH = torch.tensor([[1.0, 1.0, 9.0], [0.0, np.log(3.0), 9.0]])
    logprobs_P, entropies_P = token_scores(parts, hidden_PH, torch.tensor([0, 1]))
    assert torch.allclose(logprobs_P.exp(), torch.tensor([0.5, 0.75]))
    assert torch.allclose(entropies_P, torch.tensor([np.log(2), np.log(4) - 0.75 * np.log(3)]).float())
    hot_P, _ = token_scores(parts, hidden_PH, torch.tensor([0, 1]), temperature=0.5)
    assert torch.allclose(hot_P.exp(), torch.tensor([0.5, 0.9]))
    assert token_scores(parts, hidden_PH[:0], torch.tensor([], dtype=torch.long))[0].shape == (0,)


def test_replies_to_one_prompt_share_its_computation(loaded: dict[str, TransformersParts]) -> None:
    """Its image is seen once and its tokens run through the model once, for the same replies as one by one."""
    parts, seen, widths = loaded["qwen2_5_vl"], [], []
    prompt = dialogue("click", screen(1))
    rule = Sampling(max_tokens=6, temperature=1.0, seed=3)
    hooks = [
        parts.module.model.visual.register_forward_pre_hook(lambda module, given: seen.append(len(given[0]))),
        parts.module.get_decoder().register_forward_pre_hook(
            lambda module, given, named: widths.append(tuple(named["inputs_embeds"].shape[:2])), with_kwargs=True
        ),
    ]

    async def scenario() -> Any:
        async with TransformersModel(lambda: parts, name="tiny", window_s=0.2) as model:
            return await model.generate(prompt, rule, n=4)

    replies = asyncio.run(scenario())
    encoded = parts.encoder.encode(prompt)
    assert seen == [encoded.images[0].pixels_PF.shape[0]]
    assert widths[0] == (1, len(encoded.ids_T)) and set(widths[1:]) == {(4, 1)}
    for hook in hooks:
        hook.remove()
    for index, reply in enumerate(replies):
        (alone,) = sample(parts, [encoded], [replace(rule, seed=3 + index)])
        assert alone.ids == reply.token_ids
        assert np.allclose(alone.logprobs, reply.logprobs, atol=1e-5)


def test_prompts_with_the_same_screen_encode_it_once(loaded: dict[str, TransformersParts]) -> None:
    parts = loaded["qwen3_vl"]
    shared = [parts.encoder.encode(dialogue(text, screen(1), screen(2))) for text in ("click", "the button")]
    sequences, _ = padded(parts, shared, "left")
    assert [image.key for image in sequences.images] == [screen(1).digest, screen(2).digest]


def test_sampling_follows_the_distribution(loaded: dict[str, TransformersParts]) -> None:
    from gui_agent.models.transformers_sampling import _RowSampler

    rows = [Sampling(temperature=1.0, seed=seed) for seed in range(4000)]
    logits_NV = torch.log(torch.tensor([0.0, 0.7, 0.0, 0.3])).expand(4000, 4)
    tokens_N, logprobs_N = _RowSampler(rows, torch.device("cpu"))(logits_NV)
    counts = torch.bincount(tokens_N, minlength=4) / 4000
    assert counts[0] == counts[2] == 0 and abs(float(counts[1]) - 0.7) < 0.03
    assert torch.allclose(logprobs_N.exp(), torch.where(tokens_N == 1, 0.7, 0.3))
