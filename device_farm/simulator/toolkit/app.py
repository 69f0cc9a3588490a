"""What an app is made of: `App`, its activities, and the `Context` that a phone hands to them.

Apps and activities are stateless objects shared by all phones of a process; everything that changes lives in the
phone: databases, files and settings through the context, and per activity one frozen state and its view state.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from device_farm.simulator.intents import CANCELED, ActivityResult, Intent, IntentFilter
from device_farm.simulator.notifications import Notification
from device_farm.simulator.toolkit.base import Widget
from device_farm.simulator.toolkit.chrome import Dialog, Overlay

if TYPE_CHECKING:
    from device_farm.simulator.clock import Clock
    from device_farm.simulator.database import Database
    from device_farm.simulator.filesystem import FileSystem
    from device_farm.simulator.phone import SimulatedPhone
    from device_farm.simulator.settings_tables import SettingsTables

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)


class AppContext(Protocol):
    """What an app may do outside any activity: on install, at boot, on a scheduled event."""

    @property
    def package(self) -> str: ...
    @property
    def phone(self) -> SimulatedPhone:
        """The whole phone, for system apps (Settings); ordinary apps have no use for it."""
        ...

    @property
    def clock(self) -> Clock: ...
    @property
    def now_s(self) -> float:
        """Unix time of the phone in seconds."""
        ...

    def local(self, at_s: float | None = None) -> datetime:
        """`at_s` (default: now) in the phone's time zone."""
        ...

    @property
    def is_24_hour(self) -> bool:
        """`system/time_12_24` is 24."""
        ...

    @property
    def files(self) -> FileSystem: ...
    @property
    def settings(self) -> SettingsTables: ...
    @property
    def data_dir(self) -> str:
        """`/data/data/PACKAGE`; exists."""
        ...

    @property
    def clipboard(self) -> str: ...
    def random(self, purpose: str = "") -> random.Random:
        """A fresh generator that depends only on the phone's seed, the package and `purpose`."""
        ...

    def database(self, path: str, schema: str) -> Database:
        """The SQLite file at `path` (relative: below `data_dir/databases/`), made by `schema` where missing."""
        ...

    def notify(self, notification: Notification) -> None: ...
    def cancel_notification(self, notification_id: int, tag: str = "") -> None: ...
    def schedule(self, at_s: float, event: str, argument: object = None) -> None:
        """Runs `App.on_event(context, event, argument)` when the clock reaches `at_s`; survives the app's end.

        A second call with the same event and argument replaces the first. `argument` must be hashable.
        """
        ...

    def unschedule(self, event: str, argument: object = None) -> None: ...
    def scheduled(self) -> tuple[tuple[float, str, object], ...]:
        """This app's (at_s, event, argument), soonest first."""
        ...

    def has_permission(self, permission: str) -> bool: ...
    def start(self, intent: Intent) -> None:
        """Starts an activity, explicit by `intent.component` or implicit by action; a toast where nothing fits."""
        ...

    def toast(self, text: str) -> None: ...
    def copy(self, text: str) -> None:
        """Puts `text` on the clipboard."""
        ...


