"""Everyday tasks on a desktop: text editor, file manager, spreadsheet, terminal."""

from __future__ import annotations

from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics.desktop.editor import TEMPLATES as EDITOR
from gui_agent.benchmarks.basics.desktop.files import TEMPLATES as FILES
from gui_agent.benchmarks.basics.desktop.sheet import TEMPLATES as SHEET
from gui_agent.benchmarks.basics.desktop.terminal import TEMPLATES as TERMINAL

TEMPLATES: tuple[TaskTemplate, ...] = (*EDITOR, *FILES, *SHEET, *TERMINAL)
