"""A small language model with eyes, made from nothing: weights from a config, tokenizer from texts, no network.

The folder is like any checkpoint: `AutoModelForImageTextToText`, `AutoTokenizer`, vLLM and `[policy] model` take it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch
from tokenizers import (  # type: ignore[import-not-found, unused-ignore]
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    trainers,
)
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from device_farm.errors import DialectError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import CoordinateSpace
from gui_agent.datasets.types import Trajectory
from gui_agent.policies.prompts import first_message, system_prompt

Family: TypeAlias = Literal["text", "qwen2_5_vl", "qwen3_vl"]
_SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}"
    "{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """Widths and depths. `eye` is the vision tower's width, `head` the width of an attention head, both times two;
    `min_pixels` and `max_pixels` bound what the model sees of a screen.
    """

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    inner: int
    eye: int
    eye_layers: int
    eye_heads: int
    vocabulary: int
    min_pixels: int
    max_pixels: int
    context: int = 8192


SHAPES = {
    "tiny": ModelShape(
        hidden=32,
        layers=2,
        heads=2,
        kv_heads=1,
        inner=64,
        eye=32,
        eye_layers=2,
        eye_heads=2,
        vocabulary=1024,
        min_pixels=56 * 56,
        max_pixels=112 * 112,
    ),
    "small": ModelShape(
        hidden=512,
        layers=8,
        heads=8,
        kv_heads=4,
        inner=1536,
        eye=384,
        eye_layers=8,
        eye_heads=6,
        vocabulary=4096,
        min_pixels=56 * 56,
        max_pixels=448 * 1008,
    ),
}
"""`tiny` is for tests, of 0.1 million parameters; `small` is to be trained from pixels on a GPU, about 50 million."""


def build_model(folder: Path, family: Family, shape: ModelShape, texts: Iterable[str], *, seed: int = 0) -> Path:
    """Writes a model with random weights, the same for the same seed, and a tokenizer made of the words of `texts`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = build_tokenizer(texts, shape.vocabulary)
    torch.manual_seed(seed)
    module = build_module(family, shape, tokenizer)
    module.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if family != "text":
        _write_processor(folder, family, shape)
    return folder


def build_tokenizer(texts: Iterable[str], size: int) -> Any:
    """Byte-pair encoding over bytes, so that every text can be said; digits are single tokens, for coordinates."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = _TEMPLATE
    return fast


def build_module(family: Family, shape: ModelShape, tokenizer: Any) -> Any:
    """With random weights of torch's present generator."""
    ids = {token: int(tokenizer.convert_tokens_to_ids(token)) for token in _SPECIAL}
    text: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "max_position_embeddings": shape.context,
        "eos_token_id": ids["<|im_end|>"],
        "bos_token_id": None,
        "pad_token_id": ids["<|endoftext|>"],
    }
    if family == "text":
        return Qwen2ForCausalLM(Qwen2Config(**text, tie_word_embeddings=True))
    return _seeing(family, shape, text, ids)


def _seeing(family: Family, shape: ModelShape, text: dict[str, Any], ids: dict[str, int]) -> Any:
    half = shape.hidden // shape.heads // 2
    rows = half * 3 // 8
    text["rope_parameters"] = {
        "rope_type": "default",
        "rope_theta": 1_000_000.0,
        "mrope_section": [half - 2 * rows, rows, rows],
    }
    vision: dict[str, Any] = {
        "depth": shape.eye_layers,
        "hidden_size": shape.eye,
        "intermediate_size": 3 * shape.eye,
        "num_heads": shape.eye_heads,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": shape.hidden,
    }
    media = {
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
        "tie_word_embeddings": True,
    }
    last = shape.eye_layers - 1
    if family == "qwen2_5_vl":
        vision |= {"patch_size": 14, "window_size": 56, "fullatt_block_indexes": [last // 2, last]}
        return Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=text, vision_config=vision, **media))
    vision |= {"patch_size": 16, "num_position_embeddings": 1024, "deepstack_visual_indexes": [last // 2]}
    text["head_dim"] = shape.hidden // shape.heads
    return Qwen3VLForConditionalGeneration(Qwen3VLConfig(text_config=text, vision_config=vision, **media))


def _write_processor(folder: Path, family: Family, shape: ModelShape) -> None:
    qwen3 = family == "qwen3_vl"
    common = {
        "patch_size": 16 if qwen3 else 14,
        "merge_size": 2,
        "temporal_patch_size": 2,
        "image_mean": [0.5] * 3 if qwen3 else [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.5] * 3 if qwen3 else [0.26862954, 0.26130258, 0.27577711],
        "size": {"shortest_edge": shape.min_pixels, "longest_edge": shape.max_pixels},
    }
    processor = "Qwen3VLProcessor" if qwen3 else "Qwen2_5_VLProcessor"
    video = "Qwen3VLVideoProcessor" if qwen3 else "Qwen2VLVideoProcessor"
    image = {**common, "image_processor_type": "Qwen2VLImageProcessor", "processor_class": processor}
    (folder / "preprocessor_config.json").write_text(json.dumps(image, indent=1) + "\n", "utf-8")
    moving = {**common, "video_processor_type": video, "processor_class": processor}
    (folder / "video_preprocessor_config.json").write_text(json.dumps(moving, indent=1) + "\n", "utf-8")


def texts_of(trajectories: Sequence[Trajectory], dialect: str) -> Iterator[str]:
    """What a tokenizer should know: the prompts and replies of demonstrations."""
    words = dialect_by_name(dialect)
    for trajectory in trajectories:
        yield first_message(trajectory.goal)
        for step in trajectory.steps:
            space = CoordinateSpace.exact(step.screen.size)
            yield system_prompt(words.name, space)
            try:
                yield words.format(step.action, step.thought, space)
            except DialectError:
                continue
