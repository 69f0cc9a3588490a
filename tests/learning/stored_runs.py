"""A phone of a few elements, and run folders with episodes on it, written out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from device_farm.types.action import Action, Click, Terminate
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation, Screenshot, image_digest
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, ModelTurn, Outcome, Provenance, Scored, Step
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from gui_agent.store.writer import RunWriter

SCREEN = Size(112, 224)
SEEN: frozenset[UiState] = frozenset({"visible", "enabled"})
TAPPED: frozenset[UiState] = SEEN | {"clickable"}


def node(
    role: str, bounds: tuple[int, int, int, int], text: str = "", *children: UiNode, tapped: bool = True
) -> UiNode:
    states = TAPPED if tapped else SEEN
    return UiNode(role=f"android.widget.{role}", bounds=Rect(*bounds), text=text, states=states, children=children)


def page(*rows: str) -> UiTree:
    """A window with one button a row, 28 pixels each."""
    buttons = [node("Button", (0, 28 * index, 112, 28 * (index + 1)), text) for index, text in enumerate(rows)]
    return UiTree(roots=(node("FrameLayout", (0, 0, 112, 224), "", *buttons, tapped=False),))


def png(shade: int) -> bytes:
    done, encoded = cv2.imencode(".png", np.full((SCREEN.height, SCREEN.width, 3), shade, np.uint8))
    assert done
    return bytes(encoded.tobytes())


def look(tree: UiTree | None, shade: int, *, shot: bool = True) -> Observation:
    data = png(shade)
    return Observation(
        sequence=shade,
        screen=SCREEN,
        orientation="portrait",
        device_time_s=0.0,
        foreground=Foreground(app="app"),
        screenshot=Screenshot(digest=image_digest(data), size=SCREEN, data=data) if shot else None,
        ui_tree=tree,
    )


TAP_FIRST = Click(at=Point(50, 10))
DONE = Terminate(status="success")


def steps_of(*actions: Action | None, errors: Iterable[int] = ()) -> tuple[Step, ...]:
    """Each on a page of its own shade, whose rows are `a`, `b` and its number; those of `errors` were refused."""
    return tuple(
        Step(
            index=index,
            observation=look(page("a", "b", str(index)), 20 * index),
            action=action,
            turn=ModelTurn(text=f"text {index}", thought=f"thought {index}"),
            error="refused" if index in set(errors) else "",
        )
        for index, action in enumerate(actions)
    )


SOLVED = Scored(reward=1.0)


def episode(name: str, steps: tuple[Step, ...], outcome: Outcome = SOLVED, *, attempt: int = 1) -> Episode:
    task = Task(
        id=f"s/T/{name}",
        suite="s",
        template="T",
        platform="android",
        goal=f"goal of {name}",
        seed=0,
        max_steps=9,
        time_budget_s=9.0,
        tags=("easy",),
    )
    return Episode(
        id=f"s.T.{name}.a{attempt}",
        task=task,
        steps=steps,
        outcome=outcome,
        provenance=Provenance(policy="p", dialect="", backend="b", device_image="i", seed=0, code_version="1"),
        stop="terminated",
        attempt=attempt,
    )


def write_run(folder: Path, *episodes: Episode) -> Path:
    with RunWriter(folder, {"suite": "s"}) as writer:
        for each in episodes:
            writer.add(each)
    return folder
