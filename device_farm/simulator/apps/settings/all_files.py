"""All files access: which apps may manage every file of the shared storage. Labels are those of AOSP's Settings."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.settings.apps_pages import package_of
from device_farm.simulator.apps.settings.pages import Page, note, open_page
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.state import InstalledPackage
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

APP_ACCESS = ".Settings$AppManageExternalStorageActivity"
LIST = ".Settings$ManageExternalStorageActivity"
MANAGE_FILES = "android.permission.MANAGE_EXTERNAL_STORAGE"
ACTION_APP = "android.settings.MANAGE_APP_ALL_FILES_ACCESS_PERMISSION"
_NOTE = (
    "With this access the app can read, change and delete every file of this device and of its memory cards, "
    "without asking again."
)


def access_intent(package: str) -> Intent:
    """Opens the switch of one app, as its own request for the permission does."""
    return Intent(
        action=ACTION_APP,
        data=f"package:{package}",
        component=ComponentName.parse(f"com.android.settings/{APP_ACCESS}"),
    )


class FileAccessList(Page[None]):
    title = "All files access"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        found = [package for package in context.phone.packages.list() if MANAGE_FILES in package.requested]
        return tuple(
            w.ListRow(
                package.label,
                "Allowed" if MANAGE_FILES in package.granted else "Not allowed",
                leading=_icon(package),
                on_tap=partial(open_page, context, APP_ACCESS, package=package.name),
            )
            for package in sorted(found, key=lambda package: package.label.lower())
        )


class AppFileAccess(Page[None]):
    """The switch of one app; the app is told when it is looked at again."""

    title = "All files access"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        package = package_of(context)
        if package is None:
            return (note("The app is not installed."),)
        header = w.Column(
            (
                _icon(package, size=48),
                w.Text(package.label, style="title_large", resource_id="com.android.settings:id/entity_header_title"),
                w.Text(package.version_name, colour="on_surface_variant"),
            ),
            gap=6,
            cross="center",
            padding=(24, 12),
        )
        switch = w.SwitchRow(
            "Allow access to manage all files",
            MANAGE_FILES in package.granted,
            on_change=partial(_set_access, context, package.name),
        )
        return (header, switch, note(_NOTE))


def _icon(package: InstalledPackage, size: float = 40) -> w.Widget:
    return w.Avatar(icon=package.app.icon.glyph, seed=package.name, colour=package.app.icon.background, size=size)


def _set_access(context: Context[None], package: str, allowed: bool) -> None:
    if allowed:
        context.phone.packages.grant(package, MANAGE_FILES)
    else:
        context.phone.packages.revoke(package, MANAGE_FILES)
