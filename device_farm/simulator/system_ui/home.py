"""Home screen: wallpaper, clock, dock, search bar; and the app drawer that a swipe up opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.intents import Intent
from device_farm.simulator.state import InstalledPackage
from device_farm.simulator.system_ui.app_window import full_screen
from device_farm.simulator.system_ui.bars import clock_text
from device_farm.simulator.system_ui.window import LAUNCHER, Window, lay_out, theme_of
from device_farm.simulator.toolkit.app import AppIcon
from device_farm.simulator.toolkit.base import Colour, Direction, Widget
from device_farm.simulator.toolkit.chrome import SearchBar
from device_farm.simulator.toolkit.containers import Column, Grid, Row, Scroll, Spacer, Stack
from device_farm.simulator.toolkit.content import Icon, Text
from device_farm.simulator.toolkit.metrics import NAVIGATION_BAR_PX, SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX, STATUS_BAR_PX
from device_farm.simulator.toolkit.node import Shape
from device_farm.types.geometry import Rect

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

DOCK_APPS = 5
COLUMNS = 4
FAVOURITES = (
    "com.google.android.dialer",
    "com.simplemobiletools.smsmessenger",
    "com.android.chrome",
    "com.android.camera2",
    "com.android.settings",
)
"""What the dock holds where it is installed."""
_WALLPAPER_LIGHT = (0xFF7DA7D9, 0xFFFFE3B3, 0xFF5C86BD, 0xFF3C659E, 0xFF26477A)
_WALLPAPER_DARK = (0xFF16233B, 0xFF3D4D6B, 0xFF121D33, 0xFF0D162A, 0xFF080F1F)


def home_window(phone: SimulatedPhone) -> Window:
    """The launcher's first page."""
    dock, rest = _placed(phone.packages.launchable())
    now = phone.local()
    search = Row(
        (Icon("search"), Text("Search apps", style="body_large", colour="on_surface_variant", weight=1)),
        gap=12,
        padding=(20, 0),
        height=52,
        radius=26,
        background="surface",
        on_tap=lambda: open_drawer(phone, searching=True),
        description="Search",
        resource_id="search_container_hotseat",
    )
    content = Column(
        (
            Column(
                (
                    Text(clock_text(phone), style="display_large", colour=0xFFFFFFFF, resource_id="clock"),
                    Text(f"{now:%a, %b} {now.day}", style="title", colour=0xFFFFFFFF, resource_id="date"),
                ),
                padding=(28, 28, 28, 0),
            ),
            Spacer(weight=1),
            _icons(phone, rest) if rest else Spacer(),
            Spacer(height=20),
            _icons(phone, dock, columns=DOCK_APPS, labels=False, resource_id="hotseat"),
            Row((Row((search,), weight=1),), padding=(20, 16, 20, 20)),
        ),
        on_swipe=lambda direction: _swiped(phone, direction),
        resource_id="workspace",
    )
    return _on_wallpaper(phone, content, "home")


def _placed(apps: tuple[InstalledPackage, ...]) -> tuple[tuple[InstalledPackage, ...], tuple[InstalledPackage, ...]]:
    """The apps of the dock, its favourites first, and those above it; all others are in the drawer only."""
    favourites = [found for name in FAVOURITES for found in apps if found.name == name]
    others = [app for app in apps if app.name not in FAVOURITES]
    ordered = (*favourites, *others)
    return tuple(ordered[:DOCK_APPS]), tuple(ordered[DOCK_APPS : DOCK_APPS + COLUMNS * 3])


def _swiped(phone: SimulatedPhone, direction: Direction) -> None:
    match direction:
        case "up":
            open_drawer(phone)
        case "down":
            phone.change(shade="notifications")
        case "left" | "right":
            pass


def open_drawer(phone: SimulatedPhone, *, searching: bool = False) -> None:
    """All apps, at the top of the list with an empty search."""
    views = {name: view for name, view in phone.state.system_views.items() if name != "drawer"}
    phone.change(surface="drawer", system_views=views)
    if searching:
        phone.set_view("drawer", phone.view("drawer").focused("search"))
        phone.show_keyboard()


def _on_wallpaper(phone: SimulatedPhone, content: Widget, name: str) -> Window:
    area = Rect(0, STATUS_BAR_PX, SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX - NAVIGATION_BAR_PX)
    window = lay_out(phone, content, area, name=name, package=LAUNCHER, ref=name)
    root = full_screen(window.root, 0)
    colours = _WALLPAPER_DARK if theme_of(phone).dark else _WALLPAPER_LIGHT
    root.content = Shape("wallpaper", colours=colours)
    window.root = root
    return window


def app_icon(icon: AppIcon, size: float = 60.0) -> Widget:
    """The round launcher icon."""
    return Stack(
        (Icon(icon.glyph, size=size * 0.55, colour=icon.foreground),),
        ("center",),
        width=size,
        height=size,
        radius=size / 2,
        background=icon.background,
    )


def _icons(
    phone: SimulatedPhone,
    apps: tuple[InstalledPackage, ...],
    *,
    columns: int = COLUMNS,
    labels: bool = True,
    ink: Colour = 0xFFFFFFFF,
    resource_id: str = "",
) -> Widget:
    cells = tuple(_launcher_icon(phone, package, labels, ink) for package in apps)
    return Row((Grid(cells, columns=columns, gap=4, weight=1),), padding=(12, 0), resource_id=resource_id)


def _launcher_icon(phone: SimulatedPhone, package: InstalledPackage, label: bool, ink: Colour) -> Widget:
    parts: list[Widget] = [app_icon(package.app.icon)]
    if label:
        parts.append(Text(package.label, style="label", colour=ink, max_lines=1, align="center", decorative=True))
    return Column(
        tuple(parts),
        gap=6,
        cross="center",
        padding=(4, 8),
        a11y_text=package.label,
        description=package.label,
        class_name="android.widget.TextView",
        on_tap=lambda: _open(phone, package.name),
        on_long_press=lambda: _app_info(phone, package.name),
    )


def _open(phone: SimulatedPhone, package: str) -> None:
    phone.activities.launch_app(package)


def _app_info(phone: SimulatedPhone, package: str) -> None:
    phone.activities.start(
        Intent(action="android.settings.APPLICATION_DETAILS_SETTINGS", data=f"package:{package}", flags=0x10000000)
    )


def drawer_window(phone: SimulatedPhone, bottom: int) -> Window:
    """The list of all installed apps, with a search field."""
    field = phone.view("drawer").fields.get("search")
    query = field.text.strip().lower() if field is not None else ""
    apps = tuple(package for package in phone.packages.launchable() if query in package.label.lower())
    found: Widget = _icons(phone, apps, ink="on_surface") if apps else Text(
        f"No apps found matching “{query}”", colour="on_surface_variant", align="center", padding=32)  # fmt: skip

    def submit(_: str) -> None:
        if apps:
            _open(phone, apps[0].name)

    content = Column(
        (
            SearchBar(
                key="search",
                hint="Search apps",
                padding=(16, 12),
                on_submit=submit,
                resource_id="search_container_all_apps",
            ),
            Scroll((found,), key="apps", weight=1, resource_id="apps_list_view"),
        ),
        on_swipe=lambda direction: phone.change(surface="home") if direction == "down" else None,
    )
    area = Rect(0, STATUS_BAR_PX, SCREEN_WIDTH_PX, bottom)
    window = lay_out(phone, content, area, name="drawer", package=LAUNCHER, ref="drawer")
    window.root = full_screen(window.root, window.scope.theme.colour("surface_container"))
    return window
