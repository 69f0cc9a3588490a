"""Tiny random transformers models with a tokenizer trained on the spot, as folders that load like any checkpoint."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")

try:
    import torchvision  # type: ignore[import-untyped,unused-ignore]  # noqa: F401
except ImportError:
    pass
except RuntimeError:
    # A torchvision built for another torch breaks every import of a model; without one they load.
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    sys.modules["torchvision"] = None  # type: ignore[assignment]
pytest.importorskip("transformers", reason="transformers is not installed")


import cv2
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from device_farm.types.geometry import Size
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, TextPart

_SPECIAL = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
]
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}"
    "{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part.text }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 1024,
}
_VISION = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_heads": 2,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
    "out_hidden_size": 32,
}


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=_SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(["click the button", "the button is clicked"], trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = _TEMPLATE
    return fast


def tiny_model(kind: str, folder: Path) -> Path:
    """`kind` text, qwen2_5_vl or qwen3_vl; the same weights each time."""
    tokenizer = tiny_tokenizer()
    torch.manual_seed(0)
    ids = {token: int(tokenizer.convert_tokens_to_ids(token)) for token in _SPECIAL}
    ends = {"eos_token_id": ids["<|im_end|>"], "bos_token_id": None, "pad_token_id": ids["<|endoftext|>"]}
    if kind == "text":
        model: Any = Qwen2ForCausalLM(Qwen2Config(vocab_size=len(tokenizer), **_TEXT, **ends))
    else:
        model = _vision_model(kind, len(tokenizer), ids, ends)
        size = {"shortest_edge": 56 * 56, "longest_edge": 112 * 112}
        (folder / "preprocessor_config.json").write_text(json.dumps({"size": size}))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _vision_model(kind: str, vocabulary: int, ids: dict[str, int], ends: dict[str, Any]) -> Any:
    from transformers import (
        Qwen2_5_VLConfig,
        Qwen2_5_VLForConditionalGeneration,
        Qwen3VLConfig,
        Qwen3VLForConditionalGeneration,
    )

    rope = {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [2, 3, 3]}
    text = {"vocab_size": vocabulary, **_TEXT, **ends, "rope_parameters": rope}
    media = {
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
    }
    if kind == "qwen2_5_vl":
        vision = {**_VISION, "patch_size": 14, "window_size": 56, "fullatt_block_indexes": [1]}
        return Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(text_config=text, vision_config=vision, **media))
    vision = {**_VISION, "patch_size": 16, "num_position_embeddings": 64, "deepstack_visual_indexes": [0]}
    return Qwen3VLForConditionalGeneration(
        Qwen3VLConfig(text_config={**text, "head_dim": 16}, vision_config=vision, **media)
    )


def screen(seed: int, size: Size | None = None) -> ImagePart:
    size = size or Size(64, 96)
    pixels = np.random.default_rng(seed).integers(0, 256, (size.height, size.width, 3), dtype=np.uint8)
    data = cv2.imencode(".png", pixels)[1].tobytes()
    return ImagePart(data=data, media_type="image/png", size=size, digest=f"{seed}-{size}")


def dialogue(text: str, *images: ImagePart) -> ChatPrompt:
    user = Message(role="user", parts=(TextPart(text=text), *images))
    return ChatPrompt(messages=(Message.of_text("system", "You click."), user))
