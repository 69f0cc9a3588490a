"""A decision of the world model as a step stores it."""

from __future__ import annotations

from device_farm.types.trajectory import ImaginedScreen, StepLookahead
from world_model.imagination.types import ImaginedStep, Lookahead
from world_model.sketch.printing import print_sketch


def step_lookahead(predictor: str, lookahead: Lookahead) -> StepLookahead:
    """`lookahead` by `predictor`, its screens as text. `choice` is then an index into all branches."""
    choice = lookahead.choice
    return StepLookahead(
        predictor=predictor,
        reactive=lookahead.reactive,
        reason=lookahead.reason,
        fell_back=lookahead.fell_back,
        branches=tuple(tuple(map(_imagined, branch.steps)) for branch in lookahead.branches),
        shown=lookahead.shown,
        choice=None if choice is None else lookahead.shown[choice.index],
        why="" if choice is None else choice.why,
        values=() if choice is None else choice.values,
        faults=lookahead.faults,
        ms=lookahead.spent.ms,
        prompt_tokens=lookahead.spent.prompt_tokens,
        completion_tokens=lookahead.spent.completion_tokens,
    )


def _imagined(step: ImaginedStep) -> ImaginedScreen:
    prediction = step.prediction
    return ImaginedScreen(
        action=step.action,
        screen=None if prediction.sketch is None else print_sketch(prediction.sketch),
        refused=prediction.refused,
        fault="" if prediction.fault is None else str(prediction.fault),
    )
