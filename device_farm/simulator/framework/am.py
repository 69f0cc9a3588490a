"""`am`: starts and stops activities and sends broadcasts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from device_farm.simulator.activities import HOME_COMPONENT, HOME_TASK_ID
from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.framework.broadcasts import deliver
from device_farm.simulator.framework.intent_arguments import NEW_TASK, intent_text, parse_intent
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.shell.process import Process

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

_WARNINGS = {
    "delivered": "Warning: Activity not started, intent has been delivered to currently running top-most instance.",
    "brought_to_front": "Warning: Activity not started, its current task has been brought to the front",
}


async def am(process: Process) -> int:
    arguments = Arguments(process.args)
    verb = arguments.next()
    if verb is None:
        process.print(
            "Activity manager (activity) commands:\n  start-activity, broadcast, force-stop, kill, stack, task"
        )
        return 255
    command = _VERBS.get(verb)
    if command is None:
        raise ArgumentError(f"Unknown command: {verb}")
    return command(process, arguments)


def _start(process: Process, arguments: Arguments) -> int:
    phone = process.phone
    options = parse_intent(arguments.rest)
    intent = options.intent
    if options.stop:
        found = phone.packages.resolve(intent)
        if not found:
            raise ArgumentError(f"Error: Intent does not match any activities: {intent_text(intent)}", exit_code=1)
        process.print(f"Stopping: {found[0].package}")
        phone.activities.force_stop(found[0].package)
    process.print(f"Starting: {intent_text(intent)}")
    intent = replace(intent, flags=intent.flags | NEW_TASK)
    begun_s = phone.clock.now_s()
    outcome = phone.activities.start(intent)
    # The activity comes up now, whether or not somebody looks at the screen.
    phone.screen.windows()
    say = process.print if options.wait else process.complain
    if outcome.status == "not_found":
        _explain(intent, say)
        return 1
    if outcome.status in _WARNINGS:
        say(_WARNINGS[outcome.status])
    if options.wait:
        _report_wait(process, outcome.component, fresh=outcome.status == "started", begun_s=begun_s)
    return 0


def _explain(intent: Intent, say: Callable[[str], None]) -> None:
    if intent.component is None:
        say(f"Error: Activity not started, unable to resolve {intent_text(intent)}")
        return
    say("Error type 3")
    name = f"{intent.component.package}/{intent.component.class_name}"
    say(f"Error: Activity class {{{name}}} does not exist.")


def _report_wait(process: Process, component: ComponentName | None, *, fresh: bool, begun_s: float) -> None:
    process.print("Status: ok")
    process.print(f"LaunchState: {'COLD' if fresh else 'HOT'}")
    if component is not None:
        process.print(f"Activity: {component.short}")
    process.print(f"TotalTime: {120 if fresh else 0}")
    process.print(f"WaitTime: {125 + round((process.phone.clock.now_s() - begun_s) * 1000)}")
    process.print("Complete")


def _start_service(process: Process, arguments: Arguments) -> int:
    intent = parse_intent(arguments.rest).intent
    process.print(f"Starting service: {intent_text(intent)}")
    package = intent.component.package if intent.component is not None else intent.package
    if process.phone.packages.get(package) is None:
        process.complain("Error: Not found; no service started.")
        return 255
    return 0


def _stop_service(process: Process, arguments: Arguments) -> int:
    process.print(f"Stopping service: {intent_text(parse_intent(arguments.rest).intent)}")
    process.complain("Service not stopped: was not running.")
    return 255


def _broadcast(process: Process, arguments: Arguments) -> int:
    intent = parse_intent(arguments.rest).intent
    shown = replace(intent, flags=intent.flags | 0x400000)
    process.print(f"Broadcasting: {intent_text(shown)}")
    result = deliver(process.phone, intent)
    data = "" if result.data is None else f', data="{result.data}"'
    process.print(f"Broadcast completed: result={result.code}{data}")
    return 0


def _package_argument(arguments: Arguments) -> str:
    while (option := arguments.option()) is not None:
        if option != "--user":
            raise ArgumentError(f"Error: Unknown option: {option}")
        arguments.required()
    return arguments.required()


def _force_stop(process: Process, arguments: Arguments) -> int:
    package = _package_argument(arguments)
    if process.phone.packages.get(package) is not None:
        process.phone.activities.force_stop(package, keep_prompts=True)
    return 0


def _kill(process: Process, arguments: Arguments) -> int:
    """Ends background processes only: the app in front and everybody's tasks stay."""
    _package_argument(arguments)
    return 0


