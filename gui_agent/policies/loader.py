"""From a config section to a policy: the only place that knows them all."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, assert_never

from device_farm.errors import ConfigError, DataError
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.policies.base import Policy
from gui_agent.policies.config import (
    ExpertConfig,
    HumanConfig,
    ImportedPolicyConfig,
    MiniConfig,
    NoopConfig,
    OpenAiConfig,
    PolicyConfig,
    RandomConfig,
    ReplayConfig,
    TransformersConfig,
    VllmConfig,
)
from gui_agent.store.reader import RunReader, final_attempts


def load_policy(config: PolicyConfig, template_of: Callable[[Task], TaskTemplate]) -> Policy:
    """The policy of `config`, not entered. Each one's own dependencies are imported only when it is asked for.

    Raises:
        ConfigError: a dialect, an API key, a run or an import path does not exist; names the key.
        PrerequisiteError: a package that the policy needs is missing.
    """
    match config:
        case NoopConfig():
            from gui_agent.policies.noop import NoopPolicy

            return NoopPolicy()
        case RandomConfig(seed=seed):
            from gui_agent.policies.random import RandomPolicy

            return RandomPolicy(seed)
        case ExpertConfig():
            from gui_agent.policies.expert import ExpertPolicy

            return ExpertPolicy(template_of)
        case HumanConfig():
            fix = "farm watch DEVICE --record DIR"
            raise ConfigError("a person acts in a browser, not in a run", field="--policy", fix=fix)
        case ReplayConfig(run=run):
            from gui_agent.policies.replay import ReplayPolicy

            return ReplayPolicy(_stored_episodes(Path(run)))
        case MiniConfig(weights=weights, history=history):
            from gui_agent.policies.mini import MiniPolicy

            return MiniPolicy(weights, history=history)
        case OpenAiConfig() | TransformersConfig() | VllmConfig():
            from gui_agent.policies.chat_loader import load_chat_policy

            return load_chat_policy(config)
        case ImportedPolicyConfig():
            return _imported(config)
        case _:
            assert_never(config)


def _stored_episodes(run: Path) -> Callable[[str], Episode | None]:
    try:
        stored = [entry.episode for entry in RunReader(run).episodes()]
    except DataError as error:
        raise ConfigError(str(error), field="policy.run") from error
    by_task = {episode.task.id: episode for episode in final_attempts(stored)}
    return by_task.get


def _imported(config: ImportedPolicyConfig) -> Policy:
    module, colon, attribute = config.import_path.partition(":")
    if not colon or not module or not attribute:
        raise ConfigError(f"{config.import_path!r} is not MODULE:CALLABLE", field="policy.import_path")
    try:
        factory: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"cannot import {config.import_path!r}: {error}", field="policy.import_path") from error
    try:
        policy = factory(**config.options)
    except TypeError as error:
        raise ConfigError(f"{config.import_path} refused its options: {error}", field="policy.options") from error
    for member in ("name", "dialect", "start", "__aenter__", "__aexit__"):
        if not hasattr(policy, member):
            message = f"{config.import_path} returned no Policy: it has no {member!r}"
            raise ConfigError(message, field="policy.import_path")
    return policy  # type: ignore[no-any-return]
