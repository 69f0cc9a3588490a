"""The time of day as apps write it, on the 12-hour or the 24-hour clock."""

from __future__ import annotations

from datetime import datetime


def time_text(hour: int, minute: int, use_24_hour: bool) -> str:
    """`7:05 AM`, or `07:05` on the 24-hour clock."""
    if use_24_hour:
        return f"{hour:02d}:{minute:02d}"
    return f"{hour % 12 or 12}:{minute:02d} {'AM' if hour < 12 else 'PM'}"


def two_digit_time(moment: datetime, use_24_hour: bool) -> str:
    """`07:05 AM`, as the Simple Mobile Tools write it, or `07:05`."""
    return f"{moment:%H:%M}" if use_24_hour else f"{moment:%I:%M %p}"
