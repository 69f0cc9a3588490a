"""The 116 tasks, restated: one module an area, each with its `TEMPLATES`."""

from __future__ import annotations

from typing import Final

from gui_agent.benchmarks.androidworld.tasks import (
    calendar,
    camera,
    clock,
    contacts,
    draw,
    expenses,
    files,
    joplin,
    markor,
    music,
    osmand,
    recipes,
    recorder,
    system,
    tracks,
)
from gui_agent.benchmarks.base import Suite, TaskTemplate

TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    *calendar.TEMPLATES,
    *camera.TEMPLATES,
    *clock.TEMPLATES,
    *contacts.TEMPLATES,
    *draw.TEMPLATES,
    *expenses.TEMPLATES,
    *files.TEMPLATES,
    *joplin.TEMPLATES,
    *markor.TEMPLATES,
    *music.TEMPLATES,
    *osmand.TEMPLATES,
    *recipes.TEMPLATES,
    *recorder.TEMPLATES,
    *system.TEMPLATES,
    *tracks.TEMPLATES,
)

SUITE: Final = Suite(name="androidworld_restated", templates=TEMPLATES)
