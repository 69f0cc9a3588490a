"""Config sections of the ways to serve a model; `type` says which."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from device_farm.config import ConfigModel

DType: TypeAlias = Literal["auto", "float32", "bfloat16", "float16"]


class OpenAiModelConfig(ConfigModel):
    """A model behind one or several OpenAI-compatible servers, such as vLLM; all of them serve the same model.

    The key is read from the environment variable that `api_key_env` names ("" for servers without one). `concurrency`
    bounds the calls in flight at each address, `timeout_s` one call, `retries` how often a failed call is made again,
    at another address where there is one, the waits doubling from `backoff_s`. An address that failed rests for
    `rest_s` while others work. `token_ids` asks for the ids of prompt and reply by vLLM's own field, which other
    servers refuse; it matters only where log-probabilities are asked for.
    """

    type: Literal["openai"] = "openai"
    base_urls: tuple[str, ...] = Field(default=("http://127.0.0.1:8000/v1",), min_length=1)
    model: str = Field(min_length=1)
    api_key_env: str = ""
    concurrency: int = Field(default=16, ge=1)
    timeout_s: float = Field(default=120.0, gt=0)
    retries: int = Field(default=4, ge=0)
    backoff_s: float = Field(default=0.5, ge=0)
    rest_s: float = Field(default=10.0, ge=0)
    token_ids: bool = True


class AdapterServersConfig(OpenAiModelConfig):
    """vLLM servers of the model that is trained, which are given its LoRA adapters as these change.

    Adapters are written to the folder `adapters`, which the servers must see under the same path ("": a temporary one,
    for servers of this machine); `model` begins their names.
    """

    model: str = Field(default="trained", min_length=1)
    adapters: str = ""


class TransformersModelConfig(ConfigModel):
    """A model in this process. `path` is a local folder or a hub name; `adapter` a LoRA folder laid over it ("" none).

    `device` auto takes the first GPU, else the CPU. Up to `batch` replies are sampled together, of the calls that come
    within `window_ms` of the first.
    """

    type: Literal["transformers"] = "transformers"
    path: str = Field(min_length=1)
    adapter: str = ""
    device: str = "auto"
    dtype: DType = "auto"
    attention: Literal["sdpa", "eager", "flash_attention_2"] = "sdpa"
    batch: int = Field(default=8, ge=1)
    window_ms: float = Field(default=5.0, ge=0)
    max_context: int = Field(default=16_384, ge=1)


class VllmModelConfig(ConfigModel):
    """vLLM's engine in this process. `options` go to `vllm.LLM` as they are."""

    type: Literal["vllm"] = "vllm"
    path: str = Field(min_length=1)
    dtype: DType = "auto"
    max_context: int = Field(default=16_384, ge=1)
    images: int = Field(default=2, ge=0)
    tensor_parallel: int = Field(default=1, ge=1)
    memory_share: float = Field(default=0.9, gt=0, le=1)
    batch: int = Field(default=64, ge=1)
    window_ms: float = Field(default=5.0, ge=0)
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


ModelConfig: TypeAlias = Annotated[
    OpenAiModelConfig | TransformersModelConfig | VllmModelConfig, Field(discriminator="type")
]
