"""Apps from outside: found by import path, and checked before any phone has them."""

from __future__ import annotations

import re
import traceback
from functools import lru_cache
from typing import Final

from device_farm.config import import_attribute
from device_farm.errors import ConfigError
from device_farm.simulator.apps import BUILTIN_APPS
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.toolkit.app import Activity, ActivityEntry, App

_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")


def load_apps(paths: tuple[str, ...], *, field: str = "apps") -> tuple[App, ...]:
    """The apps at `module:Class` paths, each made once a process: phones of one kind share what is in them.

    Raises:
        ConfigError: a path leads nowhere, or what lies there cannot be installed; names the attribute and the fix.
    """
    apps = tuple(_load(path, field) for path in paths)
    for number, app in enumerate(apps):
        if app.package in {other.package for other in (*BUILTIN_APPS, *apps[:number])}:
            message = f"{paths[number]}.package: {app.package!r} is installed already"
            raise ConfigError(message, field=field, fix="give the app a package name of its own")
    return apps


@lru_cache(maxsize=256)
def _load(path: str, field: str) -> App:
    found = import_attribute(path, field=field)
    if isinstance(found, type) and issubclass(found, App):
        try:
            found = found()
        except TypeError as error:
            raise ConfigError(f"{path} cannot be made: {error}", field=field, fix="let it take no arguments") from error
    if not isinstance(found, App):
        fix = "name a subclass of device_farm.simulator.toolkit.app.App"
        raise ConfigError(f"{path} is a {type(found).__name__}, not an App", field=field, fix=fix)
    _check(path, found, field)
    _try_on(path, found, field)
    return found


def _try_on(path: str, app: App, field: str) -> None:
    """Installs and starts the app on a blank phone: what fails there would fail on every phone."""
    phone = SimulatedPhone()
    try:
        phone.packages.add_app(app)
        app.on_boot(phone.callbacks.app_context(app.package))
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{path} cannot be installed: {type(error).__name__}: {error}"
        fix = f"see {where.name}, line {where.lineno} of {where.filename}"
        raise ConfigError(message, field=field, fix=fix) from error


def _check(path: str, app: App, field: str) -> None:
    if not _PACKAGE.fullmatch(app.package):
        fix = 'write for example package = "com.example.shopping"'
        raise ConfigError(f"{path}.package: {app.package!r} is no package name", field=field, fix=fix)
    if not app.label:
        raise ConfigError(f"{path}.label: is empty", field=field, fix="give the name under the app's icon")
    if not isinstance(app.activities, tuple):
        kind = type(app.activities).__name__
        raise ConfigError(
            f"{path}.activities: is a {kind}", field=field, fix="write activities = (ActivityEntry(...),)"
        )
    for number, entry in enumerate(app.activities):
        where = f"{path}.activities[{number}]"
        if not isinstance(entry, ActivityEntry):
            fix = "use ActivityEntry(class_name=..., activity=...)"
            raise ConfigError(f"{where}: is a {type(entry).__name__}, not an ActivityEntry", field=field, fix=fix)
        if not isinstance(entry.activity, Activity):
            kind = entry.activity.__name__ if isinstance(entry.activity, type) else type(entry.activity).__name__
            fix = f"write activity={kind}()" if isinstance(entry.activity, type) else "use a subclass of Activity"
            raise ConfigError(f"{where}.activity: {kind} is not the object of an Activity", field=field, fix=fix)


def app_of_package(package: str) -> App | None:
    """The built-in app of that package, or the one that some phone of this process was made with."""
    return next((app for app in BUILTIN_APPS if app.package == package), None) or _BY_PACKAGE.get(package)


def remember(apps: tuple[App, ...]) -> None:
    """Makes apps known to `app_of_package`, so that a stored snapshot of a phone that has them can be read."""
    _BY_PACKAGE.update({app.package: app for app in apps})


_BY_PACKAGE: dict[str, App] = {}
