"""From a group of rollouts to samples with an advantage on each token (UI-S1, arXiv 2509.11543, section 3.3).

    paper:      A(i, t) = A_E(i) + ω · A_S(i, t), both divided by their deviation; returns through the first mismatch
    released:   A_E from each step's own reward over all steps of the group, nothing divided; returns up to the mismatch

A verifier's reward of the whole rollout counts with its last step. The advantage of a step is the same for all tokens
of its response. Assumes that all rollouts are of one policy version.
Degenerate: a group with a single usable rollout has nothing to compare with, and all its advantages are 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

import numpy as np

from device_farm.errors import ConfigError
from gui_agent.rl.advantages import (
    OMEGA,
    Scale,
    combined,
    episode_advantages,
    episode_advantages_released,
    normalised,
    step_advantages,
)
from gui_agent.rl.returns import GAMMA, discounted_returns, discounted_returns_released
from gui_agent.rl.selection import spread
from gui_agent.rl.types import Floats, Group, Rollout, RolloutStep, TrainSample
from gui_agent.rl.variants.elpo import critical_steps
from gui_agent.rl.variants.g2rpo import gaussian_advantages
from gui_agent.rl.variants.g_ra import gated_rewards
from gui_agent.rl.variants.stepo import shared_advantages

AdvantageForm: TypeAlias = Literal["paper", "released"]
CRITICAL = "critical"
"""Tag of samples from the step on at which their rollout left the expert's way: none of it can be matched any more."""
EpisodeForm: TypeAlias = Literal["deviation", "gaussian", "shared"]
"""How A_E comes of a rollout's total: divided by the deviation, as G²RPO's quantile, or as STEPO's share a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvantageSettings:
    """`episode` is the weight of A_E, `omega` that of A_S; 0 leaves one out. `gate` is G-RA's, None for none.

    Raises:
        ConfigError: a variant of A_E is asked for beside the released form, which has its own.
    """

    form: AdvantageForm = "paper"
    gamma: float = GAMMA
    omega: float = OMEGA
    episode: float = 1.0
    episode_form: EpisodeForm = "deviation"
    gate: float | None = None

    def __post_init__(self) -> None:
        if self.form == "released" and self.episode_form != "deviation":
            message = f"{self.episode_form!r} does not go with form 'released'"
            raise ConfigError(message, field="advantage.kind", fix="set rollout.form to 'paper'")
        if not self.episode > 0 and not self.omega > 0:
            message = "neither episode nor step advantage has a weight, so there is nothing to learn from"
            raise ConfigError(message, field="advantage.episode", fix="set it or rollout.omega above 0")
        if not self.episode > 0 and self.episode_form != "deviation":
            message = f"{self.episode_form!r} is a form of the episode advantage, which has no weight"
            raise ConfigError(message, field="advantage.episode", fix="set it above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSamples:
    """`spread` is what groups are chosen by: the deviation of the advantages before they are divided by any.

    `masked_rollouts` were broken off from outside and teach nothing; `without_tokens` steps came without token ids and
    log-probabilities; `bad_tokens` had a log-probability that is no finite number, and are masked.
    """

    samples: tuple[TrainSample, ...]
    spread: float
    masked_rollouts: int = 0
    without_tokens: int = 0
    bad_tokens: int = 0


def is_trained(rollout: Rollout) -> bool:
    """Whether a rollout's rewards mean anything."""
    match rollout.end:
        case "finished" | "mismatch" | "step_budget":
            return bool(rollout.steps)
        case "undecided" | "timeout" | "infra_error" | "policy_error":
            return False
        case _:
            assert_never(rollout.end)


def group_advantages(rollouts: tuple[Rollout, ...], settings: AdvantageSettings, scale: Scale) -> list[Floats]:
    """One array (S_i,) a rollout, float64. `scale` is that of the paper's form; the released one never divides."""
    rewards = [rollout_rewards(rollout, settings.gate) for rollout in rollouts]
    matches = [on_the_way(rollout) for rollout in rollouts]
    if len(rollouts) < 2:
        return [np.zeros(len(rewards_S)) for rewards_S in rewards]
    pairs = [(rewards_S.tolist(), matches_S) for rewards_S, matches_S in zip(rewards, matches, strict=True)]
    match settings.form:
        case "paper":
            returns = [discounted_returns(rewards_S, matches_S, settings.gamma) for rewards_S, matches_S in pairs]
            episode, step = _episode(rewards, settings.episode_form, scale), step_advantages(returns, scale)
        case "released":
            returns = [discounted_returns_released(rewards_S, flags_S, settings.gamma) for rewards_S, flags_S in pairs]
            episode = episode_advantages_released([values for values, _ in pairs], "none")
            step = step_advantages(returns, "none")
        case _:
            assert_never(settings.form)
    return combined([settings.episode * values_S for values_S in episode], step, settings.omega)


