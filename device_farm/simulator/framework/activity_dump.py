"""What the activity manager dumps: tasks, recents, the top activity, processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from device_farm.simulator.activities import HOME_COMPONENT
from device_farm.simulator.framework.intent_arguments import intent_text
from device_farm.simulator.framework.process_table import pid_of, processes
from device_farm.simulator.framework.window_dump import window_id
from device_farm.simulator.state import ActivityRecord, Task

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


def activity(phone: SimulatedPhone, args: list[str]) -> Iterator[str]:
    section = next((word for word in args if not word.startswith("-")), "activities")
    match section:
        case "recents" | "r":
            yield from _recents(phone)
        case "top":
            yield from _top(phone)
        case "processes" | "p":
            for process in processes(phone):
                record = f"{window_id(process.name)} {process.pid}:{process.name}/0"
                yield f"  *APP* UID {process.uid} ProcessRecord{{{record}}}"
        case "broadcasts" | "b":
            yield "ACTIVITY MANAGER BROADCAST STATE (dumpsys activity broadcasts)"
        case "services" | "s" | "service":
            yield "ACTIVITY MANAGER SERVICES (dumpsys activity services)\n  (nothing)"
        case "providers":
            yield "ACTIVITY MANAGER CONTENT PROVIDERS (dumpsys activity providers)\n  (nothing)"
        case "intents" | "i":
            yield "ACTIVITY MANAGER PENDING INTENTS (dumpsys activity intents)\n  (nothing)"
        case "starter" | "containers" | "lastanr" | "settings":
            yield f"ACTIVITY MANAGER (dumpsys activity {section})"
        case _:
            yield from _activities(phone)


def _record(record: ActivityRecord, task: Task) -> str:
    return (
        f"ActivityRecord{{{window_id(f'{record.component.short}{record.id}')} u0 {record.component.short} t{task.id}}}"
    )


def _home_record() -> str:
    return f"ActivityRecord{{{window_id(HOME_COMPONENT.short)} u0 {HOME_COMPONENT.short} t1}}"


def _resumed(phone: SimulatedPhone) -> str:
    front = phone.state.front
    return _record(front, phone.activities.tasks[-1]) if front is not None else _home_record()


def _activities(phone: SimulatedPhone) -> Iterator[str]:
    yield "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)"
    yield "Display #0 (activities from top to bottom):"
    for task in reversed(phone.activities.tasks):
        yield f"  * Task{{{window_id(f'task{task.id}')} #{task.id} type=standard A={task.package} U=0 visible=true}}"
        for place, record in reversed(list(enumerate(task.records))):
            yield f"    * Hist  #{place}: {_record(record, task)}"
            yield f"      packageName={record.component.package} processName={record.component.package}"
            yield f"      {intent_text(record.intent)}"
            state = "RESUMED" if phone.state.front is not None and phone.state.front.id == record.id else "STOPPED"
            yield f"      state={state} delayedResume=false finishing=false"
    yield "  * Task{0000001 #1 type=home I=com.google.android.apps.nexuslauncher U=0 visible=true}"
    yield f"    * Hist  #0: {_home_record()}"
    yield ""
    resumed = _resumed(phone)
    yield f"  mResumedActivity: {resumed}"
    yield f"  topResumedActivity={resumed}"
    yield f"  ResumedActivity: {resumed}"
    yield f"  mFocusedApp={resumed}"
    yield f"  mLastPausedActivity: {resumed}"
    yield "  isHomeRecentsComponent=true  mUserLeaving=true"


def _recents(phone: SimulatedPhone) -> Iterator[str]:
    yield "ACTIVITY MANAGER RECENT TASKS (dumpsys activity recents)"
    yield "mRecentsUid=10081"
    yield "mRecentsComponent=ComponentInfo{com.google.android.apps.nexuslauncher/com.android.quickstep.RecentsActivity}"
    yield "  Recent tasks:"
    for index, task in enumerate(reversed(phone.activities.tasks)):
        yield (
            f"  * Recent #{index}: Task{{{window_id(f'task{task.id}')} #{task.id} type=standard A={task.package}"
            f" U=0 visible=true mode=fullscreen sz={len(task.records)}}}"
        )
        yield f"    userId=0 effectiveUid=u0a{_app_number(phone, task.package)} mCallingUid=u0a0"
        yield f"    affinity={task.package}"
        yield f"    realActivity={{{task.records[0].component.short}}}"
        yield f"    Activities={[_record(record, task) for record in task.records]}".replace("'", "")
        yield "    rootWasReset=true mNeverRelinquishIdentity=true mReuseTask=false"
        yield f"    taskId={task.id} rootTaskId={task.id}"
        yield f"    lastActiveTime={round(task.last_active_s * 1000)} (inactive for 0s)"
    yield ""
    yield "  Visible recent tasks (most recent first):"
    for index, task in enumerate(reversed(phone.activities.tasks)):
        yield f"  * RecentTaskInfo #{index}: "
        yield f"    id={task.id} userId=0 hasTask=true lastActiveTime={round(task.last_active_s * 1000)}"
        yield f"    baseIntent={intent_text(task.records[0].intent)}"


def _app_number(phone: SimulatedPhone, package: str) -> int:
    found = phone.packages.get(package)
    return found.uid - 10_000 if found is not None else 0


def _top(phone: SimulatedPhone) -> Iterator[str]:
    component = phone.activities.top
    task_id = phone.activities.tasks[-1].id if phone.state.front is not None else 1
    yield f"TASK {component.package} id={task_id} userId=0"
    yield f"  ACTIVITY {component.short} {window_id(component.short)} pid={pid_of(phone, component.package)}"
    yield "    Local Activity 0 State:"
    yield "      mResumed=true mStopped=false mFinished=false"
