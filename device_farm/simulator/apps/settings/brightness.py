"""The brightness slider's scale.

Android moves the slider on a perceptual scale, the hybrid log-gamma curve of `BrightnessUtils` in AOSP's SettingsLib
(constants R, A, B, C of ITU-R BT.2100), and stores the linear value, 1 to 255, under `screen_brightness`.
"""

from __future__ import annotations

import math

from device_farm.simulator.apps.settings.tables import Tables

MINIMUM = 1
MAXIMUM = 255
SLIDER_MAXIMUM = 65535.0

_R = 0.5
_A = 0.17883277
_B = 0.28466892
_C = 0.55991073


def stored_of_slider(position: float) -> int:
    """The stored value at `position` (0 to SLIDER_MAXIMUM) of the slider."""
    gamma = min(max(position / SLIDER_MAXIMUM, 0.0), 1.0)
    linear = (gamma / _R) ** 2 if gamma <= _R else math.exp((gamma - _C) / _A) + _B
    return round(MINIMUM + (MAXIMUM - MINIMUM) * min(max(linear, 0.0), 12.0) / 12.0)


def slider_of_stored(stored: int) -> float:
    """The slider's position for a stored value; values out of range count as the nearest in range."""
    linear = 12.0 * (min(max(stored, MINIMUM), MAXIMUM) - MINIMUM) / (MAXIMUM - MINIMUM)
    gamma = math.sqrt(linear) * _R if linear <= 1.0 else _A * math.log(linear - _B) + _C
    return min(max(gamma, 0.0), 1.0) * SLIDER_MAXIMUM


def store(tables: Tables, stored: int) -> None:
    """Writes the value, and beside it the fraction that newer parts of Android read."""
    tables.put("system", "screen_brightness", stored)
    tables.put("system", "screen_brightness_float", round((stored - MINIMUM) / (MAXIMUM - MINIMUM), 8))


def percent(stored: int) -> int:
    """What Settings shows beside `Brightness level`."""
    return round(100 * slider_of_stored(stored) / SLIDER_MAXIMUM)
