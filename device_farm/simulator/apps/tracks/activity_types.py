"""The kinds of activity that OpenTracks knows: label, icon, and whether speed or pace is shown for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ActivityType:
    id: str
    label: str
    icon: str = "question_mark"
    shows_speed: bool = True


_PACE: Final = frozenset(
    {
        *("climbing", "hiking", "off trail hiking", "running", "speed walking", "street running", "track running"),
        *("trail hiking", "trail running", "walking", "swimming", "swimming in open water", "workout"),
    }
)
_ICONS: Final[Mapping[str, str]] = {
    "airplane": "flight",
    "ATV": "directions_car",
    "biking": "directions_bike",
    "boat": "directions_boat",
    "climbing": "terrain",
    "commercial airplane": "flight",
    "cross-country skiing": "downhill_skiing",
    "cycling": "directions_bike",
    "dirt bike": "two_wheeler",
    "driving": "directions_car",
    "driving bus": "directions_bus",
    "driving car": "directions_car",
    "escooter": "electric_scooter",
    "ferry": "directions_boat",
    "hiking": "hiking",
    "inline skating": "roller_skating",
    "kayaking": "kayaking",
    "kickscooter": "electric_scooter",
    "motor bike": "two_wheeler",
    "motor boating": "directions_boat",
    "mountain biking": "pedal_bike",
    "off trail hiking": "hiking",
    "road biking": "directions_bike",
    "running": "directions_run",
    "sailing": "sailing",
    "skateboarding": "skateboarding",
    "skiing": "downhill_skiing",
    "snowboarding": "snowboarding",
    "speed walking": "directions_walk",
    "street running": "directions_run",
    "swimming": "pool",
    "swimming in open water": "pool",
    "track cycling": "directions_bike",
    "track running": "directions_run",
    "trail hiking": "hiking",
    "trail running": "directions_run",
    "walking": "directions_walk",
    "workout": "fitness_center",
}
# Where the label is not the id.
_LABELS: Final[Mapping[str, str]] = {
    "skateboarding": "skate boarding",
    "snowboarding": "snow boarding",
    "kickscooter": "scooter",
}
_IDS: Final = (
    *("airplane", "ATV", "biking", "blimp", "boat", "climbing", "commercial airplane", "cross-country skiing"),
    *("cycling", "dirt bike", "donkey back riding", "driving", "driving bus", "driving car", "escooter", "ferry"),
    *("frisbee", "gliding", "hang gliding", "helicopter", "hiking", "horse back riding", "hot air balloon"),
    *("ice sailing", "inline skating", "kayaking", "kite surfing", "land sailing", "mixed type", "motor bike"),
    *("motor boating", "mountain biking", "off trail hiking", "other", "paddling", "para gliding", "RC airplane"),
    *("RC boat", "RC helicopter", "riding", "road biking", "roller skiing", "rowing", "running", "sailing"),
    *("kickscooter", "seaplane", "skateboarding", "skating", "skiing", "sky jumping", "sled", "snowboarding"),
    *("snow shoeing", "speed walking", "street running", "surfing", "track cycling", "track running"),
    *("trail hiking", "trail running", "train", "ultimate frisbee", "wakeboarding", "walking", "water skiing"),
    *("wind surfing", "swimming", "swimming in open water", "workout"),
)
ACTIVITY_TYPES: Final = tuple(
    ActivityType(name, _LABELS.get(name, name), _ICONS.get(name, "question_mark"), name not in _PACE) for name in _IDS
)
UNKNOWN: Final = ActivityType("unknown", "unknown")
_BY_ID: Final = {kind.id: kind for kind in ACTIVITY_TYPES}
_BY_LABEL: Final = {kind.label: kind for kind in ACTIVITY_TYPES}


def by_id(activity_type: str) -> ActivityType:
    return _BY_ID.get(activity_type, UNKNOWN)


def by_label(category: str) -> ActivityType:
    return _BY_LABEL.get(category, UNKNOWN)
