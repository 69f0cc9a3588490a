"""Sizes of the simulated screen and the conversion from dp to pixels."""

from __future__ import annotations

from device_farm.simulator.toolkit.base import Padding

SCREEN_WIDTH_PX = 1080
SCREEN_HEIGHT_PX = 2400
DENSITY_DPI = 420
DENSITY = DENSITY_DPI / 160

STATUS_BAR_PX = 74
NAVIGATION_BAR_PX = 126
"""48 dp, the height of Android's three-button bar."""

TOUCH_SLOP_PX = 21
"""ViewConfiguration.getScaledTouchSlop: 8 dp."""


def px(dp: float) -> int:
    """Pixels of a length in dp, rounded half up as Android's TypedValue does."""
    return int(dp * DENSITY + 0.5)


def sides(padding: Padding) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) in pixels."""
    if isinstance(padding, tuple):
        if len(padding) == 2:
            across, along = px(padding[0]), px(padding[1])
            return (across, along, across, along)
        left, top, right, bottom = padding
        return (px(left), px(top), px(right), px(bottom))
    if not padding:
        return (0, 0, 0, 0)
    every = px(padding)
    return (every, every, every, every)
