"""The activities that an OpenTracks task begins with: those it is about, among twenty others."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from device_farm.device import Device
from gui_agent.benchmarks.androidworld.setting import START
from gui_agent.benchmarks.androidworld.tables import literal
from gui_agent.benchmarks.basics.phone.common import run

PACKAGE: Final = "de.dennisguse.opentracks"
DATABASE: Final = f"/data/data/{PACKAGE}/databases/database.db"
TODAY: Final = START.date()
MONDAY: Final = TODAY - timedelta(days=TODAY.weekday())
NOISE: Final = 20
METRES_A_MILE: Final = 1609.34
_NOISE_DAYS: Final = 14

_OTHERS: Final = {
    "biking": ("Scenic Cycling", "Mountain Biking", "Bridge loop"),
    "running": ("Evening Run", "Canal jog", "Running in circles"),
    "hiking": ("Ridge walk", "Forest Hike", "Castle hill"),
    "swimming": ("Pool lanes", "Lake Swim", "Before breakfast"),
    "walking": ("Market stroll", "With the dog", "Old town"),
    "skiing": ("Slope Session", "Fresh powder", "Last chairlift"),
    "rowing": ("Rowing with the crew", "Upstream", "Regatta practice"),
    "sailing": ("Harbour tour", "Sailing lesson", "Strong wind"),
    "climbing": ("Rock Climbing", "North wall", "Indoor evening"),
    "mountain biking": ("Singletrack", "Trail Biking", "Mud everywhere"),
    "road biking": ("Road Cycling", "To the sea", "Hill repeats"),
    "trail running": ("Trail Run", "Roots and rocks", "Long way home"),
    "kayaking": ("River paddle", "Lake Kayaking", "Three bridges"),
    "surfing": ("Small waves", "Beach day", "Surfing at dawn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """`distance_m` is what the database holds: whole metres that two decimals of miles can express."""

    name: str
    description: str
    category: str
    day: date
    at: time
    minutes: int
    distance_m: int
    gain_m: int = 100
    loss_m: int = 100

    @property
    def start_ms(self) -> int:
        return int(datetime.combine(self.day, self.at, UTC).timestamp() * 1000)


def shown_distance(metres: float) -> int:
    """AndroidWorld rounds distances so that reading them in miles loses nothing."""
    return round(round(metres / METRES_A_MILE, 2) * METRES_A_MILE)


def clock_time(text: str) -> time:
    """`8:45am` or `20:45`."""
    try:
        return datetime.strptime(text, "%I:%M%p").time()
    except ValueError:
        return datetime.strptime(text, "%H:%M").time()


def with_noise(wanted: Sequence[Activity], excluded: Callable[[Activity], bool], rng: Random) -> list[Activity]:
    """`wanted` among `NOISE` activities of the last two weeks for none of which `excluded` holds."""
    rows = list(wanted)
    while len(rows) < NOISE + len(wanted):
        category = rng.choice(tuple(_OTHERS))
        before = START - timedelta(minutes=rng.randrange(60 * 6, 60 * 24 * _NOISE_DAYS))
        row = Activity(
            name=rng.choice(_OTHERS[category]),
            description="",
            category=category,
            day=before.date(),
            at=before.time().replace(second=0),
            minutes=rng.randrange(1, 300),
            distance_m=shown_distance(rng.randint(0, 20_000)),
            gain_m=rng.randint(0, 500),
            loss_m=rng.randint(0, 500),
        )
        if not excluded(row):
            rows.append(row)
    rng.shuffle(rows)
    return rows


async def put_activities(device: Device, rows: Sequence[Activity], rng: Random) -> None:
    """OpenTracks holds exactly `rows` and will read them anew.

    Raises:
        GuestError: a command failed.
    """
    statements = ["DELETE FROM tracks"]
    for row in rows:
        total_ms = row.minutes * 60_000
        speed = row.distance_m / (total_ms / 1000) if total_ms else 0.0
        texts = ", ".join(literal(text) for text in (row.name, row.description, row.category, row.category))
        numbers = (row.start_ms, row.start_ms + total_ms, row.distance_m, total_ms, total_ms, speed, speed)
        statements.append(
            "INSERT INTO tracks (name, description, category, activity_type, starttime, stoptime, totaldistance,"
            " totaltime, movingtime, avgspeed, avgmovingspeed, maxspeed, numpoints, elevationgain, elevationloss,"
            f" starttime_offset, uuid) VALUES ({texts}, {', '.join(map(str, numbers))}, 0, 0,"
            f" {row.gain_m}, {row.loss_m}, 0, x'{rng.getrandbits(128):032x}')"
        )
    script = "BEGIN; " + "; ".join(statements) + "; COMMIT;"
    await run(device, f"am force-stop {PACKAGE}")
    await run(device, f"sqlite3 {DATABASE} {shlex.quote(script)}")
