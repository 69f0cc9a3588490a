"""Config sections of the policies: a union discriminated by `type`. Importing it loads no policy."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from device_farm.config import ConfigModel


class NoopConfig(ConfigModel):
    """Ends every episode at once."""

    type: Literal["noop"] = "noop"


class RandomConfig(ConfigModel):
    """Seeded random actions on the elements of the screen."""

    type: Literal["random"] = "random"
    seed: int = 0


class ExpertConfig(ConfigModel):
    """The expert of each task template."""

    type: Literal["expert"] = "expert"


class ReplayConfig(ConfigModel):
    """The actions of the episodes stored in the run folder `run`."""

    type: Literal["replay"] = "replay"
    run: str


class MiniConfig(ConfigModel):
    """The miniature: a small learnt policy that is part of the package. `weights` is a file or folder of a training run
    in place of the package's own; without `history` it does not see its own past actions.
    """

    type: Literal["mini"] = "mini"
    weights: str = ""
    history: bool = True


class OpenAiConfig(ConfigModel):
    """A model behind an OpenAI-compatible server, such as vLLM.

    The key is read from the environment variable that `api_key_env` names ("" for servers without one). `images` is
    how many of the last screens the model sees; `max_pixels` and `min_pixels` bound the resized image, whose sides
    are multiples of `patch_px`. `concurrency` bounds the calls in flight, `timeout_s` one call, `retries` how often
    a failed call is made again, the waits doubling from `backoff_s`. `malformed_limit` replies in a row that do not
    parse end the episode. `logprobs` stores the ids and log-probabilities of each step's sampled tokens (vLLM).
    """

    type: Literal["openai"] = "openai"
    base_url: str = "http://127.0.0.1:8000/v1"
    model: str = Field(min_length=1)
    api_key_env: str = ""
    dialect: str = "mobile_use"
    coordinates: Literal["resized", "relative"] = "resized"
    images: int = Field(default=2, ge=1, le=32)
    image_format: Literal["png", "jpeg"] = "png"
    min_pixels: int = Field(default=56 * 56, ge=28 * 28)
    max_pixels: int = Field(default=14 * 14 * 4 * 1280, ge=28 * 28)
    patch_px: int = Field(default=28, ge=1)
    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=512, ge=1)
    structured: bool = False
    logprobs: bool = False
    concurrency: int = Field(default=16, ge=1)
    timeout_s: float = Field(default=120.0, gt=0)
    retries: int = Field(default=4, ge=0)
    backoff_s: float = Field(default=0.5, ge=0)
    malformed_limit: int = Field(default=3, ge=1)


class ImportedPolicyConfig(ConfigModel):
    """A policy from outside: `import_path` is `module:callable`, called with `options`, returning a Policy."""

    type: Literal["import"] = "import"
    import_path: str
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


PolicyConfig: TypeAlias = Annotated[
    NoopConfig | RandomConfig | ExpertConfig | ReplayConfig | MiniConfig | OpenAiConfig | ImportedPolicyConfig,
    Field(discriminator="type"),
]
POLICY_NAMES = ("noop", "random", "expert", "replay", "mini", "openai", "import")
