"""The suite `basics`: short everyday tasks on a phone and on a desktop, decided by device state."""

from __future__ import annotations

from gui_agent.benchmarks.base import Suite
from gui_agent.benchmarks.basics import desktop, phone

SUITE = Suite(name="basics", templates=(*phone.TEMPLATES, *desktop.TEMPLATES))
