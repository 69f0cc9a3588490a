"""From a config section to a verifier: the only place that knows them all."""

from __future__ import annotations

from typing import Any, assert_never

from device_farm.config import import_attribute
from device_farm.errors import ConfigError
from gui_agent.models.base import Model
from gui_agent.verification.config import (
    AgenticConfig,
    ImportedVerifierConfig,
    JudgeConfig,
    LastScreenConfig,
    ScriptedConfig,
    TrajectoryConfig,
    UnanimousConfig,
    VerifierConfig,
)
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.record import check_name
from verifier.base import Verifier
from verifier.judges.last_screen import LastScreenJudge
from verifier.judges.trajectory import TrajectoryJudge
from verifier.judges.unanimous import UnanimousJudge, judges_of
from verifier.port import Model as NarrowModel


def load_verifier(config: VerifierConfig) -> LoadedVerifier:
    """The verifier of `config`. Each one's own dependencies are imported only when it is asked for.

    Raises:
        ConfigError: an import path, an address or an API key is not there; names the key.
        PrerequisiteError: a package that its model needs is missing.
    """
    match config:
        case ScriptedConfig():
            return LoadedVerifier(name=config.name or config.type, verifier=None, deadline_s=config.deadline_s)
        case ImportedVerifierConfig():
            verifier = _imported(config)
            return LoadedVerifier(name=verifier.name, verifier=verifier, deadline_s=config.deadline_s)
        case AgenticConfig() | LastScreenConfig() | TrajectoryConfig() | UnanimousConfig():
            return _judge(config)
        case _:
            assert_never(config)


def _judge(config: AgenticConfig | LastScreenConfig | TrajectoryConfig | UnanimousConfig) -> LoadedVerifier:
    name, served = config.name or config.type, _model(config)
    model: NarrowModel | None = None
    if served is not None:
        # Imported here: it draws in the image library.
        from gui_agent.verification.model import PortModel

        model = PortModel(served, max_pixels=config.max_pixels, patch_px=config.patch_px)

    def make(run: int) -> Verifier:
        return _one(config, name, model, config.seed + run)

    verifier = make(0)
    if config.runs > 1:
        from verifier.agentic.majority import MajorityVerifier

        verifier = MajorityVerifier(make=make, runs=config.runs, name=name)
    probes = isinstance(config, AgenticConfig)
    return LoadedVerifier(name=name, verifier=verifier, deadline_s=config.deadline_s, model=served, probes=probes)


def _one(
    config: AgenticConfig | LastScreenConfig | TrajectoryConfig | UnanimousConfig,
    name: str,
    model: NarrowModel | None,
    seed: int,
) -> Verifier:
    match config:
        case AgenticConfig():
            return _agentic(config, name, model, seed)
        case LastScreenConfig():
            return LastScreenJudge(model=model, temperature=config.temperature, seed=seed, name=name)
        case TrajectoryConfig():
            return TrajectoryJudge(model=model, temperature=config.temperature, seed=seed, name=name)
        case UnanimousConfig():
            judges = judges_of(model, count=config.judges, temperature=config.temperature, seed=seed)
            return UnanimousJudge(judges=judges, name=name)
        case _:
            assert_never(config)


def _agentic(config: AgenticConfig, name: str, model: NarrowModel | None, seed: int) -> Verifier:
    from verifier.agentic.budget import Budget
    from verifier.agentic.model_thinker import ModelThinker
    from verifier.agentic.thinker import Thinker
    from verifier.agentic.verifier import AgenticVerifier
    from verifier.planner.planner import PlannerThinker

    thinker: Thinker = PlannerThinker()
    if model is not None:
        thinker = ModelThinker(model=model, temperature=config.temperature, seed=seed)
    budget = Budget(steps=config.budget.steps, tokens=config.budget.tokens, seconds=config.budget.seconds)
    return AgenticVerifier(
        thinker=thinker,
        budget=budget,
        shell=config.shell,
        gui=config.gui,
        stages=config.stages,
        memory=config.memory,
        name=name,
    )


def _model(config: JudgeConfig) -> Model | None:
    if config.model is None:
        return None
    from gui_agent.models.loader import load_model

    try:
        return load_model(config.model)
    except ConfigError as error:
        raise ConfigError(error.message, field=f"verifier.{error.field}", fix=error.fix) from error


def _imported(config: ImportedVerifierConfig) -> Verifier:
    factory: Any = import_attribute(config.import_path, field="verifier.import_path")
    if not callable(factory):
        raise ConfigError(f"{config.import_path} cannot be called", field="verifier.import_path")
    try:
        verifier = factory(**config.options)
    except TypeError as error:
        raise ConfigError(f"{config.import_path} refused its options: {error}", field="verifier.options") from error
    for member in ("name", "verify"):
        if not hasattr(verifier, member):
            message = f"{config.import_path} returned no Verifier: it has no {member!r}"
            raise ConfigError(message, field="verifier.import_path")
    check_name(verifier.name)
    return verifier  # type: ignore[no-any-return]
