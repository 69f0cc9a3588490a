"""Models and rollouts of given shapes for `bench_training.py`: random weights, random screens, random replies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch

from device_farm.types.geometry import Size
from gui_agent.models.encoding import DialogueEncoder, ImageForm
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, TextPart
from gui_agent.models.transformers_attention import use_own_attention
from gui_agent.models.transformers_parts import TransformersParts, parts_of
from gui_agent.rl.types import TrainSample
from gui_agent.training.language.export import Source
from gui_agent.training.language.from_config import build_tokenizer
from gui_agent.training.language.policy import TransformersPolicy

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
TEXTS = ["You operate a phone by one action at a time. click swipe type open wait terminate"] * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Of Qwen2.5-VL: language part, then vision tower."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    inner: int
    vocabulary: int
    tied: bool
    eye: int
    eye_layers: int
    eye_heads: int
    eye_inner: int
    full_attention: tuple[int, ...]
    mrope: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`groups` tasks of `n` rollouts of `steps` steps each; prompts show the last `images` screens."""

    groups: int
    n: int
    steps: int
    images: int
    screen: Size
    system: int
    reply: int


_EYE = {"eye": 1280, "eye_layers": 32, "eye_heads": 16, "eye_inner": 3420, "full_attention": (7, 15, 23, 31)}
SHAPES = {
    "miniature": Shape(
        hidden=128,
        layers=4,
        heads=4,
        kv_heads=2,
        inner=512,
        vocabulary=2048,
        tied=True,
        eye=64,
        eye_layers=4,
        eye_heads=4,
        eye_inner=128,
        full_attention=(1, 3),
        mrope=(4, 6, 6),
    ),
    "3b": Shape(
        hidden=2048,
        layers=36,
        heads=16,
        kv_heads=2,
        inner=11008,
        vocabulary=151936,
        tied=True,
        mrope=(16, 24, 24),
        **_EYE,  # type: ignore[arg-type]
    ),
    "7b": Shape(
        hidden=3584,
        layers=28,
        heads=28,
        kv_heads=4,
        inner=18944,
        vocabulary=152064,
        tied=False,
        mrope=(16, 24, 24),
        **_EYE,  # type: ignore[arg-type]
    ),
}


def build_parts(shape: Shape, device: torch.device, dtype: torch.dtype) -> TransformersParts:
    """A model of that shape, with the same random weights each time."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    tokenizer = build_tokenizer(TEXTS, 512)
    token = tokenizer.convert_tokens_to_ids
    text = {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "max_position_embeddings": 65_536,
        "eos_token_id": token("<|im_end|>"),
        "bos_token_id": None,
        "pad_token_id": token("<|endoftext|>"),
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": list(shape.mrope)},
    }
    vision = {
        "depth": shape.eye_layers,
        "hidden_size": shape.eye,
        "intermediate_size": shape.eye_inner,
        "num_heads": shape.eye_heads,
        "out_hidden_size": shape.hidden,
        "fullatt_block_indexes": list(shape.full_attention),
    }
    config = Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=shape.tied,
    )
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with device:
            module: Any = Qwen2_5_VLForConditionalGeneration(config)
    finally:
        torch.set_default_dtype(before)
    form = ImageForm(
        token_id=token("<|image_pad|>"),
        patch_px=14,
        merge=2,
        frames=2,
        min_pixels=56 * 56,
        max_pixels=28 * 28 * 1280,
        mean=MEAN,
        std=STD,
    )
    parts = parts_of(module.train(), tokenizer, form)
    return replace(parts, encoder=DialogueEncoder(tokenizer, form))


def build_policy(parts: TransformersParts, *, packs: bool) -> TransformersPolicy:
    use_own_attention(parts)
    source = Source(path="", dtype=torch.float32, tokenizer=parts.tokenizer)
    return TransformersPolicy(parts, source, packs=packs, max_context=65_536)


def build_samples(load: Load, parts: TransformersParts) -> list[TrainSample]:
    """Rollouts on expert screens: the rollouts of a group see the same screens and differ in what they said."""
    drawn = np.random.default_rng(0)
    unsayable = set(parts.unsayable)
    words = [index for index in range(len(parts.tokenizer)) if index not in unsayable and index > 6]
    samples: list[TrainSample] = []
    for group in range(load.groups):
        screens = [_screen(load.screen, 1000 * group + index) for index in range(load.steps)]
        system = parts.tokenizer.decode(drawn.choice(words, load.system))
        for rollout in range(load.n):
            replies = [drawn.choice(words, load.reply) for _ in range(load.steps)]
            for step in range(load.steps):
                prompt = _prompt(system, screens, [parts.tokenizer.decode(one) for one in replies], step, load.images)
                samples.append(_sample(prompt, replies[step], f"{group}#{rollout}", step, drawn))
    return samples


def _prompt(system: str, screens: list[ImagePart], said: list[str], step: int, images: int) -> ChatPrompt:
    messages = [Message.of_text("system", system)]
    for turn in range(step + 1):
        shown = turn > step - images
        messages.append(Message(role="user", parts=(screens[turn] if shown else TextPart(text="(not shown)"),)))
        if turn < step:
            messages.append(Message.of_text("assistant", said[turn]))
    return ChatPrompt(messages=tuple(messages))


def _sample(prompt: ChatPrompt, reply: Any, trajectory: str, step: int, drawn: np.random.Generator) -> TrainSample:
    return TrainSample(
        prompt=prompt,
        response_ids_T=reply.astype(np.int64),
        sampled_logprobs_T=np.zeros(len(reply), np.float32),
        advantages_T=np.full(len(reply), drawn.normal(), np.float32),
        mask_T=np.ones(len(reply), np.bool_),
        trajectory=trajectory,
        step=step,
    )


def _screen(size: Size, seed: int) -> ImagePart:
    """Flat areas, as user interfaces have them: their PNG decodes as fast as a screenshot's."""
    drawn = np.random.default_rng(seed)
    pixels = np.full((size.height, size.width, 3), 255, np.uint8)
    for _ in range(30):
        x, y = int(drawn.integers(size.width)), int(drawn.integers(size.height))
        colour = tuple(int(value) for value in drawn.integers(0, 256, 3))
        cv2.rectangle(pixels, (x, y), (x + size.width // 4, y + size.height // 16), colour, -1)
    data = cv2.imencode(".png", pixels)[1].tobytes()
    return ImagePart(data=data, media_type="image/png", size=size, digest=hashlib.sha256(data).hexdigest())