def _succeed(process: Process, arguments: Arguments) -> int:
    return 0


def _stack(process: Process, arguments: Arguments) -> int:
    phone = process.phone
    match arguments.next():
        case "list":
            for text in _root_tasks(phone):
                process.print(text)
        case "remove":
            phone.activities.remove_task(arguments.number())
        case verb:
            raise ArgumentError(f"Error: unknown command '{verb}'")
    return 0


def _root_tasks(phone: SimulatedPhone) -> Iterator[str]:
    """Each root task as `am stack list` prints it, the one in front first; exactly one is visible."""
    front = phone.state.front
    home = _root_task(phone, HOME_TASK_ID, str(HOME_COMPONENT), top=phone.activities.top_window, visible=True)
    if front is None:
        yield home
    for task in reversed(phone.activities.tasks):
        visible = front is not None and front.id == task.top.id
        top = phone.activities.top_window if visible else str(task.top.component)
        yield _root_task(phone, task.id, str(task.records[0].component), top=top, visible=visible)
    if front is not None:
        yield _root_task(phone, HOME_TASK_ID, str(HOME_COMPONENT), top=str(HOME_COMPONENT), visible=False)


def _root_task(phone: SimulatedPhone, task_id: int, base: str, *, top: str, visible: bool) -> str:
    bounds = f"[0,0][{phone.profile.screen.width},{phone.profile.screen.height}]"
    return (
        f"RootTask id={task_id} bounds={bounds} displayId=0 userId=0\n"
        " configuration={1.0 310mcc260mnc [en_US] ldltr sw411dp w411dp h866dp 420dpi nrm long port finger}\n"
        f"  taskId={task_id}: {base} bounds={bounds}"
        f" userId=0 visible={str(visible).lower()} topActivity=ComponentInfo{{{top}}}\n"
    )


def _task(process: Process, arguments: Arguments) -> int:
    verb = arguments.required()
    if verb == "focus":
        process.phone.activities.resume(arguments.number())
    elif verb == "remove":
        process.phone.activities.remove_task(arguments.number())
    elif verb not in ("lock", "resizeable", "resize"):
        raise ArgumentError(f"Error: unknown command '{verb}'")
    return 0


def _current_user(process: Process, arguments: Arguments) -> int:
    process.print("0")
    return 0


def _config(process: Process, arguments: Arguments) -> int:
    process.print("config: en-rUS-ldltr-sw411dp-w411dp-h866dp-normal-long-notround-port-notnight-420dpi-finger")
    process.print("abi: x86_64")
    return 0


def _instrument(process: Process, arguments: Arguments) -> int:
    target = arguments.rest[-1] if arguments.rest else ""
    process.print("android.util.AndroidException: INSTRUMENTATION_FAILED: " + target)
    process.print(f"INSTRUMENTATION_STATUS: Error=Unable to find instrumentation info for: ComponentInfo{{{target}}}")
    process.print("INSTRUMENTATION_STATUS_CODE: -1")
    return 1


def _to_uri(process: Process, arguments: Arguments) -> int:
    intent = parse_intent(arguments.rest).intent
    process.print(intent.data or f"intent:#Intent;action={intent.action};end")
    return 0


def _crash(process: Process, arguments: Arguments) -> int:
    package = _package_argument(arguments)
    if not re.fullmatch(r"[\w.]+", package) or process.phone.packages.get(package) is None:
        raise ArgumentError(f"java.lang.IllegalArgumentException: Unknown package: {package}")
    process.phone.activities.end_crashed(package)
    return 0


_VERBS: dict[str, Callable[[Process, Arguments], int]] = {
    "broadcast": _broadcast,
    "clear-debug-app": _succeed,
    "crash": _crash,
    "force-stop": _force_stop,
    "get-config": _config,
    "get-current-user": _current_user,
    "idle-maintenance": _succeed,
    "instrument": _instrument,
    "kill": _kill,
    "kill-all": _succeed,
    "send-trim-memory": _succeed,
    "set-debug-app": _succeed,
    "set-inactive": _succeed,
    "set-standby-bucket": _succeed,
    "stack": _stack,
    "start": _start,
    "start-activity": _start,
    "start-foreground-service": _start_service,
    "start-service": _start_service,
    "startforegroundservice": _start_service,
    "startservice": _start_service,
    "stop-app": _force_stop,
    "stop-service": _stop_service,
    "stopservice": _stop_service,
    "switch-user": _succeed,
    "task": _task,
    "to-uri": _to_uri,
    "wait-for-broadcast-idle": _succeed,
}
