"""From a config section to a policy that asks a language model."""

from __future__ import annotations

import os
from typing import TypeAlias, assert_never

from device_farm.errors import ConfigError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.codec.space import smart_resize
from device_farm.types.geometry import Size
from gui_agent.history.chat import ChatPromptBuilder
from gui_agent.history.config import history_of
from gui_agent.models.base import Model, Sampling
from gui_agent.models.config import OpenAiModelConfig, TransformersModelConfig, VllmModelConfig
from gui_agent.models.loader import load_model
from gui_agent.models.openai_endpoint import OpenAiEndpoint
from gui_agent.policies.chat import ChatPolicy
from gui_agent.policies.chat_settings import ChatSettings
from gui_agent.policies.config import ChatConfig, OpenAiConfig, TransformersConfig, VllmConfig

LanguagePolicyConfig: TypeAlias = OpenAiConfig | TransformersConfig | VllmConfig


def load_chat_policy(config: LanguagePolicyConfig) -> ChatPolicy:
    """Not entered.

    Raises:
        ConfigError: names the key of the section `policy`.
        PrerequisiteError: a package is missing; `fix` installs it.
    """
    return ChatPolicy(config.type, _model(config), chat_settings(config))


def _model(config: LanguagePolicyConfig) -> Model:
    match config:
        case OpenAiConfig():
            return _open_ai(config)
        case TransformersConfig():
            return _transformers(config)
        case VllmConfig():
            return _vllm(config)
        case _:
            assert_never(config)


def chat_settings(config: ChatConfig) -> ChatSettings:
    """Raises ConfigError naming the key of the `policy` section."""
    if config.min_pixels > config.max_pixels:
        raise ConfigError(f"{config.min_pixels} is more than policy.max_pixels", field="policy.min_pixels")
    dialect = dialect_by_name(config.dialect, field="policy.dialect")
    image_tokens = config.max_pixels // config.patch_px**2
    try:
        builder = ChatPromptBuilder(
            dialect=dialect,
            history=history_of(config.history, image_tokens=image_tokens),
            coordinates=config.coordinates,
            structured=config.structured,
            image_tokens=lambda image: image.size.width * image.size.height // config.patch_px**2,
        )
    except ConfigError as error:
        raise ConfigError(error.message, field=f"policy.{error.field}", fix=error.fix) from error

    def image_size(screen: Size) -> Size:
        return smart_resize(screen, factor=config.patch_px, min_pixels=config.min_pixels, max_pixels=config.max_pixels)

    sampling = Sampling(
        max_tokens=config.max_tokens,
        temperature=config.temperature,
        top_p=config.top_p,
        seed=config.seed,
        logprobs=config.logprobs,
        schema=dialect.schema() if config.structured else None,
    )
    return ChatSettings(
        builder=builder,
        image_size=image_size,
        image_format=config.image_format,
        sampling=sampling,
        malformed_limit=config.malformed_limit,
        sees_elements=config.sees == "elements",
    )


def _open_ai(config: OpenAiConfig) -> Model:
    urls, key_name = (config.base_urls, "base_urls") if config.base_urls else ((config.base_url,), "base_url")
    for url in urls:
        if not url.startswith(("http://", "https://")):
            fix = "write for example http://127.0.0.1:8000/v1"
            raise ConfigError(f"{url!r} is no address", field=f"policy.{key_name}", fix=fix)
    key = os.environ.get(config.api_key_env, "") if config.api_key_env else ""
    if config.api_key_env and not key:
        message = f"the environment variable {config.api_key_env} is not set"
        raise ConfigError(message, field="policy.api_key_env", fix=f"export {config.api_key_env}=...")
    served = OpenAiModelConfig(
        base_urls=urls,
        model=config.model,
        concurrency=config.concurrency,
        timeout_s=config.timeout_s,
        retries=config.retries,
        backoff_s=config.backoff_s,
        rest_s=config.rest_s,
        token_ids=config.token_ids,
    )
    return OpenAiEndpoint(served, api_key=key, field=f"policy.{key_name}")


def _transformers(config: TransformersConfig) -> Model:
    """Raises ConfigError, and PrerequisiteError where a package is missing."""
    if config.structured:
        fix = "leave it out; replies that do not parse are told to the model"
        raise ConfigError("a model in this process is not constrained", field="policy.structured", fix=fix)
    return load_model(
        TransformersModelConfig(
            path=config.model,
            adapter=config.adapter,
            device=config.device,
            dtype=config.dtype,
            batch=config.batch,
            window_ms=config.window_ms,
            max_context=config.max_context,
        )
    )


def _vllm(config: VllmConfig) -> Model:
    """Raises PrerequisiteError where vLLM is missing, on entering."""
    return load_model(
        VllmModelConfig(
            path=config.model,
            dtype=config.dtype,
            max_context=config.max_context,
            images=config.history.images,
            tensor_parallel=config.tensor_parallel,
            memory_share=config.memory_share,
            batch=config.batch,
            window_ms=config.window_ms,
            options=config.options,
        )
    )
