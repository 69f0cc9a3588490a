"""Everyday tasks on a desktop: text editor, file manager, spreadsheet, terminal."""

from __future__ import annotations

from gui_agent.benchmarks.base import TaskTemplate

TEMPLATES: tuple[TaskTemplate, ...] = ()
