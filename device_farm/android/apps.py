"""Finds an installed application by the name under its icon or by its package."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from device_farm.errors import ActionError

LAUNCHABLE_COMMAND = "cmd package query-activities -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
"""Lists launchable activities in full: package, class and, where the app states it in plain text, its label."""

_RECORD = re.compile(r"^  ?Activity #\d+:$", re.MULTILINE)
_FIELD = re.compile(r"(?<!\w)(name|packageName|nonLocalizedLabel)=(.*?)(?=\s\w+=|$)", re.MULTILINE)

_KNOWN_LABELS: dict[str, tuple[str, ...]] = {
    "audio recorder": ("com.dimowner.audiorecorder",),
    "calculator": ("com.google.android.calculator", "com.android.calculator2"),
    "calendar": ("com.google.android.calendar", "com.android.calendar"),
    "camera": ("com.android.camera2", "com.google.android.GoogleCamera"),
    "chrome": ("com.android.chrome",),
    "clock": ("com.google.android.deskclock", "com.android.deskclock"),
    "contacts": ("com.google.android.contacts", "com.android.contacts"),
    "files": ("com.google.android.documentsui", "com.android.documentsui"),
    "gallery": ("com.android.gallery3d",),
    "gmail": ("com.google.android.gm",),
    "maps": ("com.google.android.apps.maps",),
    "markor": ("net.gsantner.markor",),
    "messages": ("com.google.android.apps.messaging", "com.android.messaging"),
    "phone": ("com.google.android.dialer", "com.android.dialer"),
    "photos": ("com.google.android.apps.photos",),
    "play store": ("com.android.vending",),
    "settings": ("com.android.settings",),
    "simple calendar pro": ("com.simplemobiletools.calendar.pro",),
    "tasks": ("org.tasks",),
    "youtube": ("com.google.android.youtube",),
}
"""Labels that lie in resources, which no shell command prints, of the applications on AOSP and Google images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchableApp:
    package: str
    activity: str
    label: str = ""

    @property
    def component(self) -> str:
        return f"{self.package}/{self.activity}"


def parse_launchable(output: str) -> tuple[LaunchableApp, ...]:
    """Reads the output of `LAUNCHABLE_COMMAND`; the first activity of each package, in the device's order."""
    found: dict[str, LaunchableApp] = {}
    for record in _RECORD.split(output)[1:]:
        # The activity's own fields come first; those of its application repeat the names below.
        fields: dict[str, str] = {}
        for name, value in _FIELD.findall(record):
            if value.strip() not in ("", "null"):
                fields.setdefault(name, value.strip())
        package, activity = fields.get("packageName"), fields.get("name")
        if package and activity and package not in found:
            found[package] = LaunchableApp(
                package=package, activity=activity, label=fields.get("nonLocalizedLabel", "")
            )
    return tuple(found.values())


def _names(app: LaunchableApp) -> set[str]:
    labels = {label for label, packages in _KNOWN_LABELS.items() if app.package in packages}
    return {app.package.casefold(), *labels} | ({app.label.casefold()} if app.label else set())


def find_app(name: str, installed: tuple[LaunchableApp, ...]) -> LaunchableApp:
    """The application called `name`.

    Raises:
        ActionError: none is; names those that are spelled alike.
    """
    wanted = name.strip().casefold()
    by_itself = [app for app in installed if wanted and wanted in (app.label.casefold(), app.package.casefold())]
    # What stands under the icon comes before what an application of this package is usually called.
    for app in by_itself or [app for app in installed if wanted in _names(app)]:
        return app
    spelled = {spelling: app.label or spelling for app in installed for spelling in _names(app)}
    close = [spelled[spelling] for spelling in difflib.get_close_matches(wanted, spelled, n=4, cutoff=0.5)]
    shown = sorted(set(close)) or sorted({app.label or app.package for app in installed})[:12]
    raise ActionError(f"no application {name!r} is installed", field="name", fix=f"there is {', '.join(shown)}")
