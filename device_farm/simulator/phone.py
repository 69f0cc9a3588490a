"""`SimulatedPhone`: the one owner of a phone's state. Every front-end (adb, console, gRPC, automation) works on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_farm.simulator.activities import Activities
from device_farm.simulator.apps import BUILTIN_APPS
from device_farm.simulator.apps.helpers.app_snapshots import save_app_snapshots
from device_farm.simulator.callbacks import Callbacks
from device_farm.simulator.clock import Clock, VirtualClock
from device_farm.simulator.context import time_zone
from device_farm.simulator.input import Input
from device_farm.simulator.intents import ComponentName
from device_farm.simulator.logcat import Logcat
from device_farm.simulator.notifications import Notifications
from device_farm.simulator.packages import Packages
from device_farm.simulator.placeholder import headless_app
from device_farm.simulator.profile import PIXEL_6, PhoneProfile
from device_farm.simulator.properties import DEFAULT_PROPERTIES, Properties
from device_farm.simulator.settings_tables import SettingsTables
from device_farm.simulator.snapshot import PhoneSnapshot
from device_farm.simulator.state import ActivityRecord, Keyboard, PhoneState, Scheduled, ToastState, ViewRef
from device_farm.simulator.system_image import build_files
from device_farm.simulator.system_ui.screen import Screen
from device_farm.simulator.toolkit.app import App
from device_farm.simulator.toolkit.view import ViewState
from device_farm.types.ui_tree import UiTree

TOAST_S = 2.0
# More due events than this at one moment is an app that schedules itself without end.
DUE_EVENTS_MAX = 10_000

SYSTEM_PACKAGES = (
    ("android", "Android System"),
    ("com.android.inputmethod.latin", "Android Keyboard (AOSP)"),
    ("com.android.providers.media.module", "Media"),
    ("com.android.providers.settings", "Settings Storage"),
    ("com.android.shell", "Shell"),
    ("com.android.systemui", "System UI"),
    ("com.google.android.apps.nexuslauncher", "Pixel Launcher"),
    ("com.google.android.permissioncontroller", "Permission controller"),
)


class SimulatedPhone:
    """One phone. Not thread-safe; all its front-ends live on one event loop.

    A new one is blank; `boot` makes one that is ready to use.
    """

    def __init__(self, profile: PhoneProfile = PIXEL_6, *, seed: int = 0, clock: Clock | None = None) -> None:
        self.profile = profile
        self.seed = seed
        self.clock: Clock = clock if clock is not None else VirtualClock()
        self.files = build_files(self.clock)
        self.settings = SettingsTables()
        self.properties = Properties({**DEFAULT_PROPERTIES, **dict(profile.properties)})
        self.logcat = Logcat(self.clock)
        self.state = PhoneState()
        self.packages = Packages(self)
        self.activities = Activities(self)
        self.notifications = Notifications(self)
        self.callbacks = Callbacks(self)
        self.input = Input(self)
        self.screen = Screen(self)

    @classmethod
    def boot(
        cls,
        profile: PhoneProfile = PIXEL_6,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        apps: tuple[App, ...] = (),
    ) -> SimulatedPhone:
        """A phone at its home screen with the built-in apps and `apps`. The first of a kind is installed, the next ones
        are forks of it."""
        factory = _factory(profile, seed, apps)
        phone = cls(profile, seed=seed, clock=clock)
        now = phone.clock.snapshot() if clock is not None else factory.clock
        phone.restore(replace(factory, clock=now))
        return phone

    # State

    def change(self, **fields: Any) -> None:
        """Replaces fields of the state."""
        self.state = replace(self.state, **fields)

    def view(self, ref: ViewRef) -> ViewState:
        """The view state of an activity or system screen."""
        if isinstance(ref, str):
            return self.state.system_views.get(ref, EMPTY_VIEW)
        record = self.state.find(ref)
        return record.view if record is not None else EMPTY_VIEW

    def set_view(self, ref: ViewRef, view: ViewState) -> None:
        if isinstance(ref, str):
            self.change(system_views={**self.state.system_views, ref: view})
            return
        record = self.state.find(ref)
        if record is not None and record.view is not view:
            self.set_record(replace(record, view=view))

    def set_record(self, record: ActivityRecord) -> None:
        """Replaces the activity record of the same id."""
        tasks = tuple(
            replace(task, records=tuple(record if other.id == record.id else other for other in task.records))
            if any(other.id == record.id for other in task.records)
            else task
            for task in self.state.tasks
        )
        self.change(tasks=tasks)

    def set_activity_state(self, record_id: int, state: object) -> None:
        record = self.state.find(record_id)
        if record is not None:
            self.set_record(replace(record, state=state))

    # What apps and front-ends ask for

    def local(self, at_s: float | None = None) -> datetime:
        """`at_s` (default: now) in the phone's time zone."""
        zone = time_zone(self.properties.get("persist.sys.timezone", "UTC"))
        return datetime.fromtimestamp(self.clock.now_s() if at_s is None else at_s, zone)

    @property
    def is_24_hour(self) -> bool:
        return self.settings.get("system", "time_12_24") == "24"

    @property
    def clipboard(self) -> str:
        return self.state.clipboard

    @clipboard.setter
    def clipboard(self, text: str) -> None:
        self.change(clipboard=text)

    @property
    def screen_on(self) -> bool:
        return self.state.screen_on

    def show_toast(self, text: str, *, package: str = "android") -> None:
        self.change(toast=ToastState(text=text, package=package, until_s=self.clock.uptime_s() + TOAST_S))

    def show_keyboard(self) -> None:
        """Opens the keyboard for the focused field, with a fresh page of letters."""
        self.change(keyboard=Keyboard(hidden=False))

    def notifications_allowed(self, package: str) -> bool:
        found = self.packages.get(package)
        return found is None or "android.permission.POST_NOTIFICATIONS" not in found.denied

    def log_displayed(self, component: ComponentName) -> None:
        self.logcat.log("ActivityTaskManager", f"Displayed {component.short}: +120ms", buffer="system")

    # Time

    def schedule(self, at_s: float, package: str, event: str, argument: object = None) -> None:
        """At Unix time `at_s` the app's `on_event` runs; replaces an entry of the same event and argument."""
        self.unschedule(package, event, argument)
        item = Scheduled(at_s, self.state.next_id, package, event, argument)
        self.change(scheduled=tuple(sorted((*self.state.scheduled, item))), next_id=self.state.next_id + 1)

    def unschedule(self, package: str, event: str, argument: object = None) -> None:
        wanted = (package, event, argument)
        kept = tuple(item for item in self.state.scheduled if (item.package, item.event, item.argument) != wanted)
        if len(kept) != len(self.state.scheduled):
            self.change(scheduled=kept)

    def settle(self) -> None:
        """Runs what has fallen due since the clock was last looked at. Cheap; every look at the screen calls it."""
        for _ in range(DUE_EVENTS_MAX):
            scheduled = self.state.scheduled
            if not scheduled or scheduled[0].at_s > self.clock.now_s():
                return
            due = scheduled[0]
            self.change(scheduled=scheduled[1:])
            self.callbacks.app_event(due.package, due.event, due.argument)

    # The screen

    def frame(self) -> NDArray[np.uint8]:
        """RGBA pixels of the screen now, a copy of shape (height, width, 4)."""
        return self.screen.pixels()

    def screenshot_png(self) -> bytes:
        """The screen now as PNG; the same object while nothing has changed."""
        return self.screen.png()

    def accessibility(self) -> UiTree:
        """The accessibility tree now: all windows, the topmost last."""
        return self.screen.tree()

    @property
    def frame_number(self) -> int:
        """Grows with every frame that looks different."""
        return self.screen.number()

    # Snapshots

    def snapshot(self) -> PhoneSnapshot:
        return PhoneSnapshot(
            profile=self.profile,
            seed=self.seed,
            state=self.state,
            files=self.files.snapshot(),
            settings=self.settings.snapshot(),
            properties=self.properties.snapshot(),
            logcat=self.logcat.snapshot(),
            clock=self.clock.snapshot(),
            picture=self.screen.picture,
            frame_number=self.screen.last_number,
        )

    def restore(self, snapshot: PhoneSnapshot) -> None:
        """Back to `snapshot`. Raises ValueError where it was taken of another kind of phone."""
        if snapshot.profile != self.profile:
            raise ValueError(f"snapshot of {snapshot.profile.name} cannot be restored on {self.profile.name}")
        self.seed = snapshot.seed
        self.state = snapshot.state
        self.files.restore(snapshot.files)
        self.settings.restore(snapshot.settings)
        self.properties.restore(snapshot.properties)
        self.logcat.restore(snapshot.logcat)
        self.clock.restore(snapshot.clock)
        self.input.forget()
        self.screen.restore(snapshot.picture, snapshot.frame_number)

    def reboot(self) -> None:
        """Restart: files, settings and packages stay; tasks, alarms and notifications are gone until apps set them."""
        old = self.state
        self.state = PhoneState(packages=old.packages, hardware=old.hardware, next_id=old.next_id)
        self.settings.put("global", "boot_count", self.settings.get_int("global", "boot_count") + 1)
        now_s, _ = self.clock.snapshot()
        self.clock.restore((now_s, 0.0))
        self.logcat.clear()
        self.input.forget()
        self._boot_completed()

    def _boot_completed(self) -> None:
        for package in self.packages.list():
            self.callbacks.boot(package.name)
        self.logcat.log("ActivityManager", "Boot completed", buffer="system")

    def install_factory(self, apps: tuple[App, ...] = ()) -> None:
        """Installs what a new phone brings along, and `apps`, and boots it for the first time."""
        for name, label in SYSTEM_PACKAGES:
            self.packages.add_app(headless_app(name, label))
        for app in (*BUILTIN_APPS, *apps):
            self.packages.add_app(app)
        self._boot_completed()
        save_app_snapshots(self.files)


EMPTY_VIEW = ViewState()


@lru_cache(maxsize=64)
def _factory(profile: PhoneProfile, seed: int, apps: tuple[App, ...]) -> PhoneSnapshot:
    phone = SimulatedPhone(profile, seed=seed)
    phone.install_factory(apps)
    return phone.snapshot()
