"""Calls into app code. An exception there is the app's crash, not the phone's: logged, and shown as Android does."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from device_farm.simulator.context import PhoneAppContext, PhoneContext
from device_farm.simulator.intents import ActivityResult, Intent
from device_farm.simulator.logcat import Priority
from device_farm.simulator.state import ActivityRecord, CrashNotice
from device_farm.simulator.toolkit.app import Activity

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

T = TypeVar("T")


class Callbacks:
    """Runs handlers, lifecycle methods and builds of the apps on one phone."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone
        self._broadcast_observers: list[Callable[[Intent, tuple[str, ...]], None]] = []

    def guarded(self, package: str, call: Callable[[], T]) -> T | None:
        """The result of `call`; None where it raised, and then the app of `package` has crashed."""
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - app code: any exception is a crash of that app alone
            self._crash(package, error)
            return None

    def _crash(self, package: str, error: Exception) -> None:
        text = "".join(traceback.format_exception(error))
        self._phone.logcat.log("AndroidRuntime", f"FATAL EXCEPTION: main\nProcess: {package}\n{text.rstrip()}",
                               priority=Priority.ERROR, buffer="crash")  # fmt: skip
        found = self._phone.packages.get(package)
        notice = CrashNotice(package=package, label=found.label if found is not None else package)
        self._phone.activities.end_crashed(package)
        self._phone.change(crash=notice)

    # Activities

    def activity(self, record: ActivityRecord) -> Activity[Any] | None:
        entry = self._phone.packages.entry(record.component)
        return entry.activity if entry is not None else None

    def context(self, record: ActivityRecord, prefix: str = "") -> PhoneContext:
        return PhoneContext(self._phone, record.component.package, record.id, prefix)

    def created(self, record_id: int) -> ActivityRecord | None:
        """The record with its state, made by `initial` where it has none yet; None where it is gone."""
        record = self._phone.state.find(record_id)
        activity = self.activity(record) if record is not None else None
        if record is None or activity is None:
            return None
        if record.created:
            return record
        state = self.guarded(record.component.package, lambda: activity.initial(self.context(record)))
        found = self._phone.state.find(record_id)
        if found is None:
            return None
        made = replace(found, created=True, state=state)
        self._phone.set_record(made)
        return made

    def call(self, record_id: int, method: Callable[[Activity[Any], PhoneContext], T]) -> T | None:
        """`method(activity, context)` of an activity that has been created before."""
        record = self._phone.state.find(record_id)
        activity = self.activity(record) if record is not None else None
        if record is None or activity is None or not record.created:
            return None
        return self.guarded(record.component.package, lambda: method(activity, self.context(record)))

    def pause(self, record_id: int) -> None:
        self.call(record_id, lambda activity, context: activity.on_pause(context))

    def ask_back(self, record_id: int) -> bool:
        """Whether the activity takes Back for itself."""
        return bool(self.call(record_id, lambda activity, context: activity.on_back(context)))

    def new_intent(self, record_id: int) -> None:
        self.call(record_id, lambda activity, context: activity.on_new_intent(context))

    def result(self, record_id: int, request: str, result: ActivityResult) -> None:
        self.call(record_id, lambda activity, context: activity.on_result(context, request, result))

    def permission(self, record_id: int, permission: str, granted: bool) -> None:
        self.call(record_id, lambda activity, context: activity.on_permission(context, permission, granted))

    def activity_event(self, record_id: int, event: str, argument: object) -> None:
        self.call(record_id, lambda activity, context: activity.on_event(context, event, argument))

    # Apps

    def app_context(self, package: str) -> PhoneAppContext:
        return PhoneAppContext(self._phone, package)

    def app_event(self, package: str, event: str, argument: object) -> None:
        found = self._phone.packages.get(package)
        if found is not None and found.enabled:
            self.guarded(package, lambda: found.app.on_event(self.app_context(package), event, argument))

    def boot(self, package: str) -> None:
        found = self._phone.packages.get(package)
        if found is not None and found.enabled and not found.stopped:
            self.guarded(package, lambda: found.app.on_boot(self.app_context(package)))

    def observe_broadcasts(self, observer: Callable[[Intent, tuple[str, ...]], None]) -> None:
        """Calls `observer` with each broadcast and the packages that were told of it."""
        self._broadcast_observers.append(observer)

    def broadcast(self, intent: Intent) -> tuple[str, ...]:
        """Hands `intent` to the package that it names, else to all; returns those told."""
        target = intent.component.package if intent.component is not None else intent.package
        told = [found for found in self._phone.packages.list() if found.enabled and target in ("", found.name)]
        for found in told:
            self._deliver_broadcast(found.name, intent)
        names = tuple(found.name for found in told)
        for observer in self._broadcast_observers:
            observer(intent, names)
        return names

    def _deliver_broadcast(self, package: str, intent: Intent) -> None:
        found = self._phone.packages.get(package)
        if found is not None:
            self.guarded(package, lambda: found.app.on_broadcast(self.app_context(package), intent))
