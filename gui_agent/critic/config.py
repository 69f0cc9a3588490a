"""Config sections of the critics: a union discriminated by `type`. Importing it loads no critic."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from device_farm.config import ConfigModel
from device_farm.errors import ConfigError
from gui_agent.models.config import ModelConfig


class CriticBase(ConfigModel):
    """What all critics have. A correction that the critic is less than `min_confidence` sure of is not carried out,
    unless a model as second opinion chooses it. `deadline_s` bounds each of the two opinions on a step.
    """

    min_confidence: float = Field(default=0.7, ge=0, le=1)
    deadline_s: float = Field(default=60.0, gt=0)


class RulesCriticConfig(CriticBase):
    """Rules over the UI tree, the goal's words and what was done before; `without` leaves some out, by name.

    `second` rules: a correction must hold up against the rules itself.
    """

    type: Literal["rules"] = "rules"
    without: tuple[str, ...] = ()
    second: Literal["none", "rules"] = "rules"


class ModelCriticConfig(CriticBase):
    """A model as critic. `second` model asks `second_model`, or the same model again where there is no such section.

    Screens are sent as pictures with at most `max_pixels`, their sides multiples of `patch_px`, with coordinates in
    pixels of the resized image or relative, in thousandths; `sees` elements: as text, with those of the device.
    `retries` further tries follow a reply that does not parse. With a `seed`, it is the seed of every reply.
    """

    type: Literal["model"] = "model"
    model: ModelConfig
    second: Literal["none", "rules", "model"] = "model"
    second_model: ModelConfig | None = None
    sees: Literal["screens", "elements"] = "screens"
    coordinates: Literal["resized", "relative"] = "resized"
    max_pixels: int = Field(default=14 * 14 * 4 * 1280, ge=28 * 28)
    patch_px: int = Field(default=28, ge=1)
    max_tokens: int = Field(default=512, ge=1)
    temperature: float = Field(default=0.0, ge=0, le=2)
    seed: int | None = Field(default=None, ge=0)
    retries: int = Field(default=1, ge=0, le=10)

    @model_validator(mode="after")
    def _second_model_is_asked(self) -> ModelCriticConfig:
        if self.second_model is not None and self.second != "model":
            raise ValueError(f"second is {self.second}, so second_model is never asked: leave it out")
        return self


CriticConfig: TypeAlias = Annotated[RulesCriticConfig | ModelCriticConfig, Field(discriminator="type")]
CRITIC_NAMES = ("rules", "model")


def critic_type(name: str) -> str:
    """Raises ConfigError that lists the critics."""
    if name not in CRITIC_NAMES:
        raise ConfigError(f"unknown critic {name!r}", field="--critic", fix=f"one of: {', '.join(CRITIC_NAMES)}")
    return name
