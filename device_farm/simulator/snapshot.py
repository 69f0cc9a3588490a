"""A phone at one moment: references to immutable values, so that taking and restoring one costs next to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from device_farm.simulator.filesystem import FileSystemState
from device_farm.simulator.logcat import LogState
from device_farm.simulator.profile import PhoneProfile
from device_farm.simulator.settings_tables import Tables
from device_farm.simulator.state import PhoneState
from device_farm.simulator.system_ui.picture import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSnapshot:
    """Fits any phone of the same profile. `clock` is (Unix time, uptime) in seconds.

    `picture` is the frame as last encoded, so that a restored phone need not draw what it showed before.
    """

    profile: PhoneProfile
    seed: int
    state: PhoneState
    files: FileSystemState
    settings: Tables
    properties: Mapping[str, str]
    logcat: LogState
    clock: tuple[float, float]
    picture: Picture | None
    frame_number: int