def on_the_way(rollout: Rollout) -> list[bool]:
    """At which steps the future counts: those that match the expert's, and all where there is no expert."""
    return [rollout.length == 0 or step.match.exact for step in rollout.steps]


def rollout_rewards(rollout: Rollout, gate: float | None = None) -> Floats:
    """float64 (S,): each step's own, and the outcome with the last. Behind a gate, steps count as G-RA has it, where a
    rollout without a verifier's reward is a success if it matched the expert to the end.
    """
    steps_S = [step.reward for step in rollout.steps]
    outcome = rollout.outcome_reward
    if gate is None:
        return gated_rewards(steps_S, [0.0] * len(steps_S), outcome or 0.0, gate=-math.inf)
    if outcome is None:
        outcome = float(len(steps_S) == rollout.length and all(step.match.exact for step in rollout.steps))
    return gated_rewards(steps_S, [0.0] * len(steps_S), outcome, gate=gate)


def _episode(rewards: list[Floats], form: EpisodeForm, scale: Scale) -> list[Floats]:
    totals_G = [float(np.sum(rewards_S)) for rewards_S in rewards]
    match form:
        case "shared":
            return shared_advantages(normalised(np.array(totals_G), scale).tolist(), [len(one) for one in rewards])
        case "gaussian" if scale == "std":
            quantiles_G = gaussian_advantages(totals_G)
            return [np.full(len(one), value) for one, value in zip(rewards, quantiles_G, strict=True)]
        case "deviation" | "gaussian":
            return episode_advantages([one.tolist() for one in rewards], scale)
        case _:
            assert_never(form)


def train_samples(group: Group, settings: AdvantageSettings | None = None) -> GroupSamples:
    """One sample a sampled response, in the order of rollouts and steps.

    The wrong replies at patched steps are among them; patches are not, they were never sampled.

    Raises:
        ValueError: a step has more or fewer log-probabilities than token ids.
    """
    settings = settings or AdvantageSettings()
    numbered = [(index, rollout) for index, rollout in enumerate(group.rollouts) if is_trained(rollout)]
    used = tuple(rollout for _, rollout in numbered)
    advantages, samples = group_advantages(used, settings, "std"), []
    without_tokens = bad_tokens = 0
    for (index, rollout), values_S in zip(numbered, advantages, strict=True):
        for step, value, lost in zip(rollout.steps, values_S, _lost(rollout), strict=True):
            if not step.completion.token_ids or not step.completion.logprobs:
                without_tokens += 1
                continue
            sample = _sample(group, f"{group.task_id}#{index}", step, float(value), lost=lost)
            bad_tokens += int((~sample.mask_T).sum())
            samples.append(sample)
    return GroupSamples(
        samples=tuple(samples),
        spread=spread(group_advantages(used, settings, "none")),
        masked_rollouts=len(group.rollouts) - len(used),
        without_tokens=without_tokens,
        bad_tokens=bad_tokens,
    )


def _lost(rollout: Rollout) -> list[bool]:
    """ELPO's irrecoverable step and all after it. On an expert's way the search needs no probe: it is the first step
    off it, for what comes before matches and could have gone on to the end.
    """
    kept = on_the_way(rollout)
    return critical_steps(len(kept), kept.index(False) if False in kept else len(kept))


def _sample(group: Group, trajectory: str, step: RolloutStep, advantage: float, *, lost: bool) -> TrainSample:
    ids, logprobs = step.completion.token_ids, step.completion.logprobs
    if len(ids) != len(logprobs):
        raise ValueError(f"{trajectory} step {step.index}: {len(ids)} token ids but {len(logprobs)} log-probabilities")
    logprobs_T = np.asarray(logprobs, dtype=np.float32)
    mask_T = np.isfinite(logprobs_T)
    return TrainSample(
        prompt=step.prompt,
        response_ids_T=np.asarray(ids, dtype=np.int64),
        sampled_logprobs_T=np.where(mask_T, logprobs_T, np.float32(0)),
        advantages_T=np.full(len(ids), advantage, dtype=np.float32),
        mask_T=mask_T,
        trajectory=trajectory,
        step=step.index,
        policy_version=group.policy_version if step.policy_version is None else step.policy_version,
        prompt_ids=step.completion.prompt_token_ids,
        tags={
            "patched": step.patched or "",
            "match": "exact" if step.match.exact else "not",
            CRITICAL: "yes" if lost else "",
        },
    )
