"""OSWorld's process: stand-ins for absent modules, and what it makes of a DesktopEnv."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_desktop import FakeDesktop
from played_osworld import write_package

from device_farm.desktop.osworld import windows
from device_farm.desktop.osworld.ports import BROWSER_PORT
from device_farm.errors import DataError, GuestError, VerifierError
from gui_agent.benchmarks.osworld.crew import WORKER
from gui_agent.benchmarks.osworld.mirror import Mirror
from gui_agent.benchmarks.osworld.stage import Stage, Terms
from gui_agent.benchmarks.osworld.taskfile import TaskFile
from gui_agent.benchmarks.worker_channel import WorkerProcess, WorldError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    write_package(tmp_path / "site")
    return tmp_path / "site"


def _worker(package: Path) -> WorkerProcess:
    environment = {"PYTHONPATH": str(package), "NO_PROXY": "127.0.0.1"}
    return WorkerProcess((sys.executable, str(WORKER)), environment=environment, program="OSWorld")


def _task(func: str = "is_yes", *, prints: str = "yes", config: list[dict[str, Any]] | None = None) -> TaskFile:
    evaluator = {"func": func, "result": {"type": "vm_command_line", "command": ["echo", prints]}}
    document = {"id": "t", "instruction": "Do it.", "config": config or [], "evaluator": evaluator}
    return TaskFile(name="t", domain="os", document=document)


def _attempt(
    package: Path,
    folder: Path,
    task: TaskFile,
    last: str = "DONE",
    *,
    break_it: bool = False,
    programs: Mapping[str, str] | None = None,
) -> float:
    async def scene() -> float:
        desktop = FakeDesktop(folder)
        for name, script in (programs or {}).items():
            desktop.program(name, script)
        terms = Terms(call_s=30.0, mirror=Mirror(None), password="password")
        async with _worker(package) as process, Stage(desktop, process, terms) as stage:
            assert await stage.set_up(task) == "Do it."
            desktop.gone = break_it
            return await stage.judge(last)

    return asyncio.run(scene())


def test_worker_says_what_is_installed(package: Path) -> None:
    async def scene() -> dict[str, Any]:
        async with _worker(package) as process:
            return await process.call("hello", timeout_s=30.0)

    said = asyncio.run(scene())
    assert said["version"] == "9.0"
    assert {"infeasible", "is_yes", "reads", "twice"} <= set(said["metrics"])
    assert (said["getters"], said["steps"]) == (["page", "vm_command_line"], ["execute", "launch", "upload"])


@pytest.mark.parametrize(("prints", "reward"), [("yes", 1.0), ("no", 0.0)])
def test_attempt_is_judged_by_the_state_of_the_desktop(
    package: Path, tmp_path: Path, prints: str, reward: float
) -> None:
    assert _attempt(package, tmp_path / "d", _task(prints=prints)) == reward


@pytest.mark.parametrize(("last", "reward"), [("FAIL", 1.0), ("DONE", 0.0), ("", 0.0)])
def test_infeasible_task_wants_to_be_called_so(package: Path, tmp_path: Path, last: str, reward: float) -> None:
    assert _attempt(package, tmp_path / "d", _task("infeasible"), last) == reward


def test_missing_package_is_an_error_though_the_evaluator_swallows_it(package: Path, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="farm osworld install --with no_such_other"):
        _attempt(package, tmp_path / "d", _task("reads"))


def test_reward_above_one_is_no_verdict(package: Path, tmp_path: Path) -> None:
    with pytest.raises(VerifierError, match="reward is 2"):
        _attempt(package, tmp_path / "d", _task("twice"))


def test_failed_step_is_an_error_though_osworld_goes_on(package: Path, tmp_path: Path) -> None:
    step = {"type": "execute", "parameters": {"command": ["no-such-program"]}}
    with pytest.raises(GuestError, match="no such program"):
        _attempt(package, tmp_path / "d", _task(config=[step]))


def test_absent_program_is_named_before_anything_is_set_up(package: Path, tmp_path: Path) -> None:
    step = {"type": "launch", "parameters": {"command": ["no-such-program"]}}
    with pytest.raises(GuestError, match="does not have the program no-such-program"):
        _attempt(package, tmp_path / "d", _task(config=[step]))


def test_program_that_shows_no_window_is_an_error(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "WINDOW_LIMIT_S", 0.5)
    step = {"type": "launch", "parameters": {"command": ["mousepad"]}}
    with pytest.raises(GuestError, match=r"no window of a launched program came within 0\.5 s"):
        _attempt(package, tmp_path / "d", _task(config=[step]), programs={"mousepad": "exit 1", "wmctrl": "exit 0"})


@pytest.mark.parametrize(("port", "reward"), [("chromium", 1.0), ("vlc", 0.0)])
def test_evaluator_reaches_the_ports_of_the_desktop(package: Path, tmp_path: Path, port: str, reward: float) -> None:
    async def browser(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nyes\n")
        writer.close()

    async def scene() -> float:
        desktop = FakeDesktop(tmp_path / "d")
        evaluator = {"func": "is_yes", "result": {"type": "page", "port": port}}
        document = {"id": "t", "instruction": "Do it.", "config": [], "evaluator": evaluator}
        terms = Terms(call_s=30.0, mirror=Mirror(None), password="password")
        async with await asyncio.start_server(browser, "127.0.0.1", 0) as server:
            desktop.ports[BROWSER_PORT] = server.sockets[0].getsockname()[1]
            async with _worker(package) as process, Stage(desktop, process, terms) as stage:
                await stage.set_up(TaskFile(name="t", domain="os", document=document))
                return await stage.judge("DONE")

    assert asyncio.run(scene()) == reward


def test_port_of_a_desktop_that_died_is_never_a_zero(package: Path, tmp_path: Path) -> None:
    evaluator = {"func": "is_yes", "result": {"type": "page", "port": "chromium"}}
    document = {"id": "t", "instruction": "Do it.", "config": [], "evaluator": evaluator}
    with pytest.raises(VerifierError, match="port 9222: TransportError: the desktop is gone"):
        _attempt(package, tmp_path / "d", TaskFile(name="t", domain="os", document=document), break_it=True)


def test_refused_pyautogui_in_a_set_up_is_an_error(package: Path, tmp_path: Path) -> None:
    source = "import pyautogui; pyautogui.screenshot()"
    step = {"type": "execute", "parameters": {"command": ["python", "-c", source]}}
    with pytest.raises(GuestError, match="screenshot is not allowed"):
        _attempt(package, tmp_path / "d", _task(config=[step]))


def test_exception_of_a_set_up_is_told_with_its_last_line(package: Path, tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="Setup step 1 failed"):
        _attempt(package, tmp_path / "d", _task(config=[{"type": "explode", "parameters": {}}]))


def test_desktop_that_dies_before_the_verdict_is_never_a_zero(package: Path, tmp_path: Path) -> None:
    with pytest.raises(VerifierError, match="the desktop is gone"):
        _attempt(package, tmp_path / "d", _task(), break_it=True)


def test_absent_program_of_an_evaluator_is_never_a_zero(package: Path, tmp_path: Path) -> None:
    evaluator = {"func": "is_yes", "result": {"type": "vm_command_line", "command": ["no-such-program"]}}
    document = {"id": "t", "instruction": "Do it.", "config": [], "evaluator": evaluator}
    with pytest.raises(VerifierError, match="no such program"):
        _attempt(package, tmp_path / "d", TaskFile(name="t", domain="os", document=document))


def test_asset_that_is_not_there_stops_the_attempt(package: Path, tmp_path: Path) -> None:
    files = [{"url": "https://h/a", "path": "/home/user/a"}]
    step = {"type": "download", "parameters": {"files": files}}
    with pytest.raises(DataError, match="farm osworld fetch"):
        _attempt(package, tmp_path / "d", _task(config=[step]))


def test_stand_ins_leave_other_imports_alone(package: Path, tmp_path: Path) -> None:
    script = tmp_path / "probe.py"
    script.write_text(
        "import importlib.util, json, sys\n"
        f"spec = importlib.util.spec_from_file_location('stand_ins', {str(WORKER.with_name('stand_ins.py'))!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "found = module.StandIns('desktop_env')\n"
        "sys.meta_path.append(found)\n"
        "try:\n    import no_such_module_here\n    ours = True\n"
        "except ModuleNotFoundError:\n    ours = False\n"
        "from desktop_env.evaluators import metrics\n"
        "print(json.dumps([ours, type(metrics.Reader).__name__, found.used]))\n"
    )

    async def scene() -> bytes:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(script)), env={"PYTHONPATH": str(package)}, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        return out

    assert json.loads(asyncio.run(scene())) == [False, "_Absent", []]
