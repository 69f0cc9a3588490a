"""Transitions as JSON Lines: the sketches as the text that a model reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from device_farm.errors import DataError
from device_farm.types.action import Action
from device_farm.types.codec.json import decode, dumps_value, encode
from device_farm.types.geometry import Size
from device_farm.types.task import Platform
from gui_agent.datasets.lines import Line, read_lines
from gui_agent.transitions.recorded import Recorded
from world_model.learning.transition import Transition
from world_model.sketch.parsing import parse_sketch
from world_model.sketch.printing import print_sketch
from world_model.sketch.sketch import Sketch


def line_of(recorded: Recorded) -> str:
    """One line, without a line feed: `before` and `after` printed, `action` as canonical JSON, and what it is of."""
    told = recorded.transition
    return dumps_value(
        {
            "before": print_sketch(told.before),
            "action": encode(told.action, Action),
            "after": print_sketch(told.after),
            "goal": told.goal,
            "platform": told.platform,
            "template": told.template,
            "app": told.before.app,
            "origin": recorded.origin,
        }
    )


def read_transitions(path: Path) -> Iterator[Recorded]:
    """The inverse of `line_of`. Raises DataError for what it cannot have written; names file, line and field."""
    for line in read_lines(path):
        platform = line.text("platform")
        if platform not in get_args(Platform):
            raise line.error(f"{platform!r} is no platform", "platform", f"use {' or '.join(get_args(Platform))}")
        try:
            action: Action = decode(Action, line.values.get("action"))
        except DataError as error:
            raise line.error(error.message, ".".join(("action", error.field)).rstrip(".")) from error
        transition = Transition(
            before=_sketch(line, "before"),
            action=action,
            after=_sketch(line, "after"),
            goal=line.text("goal"),
            platform="android" if platform == "android" else "desktop",
            template=line.text("template"),
        )
        yield Recorded(transition=transition, origin=line.text("origin"))


def _sketch(line: Line, field: str) -> Sketch:
    """Exact: a sketch that would need a repair was not written by `line_of`."""
    parsed = parse_sketch(line.text(field), Sketch(screen=Size(1, 1)))
    if parsed.faults:
        raise line.error(f"is no sketch: {parsed.faults[0]}", field)
    return parsed.sketch
