"""What the pages share: white toolbars, round map buttons, list lines."""

from __future__ import annotations

from device_farm.simulator.apps.osmand.state import GREY
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.base import Handler


def round_button(icon: str, description: str, resource_id: str, on_tap: Handler) -> w.Widget:
    """A button on the map."""
    return w.Stack(
        (w.Icon(icon, colour=GREY),),
        ("center",),
        width=48,
        height=48,
        radius=24,
        elevation=3,
        background="surface",
        class_name="android.widget.ImageButton",
        description=description,
        resource_id=resource_id,
        on_tap=on_tap,
    )


def toolbar(title: str, on_back: Handler, actions: tuple[w.Widget, ...] = (), *, subtitle: str = "") -> w.Widget:
    texts: list[w.Widget] = [w.Text(title, style="title_large", max_lines=1)]
    if subtitle:
        texts.append(w.Text(subtitle, style="body_small", colour="on_surface_variant", max_lines=1))
    back = w.IconButton("arrow_back", description="Navigate up", on_tap=on_back)
    return w.Row(
        (back, w.Column(tuple(texts), weight=1, padding=(8, 0)), *actions),
        height=56,
        padding=(4, 0),
        background="surface_container",
        resource_id="toolbar",
        decorative=True,
    )


def line(title: str, subtitle: str, icon: str, on_tap: Handler | None, *, trailing: w.Widget | None = None) -> w.Widget:
    """A line of a list: icon, title, what it is."""
    return w.ListRow(
        title, subtitle, icon=icon, title_id="title", summary_id="description", on_tap=on_tap, trailing=trailing
    )


def page(bar: w.Widget, *body: w.Widget) -> w.Widget:
    return w.Column((bar, *body), width="fill", height="fill", background="surface")
