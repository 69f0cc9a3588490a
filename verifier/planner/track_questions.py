"""Questions about recorded activities in OpenTracks, answered from its database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.planner.answer_checks import Number, Right, Texts
from verifier.planner.app_questions import AppQuestions
from verifier.planner.moments import SPOKEN_DAY, now_of, spoken_day
from verifier.planner.plan import Kind
from verifier.planner.tables import Table
from verifier.planner.wording import Values

TRACKS: Final = Table(
    package="de.dennisguse.opentracks",
    database="database.db",
    name="tracks",
    key="_id",
    columns=("category", "starttime", "totaldistance", "totaltime"),
)
_METRES: Final = 10.0
"""The screen rounds distances: to hundredths of a kilometre, or of a mile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Track:
    category: str
    day: date
    metres: float
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tracks:
    today: date
    tracks: tuple[_Track, ...]

    def of(self, category: str, first: date, last: date) -> list[_Track]:
        """Raises VerifierError where another category has the name within its own: people may mean both."""
        within = [track for track in self.tracks if first <= track.day <= last and category in track.category]
        if any(track.category != category for track in within):
            raise VerifierError(f"{category} is part of the name of another category")
        return within

    def this_week(self, values: Values) -> list[_Track]:
        monday = self.today - timedelta(days=self.today.weekday())
        return self.of(values["category"].lower(), monday, monday + timedelta(days=6))


async def _read(device: Device) -> _Tracks:
    now = await now_of(device)
    tracks = tuple(
        _Track(
            category=row["category"].lower(),
            day=datetime.fromtimestamp(int(row["starttime"]) / 1000, now.tzinfo).date(),
            metres=float(row["totaldistance"]),
            minutes=float(row["totaltime"]) / 60_000,
        )
        for row in (await TRACKS.rows(device)).values()
    )
    return _Tracks(today=now.date(), tracks=tracks)


def _count(values: Values, tracks: _Tracks) -> Right:
    return Number(expected=len(tracks.this_week(values)))


def _minutes(values: Values, tracks: _Tracks) -> Right:
    return Number(expected=round(sum(track.minutes for track in tracks.this_week(values))))


def _longest(values: Values, tracks: _Tracks) -> Right:
    found = tracks.this_week(values)
    if not found:
        raise VerifierError("no activity answers the question")
    return Number(expected=max(track.metres for track in found), tolerance=_METRES)


def _duration(values: Values, tracks: _Tracks) -> Right:
    day = spoken_day(values["day"], tracks.today, past=True)
    found = tracks.of(values["category"].lower(), day, day)
    if len(found) != 1:
        raise VerifierError(f"{len(found)} activities answer the question")
    return Number(expected=round(found[0].minutes))


def _distance(values: Values, tracks: _Tracks) -> Right:
    first, last = (spoken_day(values[name], tracks.today, past=True) for name in ("day", "until"))
    found = tracks.of(values["category"].lower(), first, last)
    return Number(expected=sum(track.metres for track in found), tolerance=_METRES)


def _types(values: Values, tracks: _Tracks) -> Right:
    day = spoken_day(values["day"], tracks.today, past=True)
    found = dict.fromkeys(track.category for track in tracks.tracks if track.day == day)
    if not found:
        raise VerifierError("no activity answers the question")
    return Texts(expected=tuple(found))


_kind: Final = AppQuestions(package=TRACKS.package, read=_read).kind
_CATEGORY: Final = r"(?P<category>[a-z]+(?: [a-z]+)?)"
_DAY, _UNTIL = rf"(?P<day>{SPOKEN_DAY})", rf"(?P<until>{SPOKEN_DAY})"
_METRES_ALONE: Final = r"Answer in metres, rounded to a whole number, the number alone"
KINDS: Final[tuple[Kind, ...]] = (
    _kind(
        "how often",
        _count,
        rf"how often did I go {_CATEGORY} this week, Monday to Sunday, by OpenTracks\? Answer with a whole number",
    ),
    _kind(
        "how long in all",
        _minutes,
        rf"add up the duration of my {_CATEGORY} activities of this week, Monday to Sunday, in OpenTracks\. "
        "Answer with whole minutes, the number alone",
    ),
    _kind(
        "how far at most",
        _longest,
        rf"in OpenTracks, which distance had my longest {_CATEGORY} activity of this week, Monday to Sunday\? "
        f"{_METRES_ALONE}",
    ),
    _kind(
        "how long",
        _duration,
        rf"how many minutes did my {_CATEGORY} activity of {_DAY} take, by OpenTracks\? Answer with a whole number",
    ),
    _kind(
        "how far in all",
        _distance,
        rf"how far did I get with {_CATEGORY} from {_DAY} to {_UNTIL} altogether, according to OpenTracks\? "
        f"{_METRES_ALONE}",
    ),
    _kind(
        "which types of activity",
        _types,
        rf"which types of activity does OpenTracks have for {_DAY}\? Answer with the types only, with commas between "
        "them where there are several",
    ),
)
