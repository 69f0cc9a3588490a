"""What a config file of `farm train world-model` may say. Importing it loads no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from device_farm.config import ConfigModel
from gui_agent.training.config import LoraSection, TrainerConfig
from gui_agent.training.language.config import TransformersPolicyConfig
from world_model.sketcher.orders import Order


class SketcherConfig(ConfigModel):
    """A small predictor from nothing, on one core. `updates` of `samples` transitions; `fixed_share` of the updates are
    in fixed order before matched or transport order begins; a share `word_noise` of the words is taken for none. Of the
    lines seen, `entries` are kept that `least` transitions show; `width`, `layers`, `heads` and `inner` are its size.
    """

    type: Literal["sketcher"] = "sketcher"
    updates: int = Field(default=1500, ge=1)
    samples: int = Field(default=16, ge=1)
    lr: float = Field(default=2e-3, gt=0)
    warmup: int = Field(default=30, ge=1)
    weight_decay: float = Field(default=0.01, ge=0)
    clip_norm: float = Field(default=1.0, gt=0)
    fixed_share: float = Field(default=0.3, ge=0, le=1)
    word_noise: float = Field(default=0.05, ge=0, lt=1)
    width: int = Field(default=64, ge=8)
    layers: int = Field(default=2, ge=1)
    heads: int = Field(default=4, ge=1)
    inner: int = Field(default=128, ge=8)
    entries: int = Field(default=2500, ge=1)
    least: int = Field(default=2, ge=1)


class TextConfig(ConfigModel):
    """Any text model: `policy` is loaded and trained as in `farm train sft`, with `lora` or in full, on `samples`
    transitions an update. It is shown `sketch_tokens` of a screen, estimated, and taught the first `target_tokens` of
    the next one; matched and transport order let it write `max_tokens` first, from `fixed_share` of the updates on. In
    transport order a line is taught at places that have at least `share` of it.
    """

    type: Literal["text"] = "text"
    policy: TransformersPolicyConfig
    trainer: TrainerConfig = TrainerConfig()
    lora: LoraSection | None = None
    samples: int = Field(default=8, ge=1)
    sketch_tokens: int = Field(default=3000, ge=1)
    target_tokens: int = Field(default=4096, ge=1)
    max_tokens: int = Field(default=4096, ge=1)
    fixed_share: float = Field(default=0.3, ge=0, le=1)
    share: float = Field(default=0.05, gt=0, lt=1)


def _type(learner: Any) -> str:
    return str(learner.get("type", "sketcher") if isinstance(learner, Mapping) else learner.type)


LearnerSection: TypeAlias = Annotated[
    Annotated[SketcherConfig, Tag("sketcher")] | Annotated[TextConfig, Tag("text")], Discriminator(_type)
]
"""`type` may be left out of a sketcher."""


class TransitionsConfig(ConfigModel):
    """`path`: a file of `farm export --format transitions`, or the folder, whose training part is taken."""

    path: str = Field(min_length=1)


class WorldModelConfig(ConfigModel):
    """`order` is that of the target's lines: fixed; random at every turn; matched to the model's own prediction; or a
    soft match by optimal transport.
    """

    order: Order = "matched"
    seed: int = Field(default=0, ge=0)
    data: TransitionsConfig
    learner: LearnerSection = SketcherConfig()
