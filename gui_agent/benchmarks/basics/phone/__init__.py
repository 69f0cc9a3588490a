"""Everyday tasks on a phone: settings, contacts, notes, files, clock."""

from __future__ import annotations

from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics.phone import clock, contacts, files, notes, settings

TEMPLATES: tuple[TaskTemplate, ...] = (
    *settings.TEMPLATES,
    *contacts.TEMPLATES,
    *notes.TEMPLATES,
    *files.TEMPLATES,
    *clock.TEMPLATES,
)
