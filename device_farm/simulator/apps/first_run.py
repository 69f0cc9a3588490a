"""First-run screens: a new phone comes already set up; they appear where an app's data were cleared."""

from __future__ import annotations

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.seeding import first_start
from device_farm.simulator.toolkit.app import AppContext

_NAME = "first_run"


def factory_set_up(context: AppContext, done: str = "done", permissions: tuple[str, ...] = ()) -> bool:
    """To be called by `on_install`: at the factory marks the first run as over and grants `permissions`.

    True at the factory, False after `pm clear`, when the app begins with its first-run screens.
    """
    if not first_start(context):
        return False
    set_stage(context, done)
    for permission in permissions:
        context.phone.packages.grant(context.package, permission)
    return True


def stage(context: AppContext) -> str:
    """How far the person has come with the first-run screens; empty at their beginning."""
    return PreferenceStore(context.files, context.package, _NAME).text("stage")


def set_stage(context: AppContext, value: str) -> None:
    PreferenceStore(context.files, context.package, _NAME).put(stage=value)
