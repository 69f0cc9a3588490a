"""From a config section to a policy under a critic: the only place that knows them all."""

from __future__ import annotations

from typing import assert_never

from device_farm.errors import ConfigError, VerifierError
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Size
from gui_agent.critic.config import CriticConfig, ModelCriticConfig, RulesCriticConfig
from gui_agent.critic.policy import CriticPolicy
from gui_agent.models.base import Model
from gui_agent.models.config import ModelConfig
from gui_agent.policies.base import Policy
from verifier.reward_model.review import Review
from verifier.reward_model.rule_critic import RuleCritic
from verifier.reward_model.second_opinion import Rejudge, SecondOpinion


def under_critic(policy: Policy, config: CriticConfig | None) -> Policy:
    """`policy` itself where there is no section.

    Raises:
        ConfigError: an unknown rule, or a model's address or API key is not there; names the key.
        PrerequisiteError: a package that the critic's model needs is missing.
    """
    match config:
        case None:
            return policy
        case RulesCriticConfig():
            return CriticPolicy(policy, _by_rules(config))
        case ModelCriticConfig():
            return _by_model(policy, config)
        case _:
            assert_never(config)


def _by_rules(config: RulesCriticConfig) -> Review:
    try:
        critic = RuleCritic(without=config.without)
    except VerifierError as error:
        raise ConfigError(error.message, field=error.field, fix=error.fix) from error
    second = Rejudge(critic, min_confidence=config.min_confidence) if config.second == "rules" else None
    return Review(critic, second, min_confidence=config.min_confidence, deadline_s=config.deadline_s)


def _by_model(policy: Policy, config: ModelCriticConfig) -> Policy:
    # Imported here: they draw in the image library.
    from gui_agent.verification.model import PortModel
    from verifier.reward_model.model_critic import Asking, ModelCritic, ModelSecondOpinion

    def space(size: Size) -> CoordinateSpace:
        if config.coordinates == "relative":
            return CoordinateSpace.relative(size)
        smallest = config.patch_px**2
        largest = max(smallest, config.max_pixels)
        return CoordinateSpace.resized(size, factor=config.patch_px, min_pixels=smallest, max_pixels=largest)

    def narrow(model: Model) -> PortModel:
        return PortModel(model, max_pixels=config.max_pixels, patch_px=config.patch_px)

    asking = Asking(
        space=space,
        pictures=config.sees == "screens",
        retries=config.retries,
        max_tokens=config.max_tokens,
        temperature=config.temperature,
        seed=config.seed,
    )
    models = [_model(config.model, "model")]
    critic = ModelCritic(narrow(models[0]), asking)
    if config.second_model is not None:
        models.append(_model(config.second_model, "second_model"))
    second: SecondOpinion | None = None
    match config.second:
        case "none":
            pass
        case "rules":
            second = Rejudge(RuleCritic(), min_confidence=config.min_confidence)
        case "model":
            second = ModelSecondOpinion(narrow(models[-1]), asking)
        case _:
            assert_never(config.second)
    review = Review(critic, second, min_confidence=config.min_confidence, deadline_s=config.deadline_s)
    return CriticPolicy(policy, review, models=models)


def _model(config: ModelConfig, key: str) -> Model:
    from gui_agent.models.loader import load_model

    try:
        return load_model(config)
    except ConfigError as error:
        field = error.field.removeprefix("model.")
        raise ConfigError(error.message, field=f"critic.{key}.{field}", fix=error.fix) from error
