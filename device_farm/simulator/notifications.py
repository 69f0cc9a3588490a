"""Notifications as apps post them and the shade lists them: an immutable list, newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from device_farm.simulator.intents import Intent

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