class Context(AppContext, Protocol[S_co]):
    """What an activity sees of itself. Valid during a build and in the handlers made by it."""

    @property
    def intent(self) -> Intent:
        """The intent that started this activity."""
        ...

    @property
    def state(self) -> S_co:
        """The activity's own frozen state; starts as `Activity.initial(context)`."""
        ...

    def update(self, **changes: object) -> None:
        """Replaces fields of `state` (dataclasses.replace). Handlers only, never during a build."""
        ...

    def text(self, key: str, default: str = "") -> str:
        """The text of field `key`; `default` before the field was first shown."""
        ...

    def set_text(self, key: str, text: str) -> None:
        """Replaces a field's text; the cursor goes to its end."""
        ...

    def cursor(self, key: str) -> int:
        """The cursor's place in field `key`, in characters."""
        ...

    def selection(self, key: str) -> tuple[int, int]:
        """(start, end) of what is selected in field `key`; equal where nothing is."""
        ...

    def select(self, key: str, start: int, end: int) -> None:
        """Selects characters of a field; start == end only moves the cursor."""
        ...

    def focus(self, key: str | None) -> None:
        """Focuses a field and opens the keyboard; None takes the focus away and closes it."""
        ...

    def scroll_to(self, key: str, offset: float = 0.0) -> None:
        """Scrolls the Scroll or LazyList `key` to `offset` dp."""
        ...

    def dialog(self, name: str, argument: object = None) -> None:
        """Opens the overlay that `Activity.dialog(context, name, argument)` describes. `argument` is immutable."""
        ...

    def dismiss(self) -> None:
        """Closes the topmost dialog, sheet or menu."""
        ...

    def snackbar(self, text: str, *, action: str = "", event: str = "", argument: object = None) -> None:
        """A message at the bottom for 4 s; its button calls `Activity.on_event(context, event, argument)`."""
        ...

    def start_for_result(self, intent: Intent, request: str) -> None:
        """As `start`; `Activity.on_result(context, request, result)` runs when it finishes."""
        ...

    def finish(self, result: ActivityResult = CANCELED) -> None:
        """Ends this activity; the one below in its task comes back."""
        ...

    def back(self) -> None:
        """What the system's Back does here: `on_back`, else finish."""
        ...

    def request_permission(self, permission: str) -> None:
        """Asks the person unless decided already; then `Activity.on_permission(context, permission, granted)`."""
        ...


class Activity(Generic[S]):
    """One screen. Subclass it; keep no state in it. Only `build` is needed."""

    def initial(self, context: Context[S]) -> S:
        """The first value of `context.state`; a frozen dataclass, or None."""
        return None  # type: ignore[return-value]

    def build(self, context: Context[S]) -> Widget:
        """The screen now. Pure: reads, never writes."""
        raise TypeError(f"{type(self).__name__} has no build method")

    def dialog(self, context: Context[S], name: str, argument: object) -> Overlay:
        """The dialog, sheet or picker that `context.dialog(name, argument)` opened."""
        return Dialog(title=name)

    def on_result(self, context: Context[S], request: str, result: ActivityResult) -> None:
        """An activity started with `start_for_result` has finished."""

    def on_permission(self, context: Context[S], permission: str, granted: bool) -> None:
        """The person has answered a permission prompt (or had before)."""

    def on_event(self, context: Context[S], event: str, argument: object) -> None:
        """The button of a snackbar."""

    def on_new_intent(self, context: Context[S]) -> None:
        """Started again while on top (launcher start, notification); `context.intent` is the new one."""

    def on_pause(self, context: Context[S]) -> None:
        """Leaves the front: covered, home, finished. The place for saving drafts."""

    def on_back(self, context: Context[S]) -> bool:
        """Back was pressed with no keyboard or dialog open. True: handled here; False: finish."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEntry:
    """An activity in the app's manifest. `class_name` may start with a dot. `label` "" takes the app's.

    `single_top`: started again while on top, it gets `on_new_intent` instead of a second copy.
    """

    class_name: str
    activity: Activity  # type: ignore[type-arg]
    filters: tuple[IntentFilter, ...] = ()
    label: str = ""
    exported: bool = True
    single_top: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AppIcon:
    """The launcher icon: a Material glyph on a coloured disc; colours 0xAARRGGBB."""

    glyph: str
    background: int = 0xFF3367D6
    foreground: int = 0xFFFFFFFF


class App:
    """An installed program. Subclass it and fill in the class attributes."""

    package: str = ""
    label: str = ""
    icon: AppIcon = AppIcon(glyph="android")
    version_name: str = "1.0"
    version_code: int = 1
    system: bool = True
    activities: tuple[ActivityEntry, ...] = ()
    permissions: tuple[str, ...] = ()
    """Requested in the manifest; runtime ("dangerous") ones still need the person's consent."""
    granted: tuple[str, ...] = ()
    """Runtime permissions granted on install, as for preinstalled apps."""

    def on_install(self, context: AppContext) -> None:
        """First start ever and after `pm clear`: make databases, folders, seeded content."""

    def on_boot(self, context: AppContext) -> None:
        """After each boot (BOOT_COMPLETED): schedule what the databases say."""

    def on_event(self, context: AppContext, event: str, argument: object) -> None:
        """A scheduled time has come, or a notification's button was tapped."""

    def on_broadcast(self, context: AppContext, intent: Intent) -> None:
        """`am broadcast` that names this package or an action it cares about."""
