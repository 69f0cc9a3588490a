"""From a config section to a model: the only place that knows them all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, assert_never

from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.models.base import Model
from gui_agent.models.config import ModelConfig, OpenAiModelConfig, TransformersModelConfig, VllmModelConfig

if TYPE_CHECKING:
    from gui_agent.models.openai_endpoint import OpenAiEndpoint

_TRANSFORMERS = "pip install torch transformers"


def load_model(config: ModelConfig) -> Model:
    """The model of `config`, not entered. Each one's own dependencies are imported only when it is asked for.

    Raises:
        ConfigError: an address or an API key is not there; names the key.
        PrerequisiteError: a package is missing; `fix` installs it.
    """
    match config:
        case OpenAiModelConfig():
            return open_ai_endpoint(config)
        case TransformersModelConfig():
            return _transformers(config)
        case VllmModelConfig():
            from gui_agent.models.vllm_model import VllmModel

            return VllmModel(config)
        case _:
            assert_never(config)


def open_ai_endpoint(config: OpenAiModelConfig, *, field: str = "model") -> OpenAiEndpoint:
    """`field` is the section that errors name. Raises ConfigError where an address or the key is bad."""
    from gui_agent.models.openai_endpoint import OpenAiEndpoint

    for url in config.base_urls:
        if not url.startswith(("http://", "https://")):
            fix = "write for example http://127.0.0.1:8000/v1"
            raise ConfigError(f"{url!r} is no address", field=f"{field}.base_urls", fix=fix)
    key = os.environ.get(config.api_key_env, "") if config.api_key_env else ""
    if config.api_key_env and not key:
        message = f"the environment variable {config.api_key_env} is not set"
        raise ConfigError(message, field=f"{field}.api_key_env", fix=f"export {config.api_key_env}=...")
    return OpenAiEndpoint(config, api_key=key, field=f"{field}.base_urls")


def _transformers(config: TransformersModelConfig) -> Model:
    try:
        from gui_agent.models.transformers_model import TransformersModel
        from gui_agent.models.transformers_parts import load_parts
    except ImportError as error:
        raise PrerequisiteError(f"a transformers model needs {error.name}", fix=_TRANSFORMERS) from error
    return TransformersModel(
        lambda: load_parts(config),
        name=config.path,
        batch=config.batch,
        window_s=config.window_ms / 1000,
        max_context=config.max_context,
    )
