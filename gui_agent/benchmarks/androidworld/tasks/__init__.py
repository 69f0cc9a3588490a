"""The 116 tasks, restated: one module an area, each with its `TEMPLATES`."""

from __future__ import annotations

from typing import Final

from gui_agent.benchmarks.androidworld.tasks import (
    browser,
    calendar,
    camera,
    clock,
    contacts,
    draw,
    expense_sources,
    expenses,
    files,
    gallery,
    joplin,
    markor,
    markor_delete,
    markor_media,
    markor_write,
    music,
    osmand,
    recipe_sources,
    recipes,
    recorder,
    sms,
    system,
    tasks_app,
    tracks,
    vlc,
)
from gui_agent.benchmarks.base import Suite, TaskTemplate

TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    *browser.TEMPLATES,
    *calendar.TEMPLATES,
    *camera.TEMPLATES,
    *clock.TEMPLATES,
    *contacts.TEMPLATES,
    *draw.TEMPLATES,
    *expense_sources.TEMPLATES,
    *expenses.TEMPLATES,
    *files.TEMPLATES,
    *gallery.TEMPLATES,
    *joplin.TEMPLATES,
    *markor.TEMPLATES,
    *markor_delete.TEMPLATES,
    *markor_media.TEMPLATES,
    *markor_write.TEMPLATES,
    *music.TEMPLATES,
    *osmand.TEMPLATES,
    *recipe_sources.TEMPLATES,
    *recipes.TEMPLATES,
    *recorder.TEMPLATES,
    *sms.TEMPLATES,
    *system.TEMPLATES,
    *tasks_app.TEMPLATES,
    *tracks.TEMPLATES,
    *vlc.TEMPLATES,
)

SUITE: Final = Suite(name="androidworld_restated", templates=TEMPLATES)
