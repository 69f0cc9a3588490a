"""Notifications as apps post them and the shade lists them: an immutable list, newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from device_farm.simulator.intents import Intent

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

HEADS_UP_S = 5.0
"""How long a heads-up stays, as on Android."""

Importance: TypeAlias = Literal["low", "default", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationAction:
    """A button under a notification: the app's `on_event(context, event, argument)` runs."""

    text: str
    event: str
    argument: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One entry. `package` and `posted_s` are filled in by `context.notify`.

    `ongoing` ones cannot be swiped away. `high` importance shows as heads-up. A tap starts `intent` and, when
    `auto_cancel`, removes the entry. `event`/`argument`, where set, run the app's `on_event` when it is dismissed.
    """

    id: int
    title: str
    text: str = ""
    package: str = ""
    tag: str = ""
    channel: str = "default"
    icon: str = "notifications"
    importance: Importance = "default"
    intent: Intent | None = None
    actions: tuple[NotificationAction, ...] = ()
    ongoing: bool = False
    auto_cancel: bool = True
    posted_s: float = 0.0
    dismiss_event: str = ""
    dismiss_argument: object = None

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.package, self.tag, self.id)


@dataclass(frozen=True, slots=True)
class NotificationList:
    """The posted notifications, newest first. Immutable: every change is a new list."""

    entries: tuple[Notification, ...] = ()

    def post(self, entry: Notification) -> NotificationList:
        """With `entry` in front; one with the same key is replaced."""
        return NotificationList((entry, *(other for other in self.entries if other.key != entry.key)))

    def cancel(self, key: tuple[str, str, int]) -> NotificationList:
        return NotificationList(tuple(entry for entry in self.entries if entry.key != key))

    def cancel_package(self, package: str) -> NotificationList:
        return NotificationList(tuple(entry for entry in self.entries if entry.package != package))

    def clear(self) -> NotificationList:
        """Without those that a person can dismiss."""
        return NotificationList(tuple(entry for entry in self.entries if entry.ongoing))

    def find(self, key: tuple[str, str, int]) -> Notification | None:
        return next((entry for entry in self.entries if entry.key == key), None)


def stamped(entry: Notification, *, package: str, posted_s: float) -> Notification:
    """`entry` as posted by `package` at Unix time `posted_s`."""
    return replace(entry, package=package, posted_s=posted_s)


class Notifications:
    """The phone's notifications: posting shows a heads-up for the important ones."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone

    def list(self) -> tuple[Notification, ...]:
        """Newest first."""
        return self._phone.state.notifications.entries

    def post(self, entry: Notification, *, package: str) -> None:
        """Posts or replaces a notification of `package`, unless the person has blocked that app's."""
        phone = self._phone
        if not phone.notifications_allowed(package):
            return
        stamp = stamped(entry, package=package, posted_s=phone.clock.now_s())
        phone.change(notifications=phone.state.notifications.post(stamp))
        switched_off = phone.settings.get("global", "heads_up_notifications_enabled") == "0"
        silent = switched_off or phone.settings.is_on("global", "zen_mode")
        if entry.importance == "high" and not silent and phone.state.shade == "closed":
            phone.change(heads_up=stamp.key, heads_up_until_s=phone.clock.uptime_s() + HEADS_UP_S)

    def cancel(self, key: tuple[str, str, int]) -> None:
        self._phone.change(notifications=self._phone.state.notifications.cancel(key))

    def dismiss(self, key: tuple[str, str, int]) -> None:
        """The person swipes it away; ongoing ones stay."""
        entry = self._phone.state.notifications.find(key)
        if entry is None or entry.ongoing:
            return
        self.cancel(key)
        if entry.dismiss_event:
            self._phone.callbacks.app_event(entry.package, entry.dismiss_event, entry.dismiss_argument)

    def clear(self) -> None:
        """Clear all."""
        for entry in self.list():
            self.dismiss(entry.key)

    def open(self, key: tuple[str, str, int]) -> None:
        """The person taps it: closes the shade, starts its intent."""
        phone = self._phone
        entry = phone.state.notifications.find(key)
        if entry is None:
            return
        if entry.auto_cancel and not entry.ongoing:
            self.cancel(key)
        phone.change(shade="closed", heads_up=None)
        if entry.intent is not None:
            phone.activities.start(entry.intent)
        else:
            phone.activities.launch_app(entry.package)

    def act(self, key: tuple[str, str, int], action: NotificationAction) -> None:
        """The person taps one of its buttons."""
        phone = self._phone
        phone.change(heads_up=None)
        phone.callbacks.app_event(key[0], action.event, action.argument)
