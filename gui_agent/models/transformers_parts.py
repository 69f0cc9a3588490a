"""A transformers model, its tokenizer and its encoder, from a folder or a hub name."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText, AutoTokenizer, GenerationConfig
from transformers.utils import cached_file

from device_farm.errors import ConfigError
from gui_agent.models.config import TransformersModelConfig
from gui_agent.models.encoding import DialogueEncoder, ImageForm

_VISION_MODELS: Final = frozenset({"qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe"})
_CLIP_MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
_CLIP_STD: Final = (0.26862954, 0.26130258, 0.27577711)
"""Of OpenAI's CLIP, which Qwen2-VL's processor defaults to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersParts:
    """All that sampling and scoring need. `unsayable` are placeholder tokens that a reply must not hold; `autocast` is
    what weights kept in float32 are computed in, None for as they are.
    """

    module: Any
    tokenizer: Any
    encoder: DialogueEncoder
    eos_ids: tuple[int, ...]
    pad_id: int
    unsayable: tuple[int, ...] = ()
    autocast: torch.dtype | None = None

    @property
    def device(self) -> torch.device:
        return next(self.module.parameters()).device

    @property
    def merge(self) -> int:
        """Patches a side that become one token; 1 for a model of text."""
        return self.encoder.form.merge if self.encoder.form else 1

    def computing(self) -> contextlib.AbstractContextManager[Any]:
        """The precision to compute in: the same for the sampler and the trainer, or they would disagree."""
        if self.autocast is None:
            return contextlib.nullcontext()
        context: contextlib.AbstractContextManager[Any] = torch.autocast(self.device.type, dtype=self.autocast)
        return context


def load_parts(config: TransformersModelConfig) -> TransformersParts:
    """Raises ConfigError naming `model.path`, or the key that is wrong."""
    try:
        shape = AutoConfig.from_pretrained(config.path)
        tokenizer = AutoTokenizer.from_pretrained(config.path)
    except (OSError, ValueError) as error:
        message = f"cannot load {config.path!r}: {str(error).splitlines()[0]}"
        raise ConfigError(message, field="model.path") from error
    sees = shape.model_type in _VISION_MODELS
    if not sees and getattr(shape, "vision_config", None) is not None:
        message = f"{config.path!r} is a {shape.model_type}; of the models that see, Qwen2-VL to Qwen3-VL are known"
        raise ConfigError(message, field="model.path", fix='serve it with vLLM and use type = "openai"')
    auto = AutoModelForImageTextToText if sees else AutoModelForCausalLM
    module = auto.from_pretrained(config.path, dtype=config.dtype, attn_implementation=config.attention)
    if config.adapter:
        module = _with_adapter(module, config.adapter)
    module = module.to(device_of(config.device)).eval()
    form = image_form(shape, _processor_numbers(config.path)) if sees else None
    return parts_of(module, tokenizer, form)


def parts_of(module: Any, tokenizer: Any, form: ImageForm | None) -> TransformersParts:
    """Of a model that is already here, for a trainer that samples from what it trains."""
    eos = module.generation_config.eos_token_id
    ids = {eos} if isinstance(eos, int) else set(eos or ())
    ids |= {tokenizer.eos_token_id} - {None}
    if not ids:
        raise ConfigError("the tokenizer has no end token", field="model.path")
    if tokenizer.chat_template is None:
        raise ConfigError("the tokenizer has no chat template", field="model.path")
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else min(ids)
    shape = module.config
    media = (getattr(shape, "image_token_id", None), getattr(shape, "video_token_id", None)) if form else ()
    # What a checkpoint recommends (repetition penalty, top-k) would make the log-probabilities those of another policy.
    module.generation_config = GenerationConfig(eos_token_id=sorted(ids), pad_token_id=pad)
    return TransformersParts(
        module=module,
        tokenizer=tokenizer,
        encoder=DialogueEncoder(tokenizer, form),
        eos_ids=tuple(sorted(ids)),
        pad_id=pad,
        unsayable=tuple(each for each in media if each is not None),
    )


def device_of(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.device(name)
    except RuntimeError as error:
        raise ConfigError(f"{name!r} is no device", field="model.device", fix="auto, cpu or cuda:0") from error


def image_form(shape: Any, numbers: dict[str, Any]) -> ImageForm:
    """From a model's config and its processor's settings; what those leave out is as Qwen2-VL's processor has it."""
    size = numbers.get("size") or {}
    vision = shape.vision_config
    mean, std = numbers.get("image_mean") or _CLIP_MEAN, numbers.get("image_std") or _CLIP_STD
    return ImageForm(
        token_id=shape.image_token_id,
        patch_px=int(vision.patch_size),
        merge=int(vision.spatial_merge_size),
        frames=int(vision.temporal_patch_size),
        min_pixels=int(numbers.get("min_pixels") or size.get("shortest_edge") or 56 * 56),
        max_pixels=int(numbers.get("max_pixels") or size.get("longest_edge") or 28 * 28 * 1280),
        mean=(float(mean[0]), float(mean[1]), float(mean[2])),
        std=(float(std[0]), float(std[1]), float(std[2])),
    )


def _processor_numbers(path: str) -> dict[str, Any]:
    """The image processor's settings, from the file of older or of newer releases."""
    for name in ("preprocessor_config.json", "processor_config.json"):
        found = cached_file(path, name, _raise_exceptions_for_missing_entries=False)
        if found is not None:
            data = json.loads(Path(found).read_text("utf-8"))
            numbers: dict[str, Any] = data.get("image_processor", data)
            return numbers
    raise ConfigError(f"{path!r} has no preprocessor_config.json", field="model.path")


def _with_adapter(module: Any, folder: str) -> Any:
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(module, folder).merge_and_unload()
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot load the adapter {folder!r}: {error}", field="model.adapter") from error
