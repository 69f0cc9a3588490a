"""What goes wrong between a run and AndroidWorld, with a stand-in that does it on purpose."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from world_rig import EXPERT, SHORT, config, run, stand_in

from device_farm.adb.private_server import PrivateAdbServer
from device_farm.adb.smart_socket import AdbServer
from device_farm.device import DeviceInfo, Endpoints, machine_identity
from device_farm.errors import BackendError, ConfigError, PrerequisiteError, TransportError
from device_farm.types.geometry import Size
from device_farm.types.trajectory import InfraError, Scored
from gui_agent.benchmarks.androidworld.crew import Crew, CrewSettings
from gui_agent.benchmarks.androidworld.station import check_adb_version, reachable
from gui_agent.benchmarks.androidworld.template import verdict
from gui_agent.composition import make_plan
from gui_agent.policies.config import RandomConfig

GOOD = {"SystemWifiTurnOff": {"reward": 1.0}}


def logged(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("phase", "fault", "error", "words"),
    [
        ("initialize", "raise", "WorldError", "ValueError: SystemWifiTurnOn is broken"),
        ("initialize", "die", "BackendError", "ended with 7 during initialize; it last said: a last word"),
        ("initialize", "garbage", "BackendError", "answered initialize with"),
        ("evaluate", "raise", "WorldError", "ValueError: SystemWifiTurnOn is broken"),
        ("evaluate", "die", "BackendError", "ended with 7 during evaluate"),
        ("evaluate", "hang", "DeadlineError", "evaluate did not finish"),
    ],
)
def test_broken_worker_is_an_infrastructure_error_and_the_run_goes_on(
    phase: str, fault: str, error: str, words: str, tmp_path: Path
) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {phase: fault}, **GOOD})
    settings = config(python, ("SystemWifiTurnOn", "SystemWifiTurnOff"), limits=SHORT)
    _, summary, episodes = run(settings, tmp_path / "run")
    outcome = episodes["SystemWifiTurnOn"].outcome
    assert isinstance(outcome, InfraError)
    assert outcome.error == error and words in outcome.message
    assert outcome.phase == ("set_up" if phase == "initialize" else "evaluate")
    assert episodes["SystemWifiTurnOff"].outcome == Scored(
        reward=1.0,
        evidence=episodes["SystemWifiTurnOff"].outcome.evidence,  # type: ignore[union-attr]
    )
    figures = summary.success_json()
    assert figures["tasks"] == {"SystemWifiTurnOff": 1.0, "SystemWifiTurnOn": "infra_error"}
    assert figures["initialised"] == (1 if phase == "initialize" else 2)
    assert figures["rated"] == 1 and figures["success_rate"] == 1.0


def test_worker_that_died_is_replaced_and_the_task_is_tried_again(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"initialize": "die once"}})
    _, summary, episodes = run(config(python, ("SystemWifiTurnOn",), retries=1), tmp_path / "run")
    assert isinstance(episodes["SystemWifiTurnOn"].outcome, Scored) and episodes["SystemWifiTurnOn"].attempt == 2
    assert summary.attempts == 2 and summary.infra_attempts == 1 and summary.infra_error == 0


def test_tear_down_that_fails_leaves_the_verdict(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"tear_down": "raise"}})
    _, _, episodes = run(config(python, ("SystemWifiTurnOn",)), tmp_path / "run")
    episode = episodes["SystemWifiTurnOn"]
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0
    assert "SystemWifiTurnOn is broken" in str(episode.provenance.extra["tear_down_error"])


def test_seed_that_cannot_be_instantiated_never_scores(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"unmade": "IndexError: no file left"}, **GOOD})
    _, summary, episodes = run(config(python, ("SystemWifiTurnOn", "SystemWifiTurnOff")), tmp_path / "run")
    outcome = episodes["SystemWifiTurnOn"].outcome
    assert isinstance(outcome, InfraError) and outcome.phase == "set_up"
    assert "cannot instantiate SystemWifiTurnOn: IndexError: no file left" in outcome.message
    assert summary.scored == 1


def test_app_missing_on_a_phone_is_said_before_anything_is_set_up(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"packages": ["com.absent.app", "com.android.settings"]}})
    _, _, episodes = run(config(python, ("SystemWifiTurnOn",)), tmp_path / "run")
    outcome = episodes["SystemWifiTurnOn"].outcome
    assert isinstance(outcome, InfraError) and "lacks com.absent.app, which SystemWifiTurnOn needs" in outcome.message
    assert "initialize" not in [entry["op"] for entry in logged(tmp_path)]


def test_fraction_of_a_composite_task_is_kept(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"TurnOnWifiAndOpenApp": {"reward": 0.5}})
    _, summary, _ = run(config(python, ("TurnOnWifiAndOpenApp",)), tmp_path / "run")
    figures = summary.success_json()
    assert figures["tasks"] == {"TurnOnWifiAndOpenApp": 0.5}
    assert figures["total"] == figures["mean_reward"] == 0.5 and figures["success_rate"] == 0.0


@pytest.mark.parametrize(("require_done", "reward"), [(True, 0.0), (False, 1.0)])
def test_agent_that_never_says_done_scores_as_androidworld_scores_it(
    require_done: bool, reward: float, tmp_path: Path
) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"reward": 1.0}})
    world = {"require_done": require_done}
    settings = config(python, ("SystemWifiTurnOn",), policy=RandomConfig(seed=1), androidworld=world)
    _, _, episodes = run(settings, tmp_path / "run")
    episode = episodes["SystemWifiTurnOn"]
    assert episode.stop == "step_budget" and len(episode.steps) == 10
    assert isinstance(episode.outcome, Scored) and episode.outcome.reward == reward
    assert episode.outcome.evidence[0].observed == "1"
    assert episode.provenance.extra["androidworld"] == {"wait_scale": 0.02, "require_done": require_done}


def test_reward_outside_its_range_is_no_reward() -> None:
    with pytest.raises(Exception, match=r"not in \[0, 1\]"):
        verdict(float("nan"), done=True, require_done=True)


def test_goal_is_the_one_that_androidworld_has_after_its_set_up(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"goal": "turn it on this Friday"}})
    _, _, episodes = run(config(python, ("SystemWifiTurnOn",)), tmp_path / "run")
    assert episodes["SystemWifiTurnOn"].task.goal == "turn it on this Friday"


def test_wait_scale_below_zero_is_refused() -> None:
    with pytest.raises(ValidationError, match="must be 0 or more"):
        config("python", ("SystemWifiTurnOn",), androidworld={"wait_scale": -0.5})


def test_wait_scale_reaches_the_worker_and_the_run_folder(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {}})
    settings = config(python, ("SystemWifiTurnOn",), androidworld={"wait_scale": 0.25})
    plan, _, _ = run(settings, tmp_path / "run")
    assert plan.config.androidworld.wait_scale == 0.25
    attached = next(entry for entry in logged(tmp_path) if entry["op"] == "attach")
    assert attached["argv"][-2:] == ["--wait-scale", "0.25"]
    assert "wait_scale = 0.25" in (tmp_path / "run" / "config.toml").read_text("utf-8")
    with pytest.raises(ConfigError, match=r"androidworld\.wait_scale"):
        run(config(python, ("SystemWifiTurnOn",), androidworld={"wait_scale": 0.5}), tmp_path / "run", resume=True)


def test_combinations_are_a_list_of_scores_and_a_resumed_run_has_nothing_left(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {}, "SystemWifiTurnOff": {"reward": 0.0}})
    settings = config(python, ("SystemWifiTurnOn", "SystemWifiTurnOff"), combinations=2, devices=2)
    plan, summary, _ = run(settings, tmp_path / "run")
    assert [task.id.removeprefix("androidworld/") for task in plan.tasks] == [
        "SystemWifiTurnOff/30",
        "SystemWifiTurnOn/30",
        "SystemWifiTurnOff/30/1",
        "SystemWifiTurnOn/30/1",
    ]
    assert summary.success_json()["tasks"] == {"SystemWifiTurnOff": [0.0, 0.0], "SystemWifiTurnOn": [1.0, 1.0]}
    begun = [entry for entry in logged(tmp_path) if entry["op"] == "initialize"]
    assert {(entry["name"], entry["instance"]) for entry in begun} == {
        (name, instance) for name in ("SystemWifiTurnOn", "SystemWifiTurnOff") for instance in (0, 1)
    }
    _, again, _ = run(settings, tmp_path / "run", resume=True)
    assert again.episodes == 4 and again.steps == 0
    assert len([entry for entry in logged(tmp_path) if entry["op"] == "initialize"]) == 4


def test_checkpoint_of_a_failed_set_up_carries_the_exception(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"initialize": "raise"}, **GOOD})
    run(config(python, ("SystemWifiTurnOn", "SystemWifiTurnOff")), tmp_path / "run")
    failed = json.loads((tmp_path / "run" / "androidworld" / "SystemWifiTurnOn_0.json").read_text("utf-8"))
    assert "ValueError: SystemWifiTurnOn is broken" in failed["exception_info"]
    whole = json.loads((tmp_path / "run" / "androidworld" / "SystemWifiTurnOff_0.json").read_text("utf-8"))
    assert whole["exception_info"] is None and whole["is_successful"] == 1.0 and whole["agent_name"] == "noop"
    assert whole["episode_data"]["step_number"] == [0] and whole["episode_length"] == 1


def test_unknown_task_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {})
    with pytest.raises(ConfigError, match="did you mean SystemWifiTurnOn") as raised:
        asyncio.run(make_plan(config(python, ("SystemWifiTurnOnn",))))
    assert raised.value.field == "--tasks"


def test_task_named_twice_runs_once_and_a_number_of_episodes_is_refused(tmp_path: Path) -> None:
    settings = config(stand_in(tmp_path, {"SystemWifiTurnOn": {}}), ("SystemWifiTurnOn", "SystemWifiTurnOn"))
    assert [task.id for task in asyncio.run(make_plan(settings)).tasks] == ["androidworld/SystemWifiTurnOn/30"]
    with pytest.raises(ConfigError, match="takes each chosen task once, which makes 1, not 3") as raised:
        asyncio.run(make_plan(settings.model_copy(update={"episodes": 3})))
    assert raised.value.field == "--episodes"


def test_interpreter_that_is_none_or_has_no_androidworld_names_the_install_command(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError) as raised:
        asyncio.run(make_plan(config(str(tmp_path / "absent"), ())))
    assert raised.value.fix == "farm androidworld install"
    bare = tmp_path / "bare"
    bare.write_text("#!/bin/sh\necho nothing here >&2\nexit 1\n", "utf-8")
    bare.chmod(0o755)
    with pytest.raises(PrerequisiteError, match="nothing here") as raised:
        asyncio.run(make_plan(config(str(bare), ())))
    assert raised.value.fix == "farm androidworld install"


def info(endpoints: Endpoints | None) -> DeviceInfo:
    return DeviceInfo(id="d", backend="adb", platform="android", screen=Size(1, 1), image="", endpoints=endpoints)


def test_phone_that_cannot_be_reached_is_refused_with_a_reason() -> None:
    with pytest.raises(BackendError, match="no emulator's ports"):
        reachable(info(None))
    elsewhere = Endpoints(machine="other-host/1", console=5554, adb=5555, grpc=8554)
    with pytest.raises(BackendError, match="loopback of other-host"):
        reachable(info(elsewhere))


def test_emulator_without_a_control_service_is_refused_with_the_flag_to_set(tmp_path: Path) -> None:
    async def scenario() -> None:
        async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        console = await asyncio.start_server(ignore, "127.0.0.1", 0)
        port = console.sockets[0].getsockname()[1]
        closed = await asyncio.start_server(ignore, "127.0.0.1", 0)
        free = closed.sockets[0].getsockname()[1]
        closed.close()
        endpoints = Endpoints(machine=machine_identity(), console=port, adb=port + 1, grpc=free)
        settings = CrewSettings(python=Path(stand_in(tmp_path, {})), wait_scale=0.0)
        async with Crew(settings) as crew, console:
            await crew.station(info(endpoints))

    with pytest.raises(TransportError, match="-grpc PORT"):
        asyncio.run(scenario())


def test_port_taken_by_another_program_is_no_adb_server_of_ours() -> None:
    async def scenario() -> None:
        async with PrivateAdbServer() as first, PrivateAdbServer(port=first.port):
            pass

    with pytest.raises(TransportError, match="it is taken"):
        asyncio.run(scenario())


def test_adb_server_of_another_version_is_refused_before_a_client_ends_it(tmp_path: Path) -> None:
    program = tmp_path / "adb"
    program.write_text("#!/bin/sh\necho Android Debug Bridge version 1.0.32\n", "utf-8")
    program.chmod(0o755)

    async def scenario() -> None:
        async with PrivateAdbServer() as server:
            await check_adb_version(AdbServer("127.0.0.1", server.port), str(program))

    with pytest.raises(BackendError, match="has 32"):
        asyncio.run(scenario())


def test_run_leaves_no_process_behind(tmp_path: Path) -> None:
    python = stand_in(tmp_path, {"SystemWifiTurnOn": {"evaluate": "hang"}, **GOOD})
    run(config(python, ("SystemWifiTurnOn", "SystemWifiTurnOff"), limits=SHORT, policy=EXPERT), tmp_path / "run")
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(tmp_path).encode() in words and folder.name != str(os.getpid()):
            left.append(words)
    assert left == []
