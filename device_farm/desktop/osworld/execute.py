"""Commands: run to their end, started and left, or, where they drive mouse and keyboard, carried out by the device."""

from __future__ import annotations

import asyncio
import shlex
import time
from typing import Any

from device_farm.desktop.osworld.desk import COMMAND_LIMIT_S, NOT_FOUND, Desk, quoted_home, shell_line
from device_farm.desktop.osworld.messages import Fields, RefusedError, answer
from device_farm.desktop.osworld.windows import list_windows
from device_farm.device import ShellResult
from device_farm.errors import ActionError, DeadlineError, DialectError
from device_farm.simulator.uiautomator.http import Response
from device_farm.types.codec.pyautogui_source import mentions_pyautogui, parse_source, without_preamble

_PYTHONS = ("python", "python3", "/usr/bin/python", "/usr/bin/python3", "python3.10")
_SCRIPT_LIMIT_S = 3600.0


async def execute(desk: Desk, fields: Fields) -> Response:
    """`/execute`: a non-zero exit is still a success, a program that is not there is not."""
    result = await _executed(desk, fields)
    return answer({"status": "success", **result})


async def _executed(desk: Desk, fields: Fields) -> dict[str, Any]:
    await desk.prepare()
    command = quoted_home(fields.values.get("command", ""), desk.home)
    shell = fields.flag("shell")
    source = python_source(command, shell=shell)
    if source is not None and mentions_pyautogui(source):
        return await _by_hand(desk, source)
    if source is not None:
        command = _plain_python(command, source)
    return _outcome(await _run(desk, command, shell=shell))


async def _run(desk: Desk, command: Any, *, shell: bool) -> ShellResult:
    try:
        result = await desk.run(shell_line(command, shell=shell))
    except DeadlineError as error:
        raise RefusedError(500, f"the command ran past {COMMAND_LIMIT_S:g} s: {command!r:.200}") from error
    if not shell and result.exit_code == NOT_FOUND:
        said = result.stderr.decode("utf-8", "replace").strip()
        raise RefusedError(500, f"no such program: {said[-300:]}")
    return result


def _outcome(result: ShellResult) -> dict[str, Any]:
    return {
        "output": result.stdout.decode("utf-8", "replace"),
        "error": result.stderr.decode("utf-8", "replace"),
        "returncode": result.exit_code,
    }


def python_source(command: Any, *, shell: bool) -> str | None:
    """The source of `python -c SOURCE`, as a list or as a line for no shell; None for any other command."""
    if shell:
        return None
    if isinstance(command, str):
        try:
            command = shlex.split(command)
        except ValueError:
            return None
    match command:
        case [str(program), "-c", str(source)] if program in _PYTHONS:
            return source
    return None


def _plain_python(command: Any, source: str) -> Any:
    """The command without importing pyautogui, which the guest does not have and the program does not use."""
    try:
        return ["python3", "-c", without_preamble(source)] if "pyautogui" in source else command
    except SyntaxError:
        return command


async def _by_hand(desk: Desk, source: str) -> dict[str, Any]:
    """Carries the source's actions out. What cannot be gives the exit code 1 and the reason, as a traceback would."""
    try:
        actions = desk.hand.all_actions(parse_source(source))
        for action in actions:
            await desk.device.act(action)
    except (DialectError, ActionError) as error:
        desk.refused.append(f"{type(error).__name__}: {error}")
        return {"output": "", "error": f"{type(error).__name__}: {error}", "returncode": 1}
    passed_over, desk.hand.ignored = desk.hand.ignored, []
    note = f"no such key, passed over: {', '.join(passed_over)}" if passed_over else ""
    return {"output": "", "error": note, "returncode": 0}


async def launch(desk: Desk, fields: Fields) -> Response:
    """`/setup/launch`: starts a program of the session and does not wait for it."""
    await desk.prepare()
    command = quoted_home(fields.values.get("command", ""), desk.home)
    shell = fields.flag("shell")
    await desk.start(shell_line(command, shell=shell), program=None if shell else _program(command))
    return answer({"status": "success", "message": f"{command!r:.200} launched"})


def _program(command: Any) -> str:
    return str(shlex.split(command)[0] if isinstance(command, str) else command[0])


async def execute_verified(desk: Desk, fields: Fields) -> Response:
    """`/execute_with_verification`: runs the command, then looks until what it should bring about is there.

    Raises:
        RefusedError: it did not come about in `max_wait_time` seconds.
    """
    result = await _executed(desk, fields)
    verification = fields.values.get("verification") or {}
    limit_s = fields.seconds("max_wait_time", 10, most=600)
    interval_s = fields.seconds("check_interval", 1.0, most=60)
    deadline = time.monotonic() + limit_s
    while not await _verified(desk, verification):
        if time.monotonic() > deadline:
            raise RefusedError(500, f"not verified within {limit_s:g} s: {verification!r:.200}")
        await asyncio.sleep(interval_s)
    return answer({"status": "success", **result, "verification": "passed"})


async def _verified(desk: Desk, verification: dict[str, Any]) -> bool:
    window, command = verification.get("window_exists"), verification.get("command_success")
    if window and not any(window.lower() in seen.title.lower() for seen in await list_windows(desk)):
        return False
    return not command or (await _run(desk, command, shell=True)).exit_code == 0


async def run_python(desk: Desk, fields: Fields) -> Response:
    """`/run_python`, `/run_python_script`: a script in the guest, or, with pyautogui, by the device."""
    source = fields.text("code")
    if mentions_pyautogui(source):
        outcome = await _by_hand(desk, source)
    else:
        outcome = _outcome(await _run(desk, ["python3", "-c", source], shell=False))
    return _script_answer(outcome)


async def run_bash(desk: Desk, fields: Fields) -> Response:
    """`/run_bash_script`: with a limit and a working folder of the caller's."""
    script = fields.text("script")
    limit_s = fields.seconds("timeout", 30, most=_SCRIPT_LIMIT_S)
    folder = fields.values.get("working_dir")
    await desk.prepare()
    line = shlex.join(["/bin/bash", "-c", script])
    if isinstance(folder, str) and folder:
        line = f"cd -- {shlex.quote(await desk.expand(folder))} || exit 1\n{line}"
    try:
        outcome = _outcome(await desk.run(line, limit_s=limit_s))
    except DeadlineError:
        outcome = {"output": "", "error": f"Script execution timed out after {limit_s:g} seconds", "returncode": -1}
    return _script_answer(outcome)


def _script_answer(outcome: dict[str, Any]) -> Response:
    code = outcome["returncode"]
    status = "success" if code == 0 else "error"
    return answer({"status": status, "message": outcome["error"], "return_code": code, **outcome})
