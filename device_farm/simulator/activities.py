"""Task stacks: starting, finishing, results, home, back, recents, stopping."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from device_farm.simulator import intents
from device_farm.simulator.intents import CANCELED, ActivityResult, ComponentName, Intent
from device_farm.simulator.state import ActivityRecord, Chooser, Reply, Task

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

StartStatus: TypeAlias = Literal["started", "brought_to_front", "delivered", "choosing", "home", "not_found"]

# android.content.Intent.FLAG_ACTIVITY_*
NEW_TASK = 0x10000000
CLEAR_TASK = 0x00008000
CLEAR_TOP = 0x04000000
SINGLE_TOP = 0x20000000

PERMISSION_WINDOW = (
    "com.google.android.permissioncontroller/com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
)
HOME_COMPONENT = ComponentName(
    "com.google.android.apps.nexuslauncher", "com.google.android.apps.nexuslauncher.NexusLauncherActivity"
)
HOME_TASK_ID = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOutcome:
    """What came of a start. `component` is None where nothing was found."""

    status: StartStatus
    component: ComponentName | None = None


class Activities:
    """Moves activities about. The stacks themselves are in the phone's state."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone

    # What is where

    @property
    def tasks(self) -> tuple[Task, ...]:
        """In order of use, the latest last."""
        return self._phone.state.tasks

    @property
    def top(self) -> ComponentName:
        """The activity in front; the launcher's where none is."""
        front = self._phone.state.front
        return front.component if front is not None else HOME_COMPONENT

    @property
    def top_window(self) -> str:
        """`package/class` of the activity in front; the system's own, where it asks something, is one too."""
        state = self._phone.state
        if state.prompt is not None:
            return PERMISSION_WINDOW
        if state.chooser is not None:
            return "android/com.android.internal.app.ResolverActivity"
        return str(self.top)

    @property
    def focused_window(self) -> str:
        """The name of the window that gets keys, as `mCurrentFocus` in dumpsys shows it."""
        state = self._phone.state
        if state.shade != "closed":
            return "NotificationShade"
        if state.crash is not None and state.prompt is None and state.chooser is None:
            return f"Application Error: {state.crash.package}"
        return self.top_window

    # Starting

    def start(self, intent: Intent, *, caller: int | None = None, request: str = "") -> StartOutcome:
        """Starts what answers `intent`. With several answers a person has to choose.

        `caller` is the record id of the activity that starts it (None: from outside any task); `request` names the
        result that it waits for.
        """
        if intent.action == intents.MAIN and intents.HOME in intent.categories:
            self.home()
            return StartOutcome(status="home", component=HOME_COMPONENT)
        found = self._phone.packages.resolve(intent)
        if not found:
            if caller is not None and request:
                self._answer(Reply(record_id=caller, request=request), CANCELED)
            return StartOutcome(status="not_found")
        if len(found) > 1:
            self._phone.change(
                chooser=Chooser(intent=intent, candidates=found, caller=caller, request=request), shade="closed"
            )
            return StartOutcome(status="choosing", component=found[0])
        return self.launch(found[0], intent, caller=caller, request=request)

    def launch(
        self, component: ComponentName, intent: Intent, *, caller: int | None = None, request: str = ""
    ) -> StartOutcome:
        """Starts exactly `component`, which must exist."""
        phone = self._phone
        self.leave_front()
        self._drop_orphaned_prompts()
        phone.packages.set_stopped(component.package, False)
        intent = replace(intent, component=component)
        phone.change(shade="closed", chooser=None, screen_on=True)
        calling = self._task_of(caller) if caller is not None and not intent.flags & NEW_TASK else None
        if calling is not None:
            reply = Reply(record_id=caller, request=request) if caller is not None and request else None
            return self._place(calling, component, intent, reply)
        existing = next((task for task in reversed(self.tasks) if task.package == component.package), None)
        if existing is None or intent.flags & CLEAR_TASK:
            return self._new_task(component, intent, instead_of=existing)
        if intent.action == intents.MAIN and intents.LAUNCHER in intent.categories:
            self._to_front(existing)
            return StartOutcome(status="brought_to_front", component=component)
        return self._place(existing, component, intent, None)

    def launch_app(self, package: str) -> StartOutcome:
        """What a tap on the icon does."""
        component = self._phone.packages.launcher(package)
        if component is None:
            return StartOutcome(status="not_found")
        return self.launch(component, Intent(action=intents.MAIN, categories=(intents.LAUNCHER,), flags=NEW_TASK))

    def _new_task(self, component: ComponentName, intent: Intent, *, instead_of: Task | None) -> StartOutcome:
        state = self._phone.state
        record = ActivityRecord(id=state.next_id, component=component, intent=intent)
        task = Task(id=state.next_id + 1, package=component.package, records=(record,),
                    last_active_s=self._phone.clock.now_s())  # fmt: skip
        kept = tuple(other for other in state.tasks if instead_of is None or other.id != instead_of.id)
        self._phone.change(tasks=(*kept, task), next_id=state.next_id + 2, surface="task")
        self._phone.log_displayed(component)
        # As `onCreate` runs whether anybody looks at the screen or not: apps make their databases there.
        self._phone.callbacks.created(record.id)
        return StartOutcome(status="started", component=component)

    def _place(self, task: Task, component: ComponentName, intent: Intent, reply: Reply | None) -> StartOutcome:
        entry = self._phone.packages.entry(component)
        if intent.flags & CLEAR_TOP:
            kept = [record.component for record in task.records]
            if component in kept:
                task = replace(task, records=task.records[: kept.index(component) + 1])
        top = task.records[-1] if task.records else None
        if top is not None and top.component == component and reply is None:
            same = (top.intent.action, top.intent.data) == (intent.action, intent.data)
            if same or intent.flags & (SINGLE_TOP | CLEAR_TOP) or (entry is not None and entry.single_top):
                front = replace(top, intent=intent)
                self._to_front(replace(task, records=(*task.records[:-1], front)))
                self._phone.callbacks.new_intent(front.id)
                return StartOutcome(status="delivered", component=component)
        record = ActivityRecord(id=self._phone.state.next_id, component=component, intent=intent, reply=reply)
        self._phone.change(next_id=self._phone.state.next_id + 1)
        self._to_front(replace(task, records=(*task.records, record)))
        self._phone.log_displayed(component)
        self._phone.callbacks.created(record.id)
        return StartOutcome(status="started", component=component)

    def _task_of(self, record_id: int) -> Task | None:
        return next((task for task in self.tasks if any(record.id == record_id for record in task.records)), None)

    def _to_front(self, task: Task) -> None:
        others = tuple(other for other in self.tasks if other.id != task.id)
        active = replace(task, last_active_s=self._phone.clock.now_s())
        self._phone.change(tasks=(*others, active), surface="task")

    # Leaving

    def leave_front(self) -> None:
        """The activity in front loses focus and keyboard, and may save what it holds."""
        front = self._phone.state.front
        if front is None:
            return
        self._phone.callbacks.pause(front.id)
        view = self._phone.view(front.id)
        if view.focus or view.popup:
            self._phone.set_view(front.id, replace(view, focus="", popup=""))

    def home(self) -> None:
        self.leave_front()
        self._drop_orphaned_prompts()
        self._phone.change(surface="home", shade="closed", chooser=None)

    def open_recents(self) -> None:
        self.leave_front()
        self._drop_orphaned_prompts()
        self._phone.change(surface="recents", shade="closed", chooser=None)

    def resume(self, task_id: int) -> bool:
        """Brings a task to the front (a card in recents). False where it is gone."""
        task = next((task for task in self.tasks if task.id == task_id), None)
        if task is None:
            return False
        self.leave_front()
        self._to_front(task)
        self._phone.change(shade="closed")
        return True

    def previous_task(self) -> bool:
        """Double tap on recents: the task used before this one."""
        others = self.tasks[:-1] if self._phone.state.surface == "task" else self.tasks
        return self.resume(others[-1].id) if others else False

    def finish(self, record_id: int, result: ActivityResult = CANCELED) -> None:
        """Ends an activity and hands `result` to whoever waits for it."""
        task = self._task_of(record_id)
        record = self._phone.state.find(record_id)
        if task is None or record is None:
            return
        was_front = self._phone.state.front is not None and self._phone.state.front.id == record_id
        if was_front:
            self.leave_front()
        left = tuple(other for other in task.records if other.id != record_id)
        if left:
            tasks = tuple(replace(other, records=left) if other.id == task.id else other for other in self.tasks)
            self._phone.change(tasks=tasks)
        else:
            self._phone.change(tasks=tuple(other for other in self.tasks if other.id != task.id))
            if was_front:
                self._phone.change(surface="home")
        if record.reply is not None:
            self._answer(record.reply, result)

    def back(self, record_id: int) -> None:
        """Back with nothing open: the activity's own say, else finish; a launcher root only steps aside."""
        if self._phone.callbacks.ask_back(record_id):
            return
        task = self._task_of(record_id)
        record = self._phone.state.find(record_id)
        if task is None or record is None:
            return
        # Android 12 and later keep the root activity that the launcher started.
        if len(task.records) == 1 and record.component == self._phone.packages.launcher(record.component.package):
            self.leave_front()
            self._phone.change(tasks=(task, *(other for other in self.tasks if other.id != task.id)), surface="home")
        else:
            self.finish(record_id)

    def _answer(self, reply: Reply, result: ActivityResult) -> None:
        if self._phone.state.find(reply.record_id) is not None:
            self._phone.callbacks.result(reply.record_id, reply.request, result)

    def _drop_orphaned_prompts(self) -> None:
        """Permission questions of activities that have gone end where something else comes to the front."""
        state = self._phone.state
        kept = tuple(prompt for prompt in state.prompts if state.find(prompt.record_id) is not None)
        if len(kept) != len(state.prompts):
            self._phone.change(prompts=kept)

    # Removing

    def remove_task(self, task_id: int) -> None:
        """A card swiped away."""
        self._phone.change(tasks=tuple(task for task in self.tasks if task.id != task_id))

    def clear_tasks(self) -> None:
        self._phone.change(tasks=(), surface="home")

    def end_crashed(self, package: str) -> None:
        """Ends the activities of an app that has crashed; its alarms stay."""
        tasks = tuple(task for task in self.tasks if task.package != package)
        kept = tuple(
            replace(task, records=tuple(record for record in task.records if record.component.package != package))
            for task in tasks
        )
        front = self._phone.state.front
        gone = front is not None and front.component.package == package
        self._phone.change(tasks=tuple(task for task in kept if task.records), surface="home" if gone else
                           self._phone.state.surface)  # fmt: skip

    def force_stop(self, package: str, *, keep_prompts: bool = False) -> None:
        """Ends everything of a package: activities, alarms, notifications.

        `keep_prompts`: a permission question that it has asked stays, for the window belongs to another program.
        """
        state = self._phone.state
        front = state.front
        tasks = []
        for task in state.tasks:
            records = tuple(record for record in task.records if record.component.package != package)
            if task.package != package and records:
                tasks.append(replace(task, records=records))
        gone = front is not None and not any(task.top.id == front.id for task in tasks)
        self._phone.change(
            tasks=tuple(tasks),
            surface="home" if gone and (front is None or front.component.package == package) else state.surface,
            scheduled=tuple(item for item in state.scheduled if item.package != package),
            notifications=state.notifications.cancel_package(package),
            prompts=tuple(prompt for prompt in state.prompts if keep_prompts or prompt.package != package),
        )
        self._phone.packages.set_stopped(package, True)
