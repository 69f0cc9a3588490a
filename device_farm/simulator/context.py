"""The contexts that a phone hands to apps: thin views that look everything up anew, so that no handle goes stale."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device_farm.simulator.clock import Clock
from device_farm.simulator.database import Database
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.intents import CANCELED, ActivityResult, Intent
from device_farm.simulator.notifications import Notification
from device_farm.simulator.settings_tables import SettingsTables
from device_farm.simulator.state import PermissionPrompt
from device_farm.simulator.toolkit.metrics import px
from device_farm.simulator.toolkit.view import FieldState, OverlayState, SnackbarState

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

SNACKBAR_S = 4.0


@lru_cache(maxsize=64)
def time_zone(name: str) -> tzinfo:
    """The zone of that name; UTC where the host does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


class PhoneAppContext:
    """`AppContext` for one package of one phone."""

    def __init__(self, phone: SimulatedPhone, package: str) -> None:
        self._phone = phone
        self._package = package

    @property
    def package(self) -> str:
        return self._package

    @property
    def phone(self) -> SimulatedPhone:
        return self._phone

    @property
    def clock(self) -> Clock:
        return self._phone.clock

    @property
    def now_s(self) -> float:
        return self._phone.clock.now_s()

    def local(self, at_s: float | None = None) -> datetime:
        return self._phone.local(at_s)

    @property
    def is_24_hour(self) -> bool:
        return self._phone.is_24_hour

    @property
    def files(self) -> FileSystem:
        return self._phone.files

    @property
    def settings(self) -> SettingsTables:
        return self._phone.settings

    @property
    def data_dir(self) -> str:
        return self._phone.packages.data_dir(self._package)

    @property
    def clipboard(self) -> str:
        return self._phone.clipboard

    def random(self, purpose: str = "") -> random.Random:
        # Seeded by text: random.Random hashes str with SHA-512, the same in every process.
        return random.Random(f"{self._phone.seed}/{self._package}/{purpose}")

    def database(self, path: str, schema: str) -> Database:
        full = path if path.startswith("/") else f"{self.data_dir}/databases/{path}"
        found = self._phone.state.packages.get(self._package)
        return Database(self._phone.files, full, schema, uid=found.uid if found is not None else None)

    def notify(self, notification: Notification) -> None:
        self._phone.notifications.post(notification, package=self._package)

    def cancel_notification(self, notification_id: int, tag: str = "") -> None:
        self._phone.notifications.cancel((self._package, tag, notification_id))

    def schedule(self, at_s: float, event: str, argument: object = None) -> None:
        self._phone.schedule(at_s, self._package, event, argument)

    def unschedule(self, event: str, argument: object = None) -> None:
        self._phone.unschedule(self._package, event, argument)

    def scheduled(self) -> tuple[tuple[float, str, object], ...]:
        return tuple((item.at_s, item.event, item.argument) for item in self._phone.state.scheduled
                     if item.package == self._package)  # fmt: skip

    def has_permission(self, permission: str) -> bool:
        return self._phone.packages.has_permission(self._package, permission)

    def start(self, intent: Intent) -> None:
        self._started(self._phone.activities.start(intent).status)

    def _started(self, status: str) -> None:
        if status == "not_found":
            self.toast("No app can perform this action.")

    def toast(self, text: str) -> None:
        self._phone.show_toast(text, package=self._package)

    def copy(self, text: str) -> None:
        self._phone.clipboard = text


class PhoneContext(PhoneAppContext):
    """`Context` of one activity record. `prefix` is that of the dialog which is being described (empty: none)."""

    def __init__(self, phone: SimulatedPhone, package: str, record_id: int, prefix: str = "") -> None:
        super().__init__(phone, package)
        self.record_id = record_id
        self._prefix = prefix

    @property
    def intent(self) -> Intent:
        record = self._phone.state.find(self.record_id)
        return record.intent if record is not None else Intent()

    @property
    def state(self) -> Any:
        record = self._phone.state.find(self.record_id)
        return record.state if record is not None else None

    def update(self, **changes: object) -> None:
        state = self.state
        if state is not None:
            self._phone.set_activity_state(self.record_id, replace(state, **changes))

    # View state

    def _full(self, key: str) -> str:
        """A key of the dialog, where it has one of that name, else of the screen."""
        fields = self._phone.view(self.record_id).fields
        return self._prefix + key if self._prefix and self._prefix + key in fields else key

    def text(self, key: str, default: str = "") -> str:
        field = self._phone.view(self.record_id).fields.get(self._full(key))
        return default if field is None else field.text

    def set_text(self, key: str, text: str) -> None:
        view = self._phone.view(self.record_id)
        self._phone.set_view(self.record_id, view.with_field(self._full(key), FieldState.at_end(text)))

    def cursor(self, key: str) -> int:
        field = self._phone.view(self.record_id).fields.get(self._full(key))
        return 0 if field is None else field.cursor

    def selection(self, key: str) -> tuple[int, int]:
        field = self._phone.view(self.record_id).fields.get(self._full(key))
        return (0, 0) if field is None else field.selection

    def select(self, key: str, start: int, end: int) -> None:
        view = self._phone.view(self.record_id)
        full = self._full(key)
        field = view.fields.get(full, FieldState())
        length = len(field.text)
        chosen = FieldState(field.text, min(max(end, 0), length), min(max(start, 0), length))
        self._phone.set_view(self.record_id, view.with_field(full, chosen))

    def focus(self, key: str | None) -> None:
        view = self._phone.view(self.record_id)
        if key is None:
            self._phone.set_view(self.record_id, replace(view, focus=""))
            return
        self._phone.set_view(self.record_id, view.focused(self._full(key)))
        self._phone.show_keyboard()

    def scroll_to(self, key: str, offset: float = 0.0) -> None:
        view = self._phone.view(self.record_id)
        self._phone.set_view(self.record_id, view.with_scroll(self._prefix + key, px(offset)))

    def dialog(self, name: str, argument: object = None) -> None:
        view = self._phone.view(self.record_id)
        self._phone.set_view(self.record_id, view.opened(OverlayState(name, argument)))

    def dismiss(self) -> None:
        view = self._phone.view(self.record_id)
        if view.popup:
            self._phone.set_view(self.record_id, replace(view, popup=""))
        elif view.overlays:
            self._phone.set_view(self.record_id, view.closed(len(view.overlays) - 1))

    def snackbar(self, text: str, *, action: str = "", event: str = "", argument: object = None) -> None:
        until_s = self._phone.clock.uptime_s() + SNACKBAR_S
        shown = SnackbarState(text, until_s, action, event, argument)
        self._phone.set_view(self.record_id, replace(self._phone.view(self.record_id), snackbar=shown))

    # Other activities

    def start(self, intent: Intent) -> None:
        self._started(self._phone.activities.start(intent, caller=self.record_id).status)

    def start_for_result(self, intent: Intent, request: str) -> None:
        self._started(self._phone.activities.start(intent, caller=self.record_id, request=request).status)

    def finish(self, result: ActivityResult = CANCELED) -> None:
        self._phone.activities.finish(self.record_id, result)

    def back(self) -> None:
        self._phone.activities.back(self.record_id)

    def request_permission(self, permission: str) -> None:
        package = self._phone.packages.get(self._package)
        if package is None:
            return
        if permission in package.granted or permission in package.denied:
            self._phone.callbacks.permission(self.record_id, permission, permission in package.granted)
            return
        prompt = PermissionPrompt(package=self._package, permission=permission, record_id=self.record_id)
        if prompt not in self._phone.state.prompts:
            self._phone.change(prompts=(*self._phone.state.prompts, prompt))
