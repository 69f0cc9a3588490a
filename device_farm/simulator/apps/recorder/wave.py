"""The waveform: silence, so a line of small bars, the played part brighter."""

from __future__ import annotations

from device_farm.simulator.apps.recorder.look import FAINT, INK
from device_farm.simulator.toolkit import widgets as w

_BARS = 48
_BAR_S = 0.25


def waveform(length_s: float, played: float, *, resource_id: str) -> w.Widget:
    """One bar a quarter of a second up to the width of the screen; `played` in [0, 1] is the bright share."""
    count = min(_BARS, max(1, round(length_s / _BAR_S)))
    bars = tuple(
        w.Spacer(width=4, height=4, radius=2, background=INK if place < played * count else FAINT)
        for place in range(count)
    )
    return w.Row(bars, gap=4, main="center", height=120, padding=(16, 0), resource_id=resource_id)
