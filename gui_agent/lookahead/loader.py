"""From a config section to a policy with foresight: the only place that knows all predictors."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from device_farm.device import Device
from device_farm.types.task import Platform
from gui_agent.lookahead.config import (
    CopyLookaheadConfig,
    LookaheadConfig,
    ModelLookaheadConfig,
    OracleLookaheadConfig,
)
from gui_agent.lookahead.model import PortTextModel
from gui_agent.lookahead.policy import Foresight, LookaheadPolicy, needs_device
from gui_agent.lookahead.predicting import loaded_model, model_predictor, sketcher_predictor
from gui_agent.lookahead.screen_value import OwnValue, ScreenValue
from gui_agent.lookahead.state_value import StateValue, appraiser
from gui_agent.models.base import Model
from gui_agent.policies.base import Policy
from world_model.imagination.likelihood import LikelihoodValue
from world_model.imagination.model_chooser import ModelChooser
from world_model.imagination.ports import BestValue, Chooser
from world_model.imagination.types import Settings
from world_model.predictors.base import Predictor
from world_model.predictors.copying import CopyPredictor
from world_model.predictors.forks import Appraise, SnapshotForks
from world_model.predictors.oracle import OraclePredictor


def with_lookahead(policy: Policy, config: LookaheadConfig | None) -> Policy:
    """`policy` itself where there is no section.

    Raises:
        ConfigError: a model's address or API key is not there; names the key.
        PrerequisiteError: a package that the model needs is missing.
        DataError: the sketcher cannot be read; names the file.
    """
    if config is None:
        return policy
    model = None if config.model is None else loaded_model(config.model)
    settings = Settings(
        candidates=config.candidates,
        depth=config.depth,
        follow_ups=config.follow_ups,
        tokens=config.tokens,
        ms=config.budget_ms,
        sure=config.sure,
    )

    shared = _shared_predictor(config, model)

    async def foresight_of(device: Device | None, goal: str, platform: Platform) -> Foresight:
        appraise = None
        if config.chooser == "verifier":
            appraise = await appraiser(goal, platform, needs_device(device))
        predictor = shared
        if predictor is None:
            # Two actions far, a copy costs as much as the one action that it spares.
            predictor = OraclePredictor(SnapshotForks(needs_device(device), appraise, keep=config.depth > 2))
        return Foresight(predictor=predictor, chooser=_chooser_of(config, model, device, platform, appraise))

    models = () if model is None else (model,)
    return LookaheadPolicy(policy, foresight_of, settings, models=models)


def _chooser_of(
    config: LookaheadConfig, model: Model | None, device: Device | None, platform: Platform, appraise: Appraise | None
) -> Chooser:
    match config.chooser:
        case "own":
            return BestValue(OwnValue())
        case "policy":
            return BestValue(LikelihoodValue(), config.margin)
        case "verifier" if appraise is not None:
            return BestValue(StateValue(partial(appraise, needs_device(device))), config.margin)
        case "reader" | "verifier":
            return BestValue(ScreenValue(platform), config.margin)
        case "model":
            assert model is not None
            return ModelChooser(PortTextModel(model), platform)
        case _:
            assert_never(config.chooser)


def _shared_predictor(config: LookaheadConfig, model: Model | None) -> Predictor | None:
    """The predictor of all episodes; None where each needs one on its own device."""
    match config:
        case CopyLookaheadConfig():
            return CopyPredictor()
        case OracleLookaheadConfig():
            return None
        case ModelLookaheadConfig():
            if config.sketcher:
                return sketcher_predictor(config)
            assert model is not None
            return model_predictor(config, model)
        case _:
            assert_never(config)
