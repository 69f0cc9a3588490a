"""Everyday tasks on a phone: settings, contacts, notes, files, clock."""

from __future__ import annotations

from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.benchmarks.basics.phone.clock import TEMPLATES as CLOCK
from gui_agent.benchmarks.basics.phone.contacts import TEMPLATES as CONTACTS
from gui_agent.benchmarks.basics.phone.files import TEMPLATES as FILES
from gui_agent.benchmarks.basics.phone.notes import TEMPLATES as NOTES
from gui_agent.benchmarks.basics.phone.settings import TEMPLATES as SETTINGS

TEMPLATES: tuple[TaskTemplate, ...] = (*SETTINGS, *CONTACTS, *NOTES, *FILES, *CLOCK)
