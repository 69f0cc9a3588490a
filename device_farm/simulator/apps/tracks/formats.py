"""How OpenTracks writes times, distances, speeds and dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal, TypeAlias

Units: TypeAlias = Literal["IMPERIAL", "IMPERIAL_METER", "METRIC"]
UNITS: Final[tuple[tuple[Units, str], ...]] = (
    ("METRIC", "Metric (km, m)"),
    ("IMPERIAL", "Imperial (mi, ft)"),
    ("IMPERIAL_METER", "Imperial (mi, m)"),
)

METRES_A_MILE: Final = 1609.344
METRES_A_FOOT: Final = 0.3048
# From half a kilometre or mile on the long unit is used (`DistanceFormatter`).
_LONG_FROM: Final = 0.5


def elapsed(milliseconds: int) -> str:
    """`MM:SS`, from an hour on `H:MM:SS`."""
    seconds = max(0, milliseconds // 1000)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def distance_parts(metres: float, units: Units) -> tuple[str, str]:
    """Number with two decimals, and unit."""
    long_m, long_unit = (1000.0, "km") if units == "METRIC" else (METRES_A_MILE, "mi")
    if metres > _LONG_FROM * long_m:
        return f"{metres / long_m:,.2f}", long_unit
    if units == "IMPERIAL":
        return f"{metres / METRES_A_FOOT:,.2f}", "ft"
    return f"{metres:,.2f}", "m"


def distance(metres: float, units: Units) -> str:
    return " ".join(distance_parts(metres, units))


def height_parts(metres: float, units: Units) -> tuple[str, str]:
    """Whole feet or metres."""
    return (f"{metres / METRES_A_FOOT:,.0f}", "ft") if units == "IMPERIAL" else (f"{metres:,.0f}", "m")


def speed_parts(metres_a_second: float, units: Units, *, as_speed: bool) -> tuple[str, str]:
    """Speed with one decimal, or pace as minutes and seconds."""
    long_m, name = (1000.0, "km") if units == "METRIC" else (METRES_A_MILE, "mi")
    if as_speed:
        return f"{metres_a_second * 3600 / long_m:,.1f}", "km/h" if units == "METRIC" else "mph"
    seconds = round(long_m / metres_a_second) if metres_a_second > 0 else 0
    return f"{seconds // 60}:{seconds % 60:02}", f"min/{name}"


def relative_date(day: date, today: date) -> str:
    """Today, Yesterday, a weekday of the last week, else day and month; the year where it is another one."""
    ago = (today - day).days
    if ago == 0:
        return "Today"
    if ago == 1:
        return "Yesterday"
    if ago < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"


def full_date(day: date) -> str:
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def date_time(at: datetime) -> str:
    """Medium style of the US locale."""
    hour = at.hour % 12 or 12
    return f"{at:%b} {at.day}, {at.year}, {hour}:{at:%M:%S} {at:%p}"
