"""verl's registry of advantage estimators gets `semi_online`. Importing this registers it.

VERL_USE_EXTERNAL_MODULES=gui_agent.verl.estimator python -m verl.trainer.main_ppo
    algorithm.adv_estimator=semi_online +algorithm.semi_online.gamma=0.5 +algorithm.semi_online.full=1.0
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import torch

from device_farm.errors import ConfigError, PrerequisiteError
from gui_agent.verl.advantage import TurnSettings, turn_advantages

try:
    from verl.trainer.ppo.core_algos import register_adv_est
except ImportError as error:
    fix = "pip install 'gui-agent-farm[verl]'"
    raise PrerequisiteError(f"verl cannot be imported: {error}", field="verl", fix=fix) from error

NAME: Final = "semi_online"


def semi_online_advantage(
    token_level_rewards: torch.Tensor,
    response_mask: torch.Tensor,
    index: np.ndarray[Any, Any] | None = None,
    config: Any = None,
    **_: Any,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Advantages and returns (B, T) of rewards and mask (B, T); `index` (B,) says which rows share a prompt.

    Raises:
        ConfigError: `algorithm.semi_online` holds a key or value that is none, or rows lack the prompt they are of.
    """
    if index is None:
        raise ConfigError("the batch does not say which rows share a prompt", field="uid")
    rewards_BT = token_level_rewards.detach().float().cpu().numpy()
    mask_BT = response_mask.detach().cpu().numpy().astype(np.bool_)
    advantages_BT, returns_BT = turn_advantages(rewards_BT, mask_BT, index.tolist(), _settings(config))
    like: dict[str, Any] = {"dtype": torch.float32, "device": token_level_rewards.device}
    return torch.as_tensor(advantages_BT, **like), torch.as_tensor(returns_BT, **like)


def _settings(config: Any) -> TurnSettings:
    section = (config.get(NAME) if config is not None else None) or {}
    if not isinstance(section, Mapping) and not hasattr(section, "items"):
        raise ConfigError(f"{section!r} is no table", field=f"algorithm.{NAME}")
    values: dict[str, Any] = dict(section.items())
    try:
        return TurnSettings(**values)
    except TypeError as error:
        fix = "keys are gamma, omega and full"
        raise ConfigError(f"{values}: {error}", field=f"algorithm.{NAME}", fix=fix) from error


register_adv_est(NAME)(semi_online_advantage)
