"""A labelled episode made by hand."""

from __future__ import annotations

from device_farm.types.action import Answer, Click, Terminate, TypeText
from device_farm.types.geometry import Point
from gui_agent.labelled.episode import Label, LabelledEpisode


def episode(**changes: object) -> LabelledEpisode:
    """Wi-Fi was to be turned on and was not, unless `changes` say otherwise."""
    values: dict[str, object] = {
        "id": "basics/PhoneWifi/7/wrong_value/0",
        "suite": "basics",
        "template": "PhoneWifi",
        "seed": 7,
        "params": {"state": "on"},
        "platform": "android",
        "kind": "wrong_value",
        "note": "state 'off'",
        "actions": (Click(at=Point(3, 4)), TypeText(text="ä"), Answer(text="42"), Terminate(status="success")),
        "label": Label(success=False, why="setting wifi_on: found 0, expected 1", reward=0.0, state="0123"),
        **changes,
    }
    return LabelledEpisode(**values)  # type: ignore[arg-type]
