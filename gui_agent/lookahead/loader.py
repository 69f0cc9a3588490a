"""From a config section to a policy with foresight: the only place that knows all predictors."""

from __future__ import annotations

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
from gui_agent.lookahead.policy import LookaheadPolicy, PredictorOf, needs_device
from gui_agent.lookahead.predicting import loaded_model, model_predictor
from gui_agent.lookahead.value import OwnValue, ReaderValue
from gui_agent.models.base import Model
from gui_agent.policies.base import Policy
from world_model.imagination.model_chooser import ModelChooser
from world_model.imagination.ports import BestValue, Chooser
from world_model.imagination.types import Settings
from world_model.predictors.base import Predictor
from world_model.predictors.copying import CopyPredictor
from world_model.predictors.forks import SnapshotForks
from world_model.predictors.oracle import OraclePredictor


def with_lookahead(policy: Policy, config: LookaheadConfig | None) -> Policy:
    """`policy` itself where there is no section.

    Raises:
        ConfigError: a model's address or API key is not there; names the key.
        PrerequisiteError: a package that the model needs is missing.
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
    )

    def chooser_of(platform: Platform) -> Chooser:
        match config.chooser:
            case "own":
                return BestValue(OwnValue())
            case "reader":
                return BestValue(ReaderValue(platform))
            case "model":
                assert model is not None
                return ModelChooser(PortTextModel(model), platform)
            case _:
                assert_never(config.chooser)

    models = () if model is None else (model,)
    return LookaheadPolicy(policy, _predictor_of(config, model), chooser_of, settings, models=models)


def _predictor_of(config: LookaheadConfig, model: Model | None) -> PredictorOf:
    match config:
        case CopyLookaheadConfig():
            return _always(CopyPredictor())
        case OracleLookaheadConfig():
            return _oracle
        case ModelLookaheadConfig():
            assert model is not None
            return _always(model_predictor(config, model))
        case _:
            assert_never(config)


def _always(predictor: Predictor) -> PredictorOf:
    return lambda device: predictor


def _oracle(device: Device | None) -> Predictor:
    return OraclePredictor(SnapshotForks(needs_device(device)))
