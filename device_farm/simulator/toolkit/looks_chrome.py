"""How the frame of a screen looks: app bar, tabs, bottom navigation, the screen itself."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.simulator.toolkit.base import Colour, Handler, Widget
from device_farm.simulator.toolkit.chrome import AppBar, BottomNavigation, Screen, Tabs
from device_farm.simulator.toolkit.containers import Column, Row, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.controls import IconButton, MenuButton
from device_farm.simulator.toolkit.scope import Scope

_NAVIGATION = {
    "back": ("arrow_back", "Navigate up"),
    "close": ("close", "Close"),
    "menu": ("menu", "Open navigation drawer"),
}


def chrome(widget: AppBar | Tabs | BottomNavigation | Screen, scope: Scope) -> Widget:
    """Simpler widgets that draw `widget`."""
    match widget:
        case AppBar():
            return _app_bar(widget, scope)
        case Tabs():
            return Row(
                tuple(_tab(widget, index) for index in range(len(widget.titles))),
                cross="stretch",
                height=64 if widget.icons else 48,
                class_name="android.widget.HorizontalScrollView",
            )
        case BottomNavigation():
            items = tuple(_nav_item(widget, index) for index in range(len(widget.items)))
            return Row(items, height=80, background="surface_container", cross="stretch")
        case Screen():
            return _screen(widget)


def _app_bar(bar: AppBar, scope: Scope) -> Widget:
    parts: list[Widget] = []
    if bar.navigation is not None:
        icon, usual = _NAVIGATION[bar.navigation]
        description = bar.navigation_description or usual
        leave = bar.on_navigation or scope.host.back
        parts.append(IconButton(icon, description=description, on_tap=leave, colour="on_surface"))
    title = bar.title_widget or _titles(bar)
    parts.append(Spacer(weight=1) if bar.large else Row((title,), weight=1, padding=(0 if parts else 12, 0, 4, 0)))
    parts.extend(bar.actions)
    if bar.overflow:
        parts.append(MenuButton(bar.overflow, key=bar.key or "overflow"))
    row = Row(tuple(parts), height=64, padding=(4, 0))
    if not bar.large:
        return row
    return Column((row, Row((title,), padding=(16, 8, 16, 20))))


def _titles(bar: AppBar) -> Widget:
    title = Text(bar.title, style="headline" if bar.large else "title_large", max_lines=1)
    if not bar.subtitle:
        return Column((title,), weight=1)
    subtitle = Text(bar.subtitle, style="body_small", colour="on_surface_variant", max_lines=1)
    return Column((title, subtitle), weight=1)


def _picker(on_pick: Callable[[int], None] | None, index: int) -> Handler | None:
    return (lambda: on_pick(index)) if on_pick is not None else None


def _tab(tabs: Tabs, index: int) -> Widget:
    chosen = index == tabs.selected_index
    ink: Colour = "primary" if chosen else "on_surface_variant"
    parts: list[Widget] = [Text(tabs.titles[index], style="title_small", colour=ink, max_lines=1, align="center")]
    if index < len(tabs.icons):
        parts.insert(0, Icon(tabs.icons[index], colour=ink))
    bar = Spacer(height=3, background="primary" if chosen else "outline_variant", radius=1.5 if chosen else 0)
    return Stack(
        (Column(tuple(parts), main="center", cross="center"), bar),
        ("fill", "bottom"),
        weight=1,
        on_tap=_picker(tabs.on_pick, index),
        class_name="android.widget.LinearLayout",
        description=tabs.titles[index],
        selected=chosen,
    )


def _nav_item(bar: BottomNavigation, index: int) -> Widget:
    item, chosen = bar.items[index], index == bar.selected_index
    pill = Stack(
        (Icon(item.icon, colour="on_secondary_container" if chosen else "on_surface_variant"),),
        ("center",),
        width=64,
        height=32,
        radius=16,
        background="secondary_container" if chosen else None,
    )
    label = Text(item.text, style="label", colour="on_surface" if chosen else "on_surface_variant", max_lines=1)
    return Column(
        (pill, label),
        gap=4,
        main="center",
        cross="center",
        weight=1,
        on_tap=_picker(bar.on_pick, index),
        class_name="android.widget.FrameLayout",
        description=item.text,
        selected=chosen,
    )


def _screen(screen: Screen) -> Widget:
    body: Widget = Stack((screen.body,), weight=1)
    if screen.fab is not None:
        fab = Row((screen.fab,), padding=(16, 16))
        body = Stack((screen.body, fab), ("fill", "bottom_end"), weight=1)
    parts = [part for part in (screen.app_bar, body, screen.bottom) if part is not None]
    return Column(tuple(parts), width="fill", height="fill")
