"""What lies over a screen without being a dialog of it: a drawer, and a question that comes before everything else."""

from __future__ import annotations

from device_farm.simulator.toolkit import widgets as w

_SCRIM = 0x66000000


def drawer(
    rows: tuple[w.Widget, ...],
    on_close: w.Handler,
    *,
    background: w.Colour = "surface",
    padding: w.Padding = 0,
    resource_id: str = "",
    description: str = "",
) -> w.Widget:
    """A panel over the left side; a tap beside it closes it. `description` is that of the place beside it."""
    panel = w.Column(rows, width=300, height="fill", padding=padding, background=background, resource_id=resource_id)
    beside = w.Spacer(width="fill", height="fill", background=_SCRIM, description=description, on_tap=on_close)
    return w.Stack((beside, panel), ("fill", "start"))


def question(*parts: w.Widget) -> w.Widget:
    """A box over an empty screen that has to be answered."""
    box = w.Column(parts, background="surface_high", radius=28, width=340)
    return w.Stack((box,), ("center",), background=_SCRIM)
