"""The config section of a language model that is trained. Importing it loads no model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from device_farm.config import ConfigModel
from gui_agent.history.config import HistoryConfig
from gui_agent.models.config import DType


class TransformersPolicyConfig(ConfigModel):
    """A transformers model: Qwen2-VL to Qwen3-VL, or a causal model of text, which reads the screen's elements.

    `model` is a local folder or a hub name, `adapter` a LoRA folder merged into it before training ("" none). Replies
    are in `dialect`, their coordinates in pixels of the resized image or relative, in thousandths. `image_min_pixels`
    and `image_max_pixels` bound what the model sees of a screen (0: as its own processor has it).

    `dtype` is what is computed in (`auto`: bfloat16 on a GPU, float32 elsewhere). Trained weights stay in float32 with
    `master_weights`: a step of 1e-6 on a weight of 0.02 is lost in bfloat16. Frozen ones are stored in `dtype`.
    `attention` auto and flex read packed sequences block by block on a GPU; sdpa, from a table of every pair.
    `checkpointing` computes activations again in the backward pass instead of keeping them.

    Up to `batch` replies are sampled together, of the calls that come within `window_ms` of the first; a prompt with
    its reply has at most `max_context` tokens.
    """

    kind: Literal["transformers"]
    model: str = Field(min_length=1)
    adapter: str = ""
    dialect: str = "ui_s1"
    coordinates: Literal["resized", "relative"] = "resized"
    history: HistoryConfig = HistoryConfig()
    image_min_pixels: int = Field(default=0, ge=0)
    image_max_pixels: int = Field(default=0, ge=0)
    image_format: Literal["png", "jpeg"] = "png"
    device: str = "auto"
    dtype: DType = "auto"
    master_weights: bool = True
    attention: Literal["auto", "sdpa", "flex"] = "auto"
    checkpointing: bool = False
    batch: int = Field(default=32, ge=1)
    window_ms: float = Field(default=5.0, ge=0)
    max_context: int = Field(default=16_384, ge=1)
