"""Config sections of the policies: a union discriminated by `type`. Importing it loads no policy."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from device_farm.config import ConfigModel
from gui_agent.history.config import HistoryConfig
from gui_agent.models.config import DType


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


class HumanConfig(ConfigModel):
    """A person, who acts through `farm watch`."""

    type: Literal["human"] = "human"


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


class ChatConfig(ConfigModel):
    """What all policies have that ask a language model. `images` is short for `history.images`.

    Replies are in `dialect`, their coordinates in pixels of the resized image or relative, in thousandths. `history`
    says what of the past the model sees. `max_pixels` and `min_pixels` bound the resized image, whose sides are
    multiples of `patch_px` (28 for Qwen2-VL and Qwen2.5-VL, 32 for Qwen3-VL). With a `seed`, each reply has one of its
    own. `sees` elements: a model of text, which is told the screen's elements in place of its image. `structured`
    constrains replies to the dialect's JSON schema. `malformed_limit` replies in a row that do not
    parse end the episode. `logprobs` stores the ids and log-probabilities of each step's sampled tokens.
    """

    model: str = Field(min_length=1)
    dialect: str = "mobile_use"
    coordinates: Literal["resized", "relative"] = "resized"
    history: HistoryConfig = HistoryConfig()
    sees: Literal["screens", "elements"] = "screens"
    image_format: Literal["png", "jpeg"] = "png"
    min_pixels: int = Field(default=56 * 56, ge=28 * 28)
    max_pixels: int = Field(default=14 * 14 * 4 * 1280, ge=28 * 28)
    patch_px: int = Field(default=28, ge=1)
    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=512, ge=1)
    seed: int | None = Field(default=None, ge=0)
    structured: bool = False
    logprobs: bool = False
    malformed_limit: int = Field(default=3, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _images_of_the_history(cls, values: Any) -> Any:
        if not isinstance(values, dict) or "images" not in values:
            return values
        history = values.get("history", {})
        if isinstance(history, HistoryConfig):
            history = history.model_dump()
        rest = {key: value for key, value in values.items() if key != "images"}
        return {**rest, "history": {**history, "images": values["images"]} if isinstance(history, dict) else history}


class OpenAiConfig(ChatConfig):
    """A model behind OpenAI-compatible servers, such as vLLM. `base_urls` names several in place of `base_url`; all of
    them serve the same model: calls are spread over them, and one that fails rests for `rest_s` while others work.

    The key is read from the environment variable that `api_key_env` names ("" for servers without one). `concurrency`
    bounds the calls in flight at each address, `timeout_s` one call, `retries` how often a failed call is made again,
    the waits doubling from `backoff_s`. `token_ids` asks vLLM for the ids of tokens where `logprobs` is on.
    """

    type: Literal["openai"] = "openai"
    base_url: str = "http://127.0.0.1:8000/v1"
    base_urls: tuple[str, ...] = ()
    api_key_env: str = ""
    concurrency: int = Field(default=16, ge=1)
    timeout_s: float = Field(default=120.0, gt=0)
    retries: int = Field(default=4, ge=0)
    backoff_s: float = Field(default=0.5, ge=0)
    rest_s: float = Field(default=10.0, ge=0)
    token_ids: bool = True


class TransformersConfig(ChatConfig):
    """A model in this process: `model` is a local folder or a hub name, `adapter` a LoRA folder laid over it ("" none).

    `device` auto takes the first GPU, else the CPU. Up to `batch` replies are sampled together, of the calls that come
    within `window_ms` of the first; a prompt with its reply has at most `max_context` tokens.
    """

    type: Literal["transformers"] = "transformers"
    adapter: str = ""
    device: str = "auto"
    dtype: DType = "auto"
    batch: int = Field(default=8, ge=1)
    window_ms: float = Field(default=5.0, ge=0)
    max_context: int = Field(default=16_384, ge=1)


class VllmConfig(ChatConfig):
    """vLLM's engine in this process; `options` go to `vllm.LLM` as they are."""

    type: Literal["vllm"] = "vllm"
    dtype: DType = "auto"
    batch: int = Field(default=64, ge=1)
    window_ms: float = Field(default=5.0, ge=0)
    max_context: int = Field(default=16_384, ge=1)
    tensor_parallel: int = Field(default=1, ge=1)
    memory_share: float = Field(default=0.9, gt=0, le=1)
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


class ImportedPolicyConfig(ConfigModel):
    """A policy from outside: `import_path` is `module:callable`, called with `options`, returning a Policy."""

    type: Literal["import"] = "import"
    import_path: str
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


PolicyConfig: TypeAlias = Annotated[
    NoopConfig
    | RandomConfig
    | ExpertConfig
    | HumanConfig
    | ReplayConfig
    | MiniConfig
    | OpenAiConfig
    | TransformersConfig
    | VllmConfig
    | ImportedPolicyConfig,
    Field(discriminator="type"),
]
POLICY_NAMES = ("noop", "random", "expert", "replay", "mini", "openai", "transformers", "vllm", "import")
