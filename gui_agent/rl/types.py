"""The vocabulary of reinforcement learning here. Axis suffixes on array names: G group, T token, S step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from device_farm.types.action import Action
from gui_agent.matching.base import Match
from gui_agent.models.base import Completion
from gui_agent.models.prompt import Prompt

PatchKind: TypeAlias = Literal["thought_free", "off_policy", "on_policy"]
RolloutEnd: TypeAlias = Literal[
    "finished", "mismatch", "step_budget", "undecided", "timeout", "infra_error", "policy_error"
]
Floats: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutStep:
    """One sampled turn. `prompt` is what the model saw, its own past in it; `completion` what it said.

    `reward` is the step's own. `patched` says that the expert's action took the sample's place in the later history.
    `policy_version` is that of the weights it was sampled from, None where it is the group's.
    """

    index: int
    prompt: Prompt
    completion: Completion
    action: Action | None
    match: Match
    reward: float
    patched: PatchKind | None = None
    policy_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One pass over a trajectory, or one episode on a device. `length` is the expert's number of steps (0: unknown).

    `outcome_reward` is the task's reward where a verifier gave one. Masked from training is what has no verdict: a
    rollout that nobody could judge, that ran out of time, or that the infrastructure or the policy's server broke off;
    `error` says what happened.
    """

    task_id: str
    steps: tuple[RolloutStep, ...]
    end: RolloutEnd
    length: int = 0
    outcome_reward: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All rollouts of one task under one policy version."""

    task_id: str
    rollouts: tuple[Rollout, ...]
    policy_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSample:
    """One response to learn from.

    `response_ids_T` int64; `sampled_logprobs_T` float32, as the sampler gave them (empty for SFT); `advantages_T`
    float32, the weight of each token (1 for SFT); `mask_T` bool, False where a token is not trained on. `trajectory`
    and `step` say which packed sequence it may share: steps of one rollout in order. `prompt_ids` are what the sampler
    made of the prompt, where it says so.
    """

    prompt: Prompt
    response_ids_T: NDArray[np.int64]
    sampled_logprobs_T: NDArray[np.float32]
    advantages_T: NDArray[np.float32]
    mask_T: NDArray[np.bool_]
    trajectory: str = ""
    step: int = 0
    policy_version: int = 0
    prompt_ids: tuple[int, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
