"""Repetition as the editor words it; stored as an iCalendar RRULE."""

from __future__ import annotations

import re
from typing import Final

NEVER: Final = "Does not repeat"
CHOICES: Final = (
    (NEVER, ""),
    ("Every day", "RRULE:FREQ=DAILY"),
    ("Every week", "RRULE:FREQ=WEEKLY"),
    ("Every month", "RRULE:FREQ=MONTHLY"),
    ("Every year", "RRULE:FREQ=YEARLY"),
)
UNITS: Final = (("days", "DAILY"), ("weeks", "WEEKLY"), ("months", "MONTHLY"), ("years", "YEARLY"))
_WORDS: Final = {frequency: unit for unit, frequency in UNITS}
_ADVERBS: Final = {"DAILY": "daily", "WEEKLY": "weekly", "MONTHLY": "monthly", "YEARLY": "yearly"}


def rule(frequency: str, interval: int) -> str:
    return f"RRULE:FREQ={frequency}" + (f";INTERVAL={interval}" if interval > 1 else "")


def recurrence_text(recurrence: str) -> str:
    """`Repeats weekly`, `Repeats every 2 weeks`."""
    if not recurrence:
        return NEVER
    parts = dict(re.findall(r"(\w+)=([^;]+)", recurrence))
    frequency, interval = parts.get("FREQ", ""), parts.get("INTERVAL", "1")
    if frequency not in _WORDS:
        return "Custom recurrence"
    return f"Repeats {_ADVERBS[frequency]}" if interval == "1" else f"Repeats every {interval} {_WORDS[frequency]}"
