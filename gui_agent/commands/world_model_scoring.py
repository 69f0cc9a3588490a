"""What `farm world-model score` does."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, assert_never

from device_farm.cli.command import Exit
from device_farm.config import ConfigModel, load_config
from device_farm.errors import ConfigError, DataError
from gui_agent.commands.settings import key_of
from gui_agent.lookahead.config import (
    CopyLookaheadConfig,
    LookaheadConfig,
    ModelLookaheadConfig,
    OracleLookaheadConfig,
    lookahead_type,
)
from gui_agent.lookahead.predicting import loaded_model, model_predictor, sketcher_predictor
from gui_agent.store.reader import RunReader
from gui_agent.transitions.lines import read_transitions
from gui_agent.transitions.parts import spread
from gui_agent.transitions.recorded import Recorded, recorded
from gui_agent.transitions.scoring import PredictorScores, score_predictor
from world_model.predictors.copying import CopyPredictor


class PredictorConfig(ConfigModel):
    """The section of a run's config that says how to look ahead; only what its predictor is made of counts here."""

    lookahead: LookaheadConfig = CopyLookaheadConfig()


async def run_score(namespace: argparse.Namespace) -> int:
    """Raises ConfigError, PrerequisiteError and DataError before any model is asked."""
    config = _config(namespace)
    skipped: Counter[str] = Counter()
    found = await asyncio.to_thread(_transitions, namespace, skipped)
    if not found:
        left_out = ", ".join(f"{count} {reason}" for reason, count in sorted(skipped.items()))
        message = f"{namespace.data} holds no transition to score" + (f" (left out: {left_out})" if left_out else "")
        raise DataError(message, field="data", fix="name a run with more episodes")
    scores = await _scored(config, spread(found, namespace.sample))
    values = {**scores.to_json(), "skipped_steps": dict(sorted(skipped.items())), "data": str(namespace.data)}
    sys.stdout.write(f"{_sentence(values)}\n")
    if namespace.json:
        sys.stdout.write(json.dumps(values) + "\n")
    return Exit.DONE


def _config(namespace: argparse.Namespace) -> LookaheadConfig:
    flags = []
    if namespace.predictor is not None:
        flags.append(f"lookahead.type={json.dumps(lookahead_type(namespace.predictor, field='--predictor'))}")
    overrides = [*flags, *namespace.overrides]
    try:
        config = load_config(PredictorConfig, paths=namespace.config, overrides=overrides).lookahead
    except ConfigError as error:
        raise ConfigError(error.message, field=key_of(error.field), fix=error.fix) from error
    if isinstance(config, OracleLookaheadConfig):
        message = "an oracle needs the device as it was before the action, and a stored run has none"
        raise ConfigError(message, field="--predictor", fix="use copy or model")
    return config


def _transitions(namespace: argparse.Namespace, skipped: Counter[str]) -> list[Recorded]:
    path: Path = namespace.data
    if not path.is_file():
        return list(recorded(RunReader(path), skipped, success_only=namespace.success_only))
    if namespace.success_only:
        fix = "leave it out, or give the run folder"
        raise ConfigError("a file of transitions does not say what succeeded", field="--success-only", fix=fix)
    return list(read_transitions(path))


async def _scored(config: LookaheadConfig, transitions: list[Recorded]) -> PredictorScores:
    match config:
        case CopyLookaheadConfig() | OracleLookaheadConfig():
            return await score_predictor(CopyPredictor(), transitions)
        case ModelLookaheadConfig():
            if config.sketcher:
                return await score_predictor(sketcher_predictor(config), transitions)
            assert config.model is not None
            async with loaded_model(config.model) as model:
                return await score_predictor(model_predictor(config, model), transitions)
        case _:
            assert_never(config)


def _sentence(values: dict[str, Any]) -> str:
    lines = [f"{values['predictor']} on {values['n']} transitions, {values['n_changed']} of them with changed elements"]
    for name, told in {values["predictor"]: values, "copy": values["copy"]}.items():
        changed = "" if told["f1_changed"] is None else f"; on changed elements {told['f1_changed']:.3f}"
        lines.append(
            f"  {name}: F1 {told['f1']:.3f}{changed}; mIoU {told['miou']:.3f}; text {told['text_similarity']:.3f}"
        )
    left_out = ", ".join(f"{count} {reason}" for reason, count in values["skipped_steps"].items())
    broken = ", ".join(f"{count} {kind}" for kind, count in values["faults"].items())
    lines += [f"  no prediction: {broken}; the first: {values['first_fault']}"] if broken else []
    return "\n".join([*lines, f"  steps left out: {left_out}"] if left_out else lines)
