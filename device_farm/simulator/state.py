"""Everything that a phone is at one moment besides files, settings, properties and log: one immutable value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.notifications import NotificationList
from device_farm.simulator.toolkit.app import App
from device_farm.simulator.toolkit.view import ViewState

Surface: TypeAlias = Literal["home", "drawer", "recents", "task"]
Shade: TypeAlias = Literal["closed", "notifications", "settings"]
KeyboardPage: TypeAlias = Literal["letters", "symbols", "more"]
Shift: TypeAlias = Literal["off", "once", "lock"]
ViewRef: TypeAlias = int | str
"""Owner of a view state: an activity's record id, or the name of a system screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPackage:
    """An installed app. `app` is the shared program object; `granted` holds the runtime permissions it has."""

    name: str
    label: str
    app: App
    uid: int
    version_name: str = "1.0"
    version_code: int = 1
    system: bool = False
    enabled: bool = True
    stopped: bool = False
    apk_path: str = ""
    installer: str = ""
    first_install_s: float = 0.0
    last_update_s: float = 0.0
    requested: tuple[str, ...] = ()
    granted: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Who waits for an activity's result, and under which name."""

    record_id: int
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRecord:
    """A started activity. `state` is the app's own value; it exists once `created`."""

    id: int
    component: ComponentName
    intent: Intent
    created: bool = False
    state: object = None
    view: ViewState = field(default_factory=ViewState)
    reply: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A stack of activities, the last on top. `package` is the affinity: the app that it was started for."""

    id: int
    package: str
    records: tuple[ActivityRecord, ...]
    last_active_s: float = 0.0

    @property
    def top(self) -> ActivityRecord:
        return self.records[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToastState:
    """`until_s` is uptime."""

    text: str
    package: str
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionPrompt:
    package: str
    permission: str
    record_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """The open question which app shall handle `intent`."""

    intent: Intent
    candidates: tuple[ComponentName, ...]
    caller: int | None = None
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashNotice:
    """The dialog about an app that has stopped."""

    package: str
    label: str


@dataclass(frozen=True, slots=True, order=True)
class Scheduled:
    """What an app wants to happen at Unix time `at_s`; `order` keeps ties in the order of their making."""

    at_s: float
    order: int
    package: str
    event: str
    argument: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """The on-screen keyboard. `hidden`: closed by Back although a field has the focus."""

    hidden: bool = True
    page: KeyboardPage = "letters"
    shift: Shift = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What console and shell can set about the machine. `battery_percent` in [0, 100]."""

    battery_percent: int = 100
    charging: bool = True
    flashlight: bool = False
    rotation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """The call that rings or is held now. Times are Unix seconds; `answered_s` is None before it is answered."""

    number: str
    incoming: bool
    begun_s: float
    answered_s: float | None = None

    @property
    def ringing(self) -> bool:
        return self.incoming and self.answered_s is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneState:
    """`tasks` in order of use, the latest last. `surface` says what fills the screen under the bars.

    Tasks and what else needs a number take `next_id`; the launcher's task is number 1.
    """

    packages: Mapping[str, InstalledPackage] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    surface: Surface = "home"
    shade: Shade = "closed"
    screen_on: bool = True
    system_views: Mapping[str, ViewState] = field(default_factory=dict)
    notifications: NotificationList = field(default_factory=NotificationList)
    heads_up: tuple[str, str, int] | None = None
    heads_up_until_s: float = 0.0
    toast: ToastState | None = None
    volume_until_s: float = 0.0
    prompts: tuple[PermissionPrompt, ...] = ()
    chooser: Chooser | None = None
    crash: CrashNotice | None = None
    scheduled: tuple[Scheduled, ...] = ()
    clipboard: str = ""
    call: PhoneCall | None = None
    keyboard: Keyboard = field(default_factory=Keyboard)
    hardware: Hardware = field(default_factory=Hardware)
    next_id: int = 2

    def find(self, record_id: int) -> ActivityRecord | None:
        """The activity record of that id."""
        return next((record for task in self.tasks for record in task.records if record.id == record_id), None)

    @property
    def prompt(self) -> PermissionPrompt | None:
        """The permission question on the screen: of the task in front, or of an app that was stopped since."""
        front = self.tasks[-1].records if self.surface == "task" and self.tasks else ()
        ids = {record.id for record in front}
        for prompt in self.prompts:
            if prompt.record_id in ids or self.find(prompt.record_id) is None:
                return prompt
        return None

    @property
    def front(self) -> ActivityRecord | None:
        """The activity that the person sees (under shade and prompts); None at home, in the drawer, in recents."""
        return self.tasks[-1].top if self.surface == "task" and self.tasks else None
