"""From the config's words to the losses and advantages that they stand for, and what does not go together."""

from __future__ import annotations

from typing import assert_never

from device_farm.errors import ConfigError
from gui_agent.rl.samples import AdvantageSettings, EpisodeForm
from gui_agent.rl.variants.elpo import BRANCH_SHARE
from gui_agent.training.config import DataConfig, TrainConfig
from gui_agent.training.language.config import TransformersPolicyConfig
from gui_agent.training.objective import LikelihoodObjective, Objective, PolicyObjective


def make_objective(config: TrainConfig) -> Objective:
    """Raises ConfigError where the keys of `loss` do not go together, or not with the recipe."""
    if config.recipe == "sft":
        if config.loss.kind != "ppo":
            message = f"{config.loss.kind} is a loss of reinforcement learning, sft imitates"
            raise ConfigError(message, field="loss.kind", fix="leave it out")
        return LikelihoodObjective()
    if config.loss.kind == "elpo" and config.recipe != "semi-online":
        raise _no_error_to_find(config, field="loss.kind", fix='use "ppo"')
    values = config.loss.model_dump()
    if config.recipe != "online" or config.online.max_staleness == 0:
        # Samples are of the policy that is updated.
        values["importance"] = None
    return PolicyObjective(**values)


def make_advantages(config: TrainConfig) -> AdvantageSettings:
    """Raises ConfigError where the keys of `advantage` do not go together, or not with the recipe."""
    chosen, rollout = config.advantage, config.rollout
    gamma, omega, episode = rollout.gamma, rollout.omega, chosen.episode
    if config.recipe == "offline":
        # With one step a rollout the episode advantage is the step's own; the step advantage would count it twice.
        gamma = omega = 0.0
    form: EpisodeForm = "deviation"
    match chosen.kind:
        case "ui-s1" | "g-ra":
            pass
        case "g2rpo":
            form = "gaussian"
        case "stepo":
            form = "shared"
            if config.recipe == "offline":
                message = "stepo shares an advantage over the steps of a rollout, and offline each has one"
                raise ConfigError(message, field="advantage.kind", fix='use "ui-s1", or another recipe')
        case "elpo":
            if config.recipe != "semi-online":
                raise _no_error_to_find(config, field="advantage.kind", fix='use "ui-s1"')
            if rollout.form == "released":
                message = "elpo has a form of its own"
                raise ConfigError(message, field="advantage.kind", fix="set rollout.form to 'paper'")
            # The siblings of a step are the rollouts that reached it by the same way.
            episode, omega = (1 - BRANCH_SHARE) * episode, BRANCH_SHARE * omega
        case _:
            assert_never(chosen.kind)
    gate = chosen.gate if chosen.kind == "g-ra" else None
    return AdvantageSettings(form=rollout.form, gamma=gamma, omega=omega, episode=episode, episode_form=form, gate=gate)


def check_choices(config: TrainConfig) -> None:
    """Raises ConfigError for what cannot be trained, before anything is loaded or started."""
    if config.recipe != "online":
        needed_data(config)
    elif config.run.critic is not None:
        message = "online, the policy learns from the actions that it chose itself"
        raise ConfigError(message, field="run.critic", fix="leave it out; farm export --format critic-agent, then sft")
    elif config.run.lookahead is not None:
        message = "online, the policy learns from the actions that it chose itself"
        raise ConfigError(message, field="run.lookahead", fix="leave it out")
    if config.recipe == "online":
        _check_judges(config)
    make_objective(config)
    if config.recipe != "sft":
        make_advantages(config)
    elif config.advantage.kind != "ui-s1":
        raise ConfigError("sft has no advantages", field="advantage.kind", fix="leave it out")
    if config.recipe != "sft" and config.teach != ("actions",):
        raise ConfigError(f"{config.recipe} does not imitate", field="teach", fix="leave it out, or use sft")
    _check_server(config)


def _check_server(config: TrainConfig) -> None:
    if config.server is None:
        return
    if config.recipe == "sft":
        raise ConfigError("sft samples nothing, so no server is needed", field="server", fix="leave it out")
    if not isinstance(config.policy, TransformersPolicyConfig):
        fix = 'leave it out, or use policy.kind = "transformers"'
        raise ConfigError("only language models can be served elsewhere", field="server", fix=fix)
    if config.lora is None:
        message = "a running server takes adapters, not full weights"
        raise ConfigError(message, field="server", fix="add [lora], or leave it out and sample in this process")


def _check_judges(config: TrainConfig) -> None:
    if config.run.verifier is not None and (config.online.verifier or config.online.scorers):
        fix = "leave it out, or online.verifier and online.scorers"
        raise ConfigError("one verifier has the last word on an episode", field="run.verifier", fix=fix)
    if config.run.reject_satisfied:
        fix = "audit the suite before, with farm verify audit, and name the tasks that are left"
        raise ConfigError("training tries no task untouched", field="run.reject_satisfied", fix=fix)


def needed_data(config: TrainConfig) -> DataConfig:
    """Raises ConfigError where the config names no data."""
    if config.data is None:
        raise ConfigError(f"{config.recipe} learns from data", field="data", fix='add [data] with path = "..."')
    return config.data


def _no_error_to_find(config: TrainConfig, *, field: str, fix: str) -> ConfigError:
    message = f"elpo needs the step at which a rollout lost its task; {config.recipe} rollouts do not say it"
    return ConfigError(message, field=field, fix=f"{fix}, or the recipe semi-online")
