"""The contract suite on the real backends, in process and through gRPC."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from device_farm.adb.private_server import PrivateAdbServer
from device_farm.backends.config import AdbConfig, BackendConfig, SimulatorConfig, XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.conformance.run import open_subject
from device_farm.conformance.subject import facts_for
from device_farm.conformance.suite import CHECKS, Check, CheckResult, run_check, run_checks
from device_farm.errors import PrerequisiteError
from device_farm.simulator.server import SimulatorServer
from tests.emulator.rig import make_rig, need_adb, save_snapshot

WAYS = pytest.mark.parametrize("through_grpc", [False, True], ids=["in_process", "grpc"])


def demand(config: BackendConfig) -> None:
    """Skips where this machine lacks what the backend needs; fails where FARM_REQUIRE says that it must be there."""
    try:
        load_backend(config).preflight()
    except PrerequisiteError as error:
        if config.type in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail(f"{config.type} is required: {error}")
        pytest.skip(str(error))


@WAYS
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_simulator_keeps_the_contract(check: Check, through_grpc: bool) -> None:
    if check.in_process and through_grpc:
        pytest.skip("needs the device in process")

    async def scenario() -> CheckResult:
        async with open_subject(SimulatorConfig(devices=1, seed=3), through_grpc=through_grpc) as subject:
            return await run_check(check, subject, facts_for("simulator"))

    config = SimulatorConfig(devices=1)
    demand(config)
    result = asyncio.run(scenario())
    assert result.status in ("passed", "known_failure"), result.reason


@pytest.mark.timeout(900)
@WAYS
def test_xvfb_keeps_the_contract(through_grpc: bool) -> None:
    # One desktop for all checks: it takes seconds to start.
    async def scenario() -> list[CheckResult]:
        async with open_subject(config, through_grpc=through_grpc) as subject:
            return [result async for result in run_checks(subject, facts_for("xvfb"))]

    config = XvfbConfig(devices=1)
    demand(config)
    results = asyncio.run(scenario())
    assert not [result for result in results if result.status == "failed"]


@WAYS
def test_adb_keeps_the_contract_behind_a_real_server(through_grpc: bool) -> None:
    """Simulated phones stand in for phones in the hand: nothing but adb reaches them."""
    if shutil.which("adb") is None:
        if "adb" in os.environ.get("FARM_REQUIRE", "").split(","):
            pytest.fail("adb is required and not installed")
        pytest.skip("adb is not installed: apt-get install adb")

    async def scenario() -> list[CheckResult]:
        # A second phone, because one check starts a second device.
        async with SimulatorServer(devices=2) as simulator, PrivateAdbServer() as server:
            for phone in simulator.phones:
                await server.add_emulator(phone.ports.adb)
                await server.wait_for(phone.serial)
            config = AdbConfig(server=f"{server.host}:{server.port}")
            async with open_subject(config, through_grpc=through_grpc) as subject:
                return [result async for result in run_checks(subject, facts_for("adb"))]

    results = asyncio.run(scenario())
    assert len(results) == len(CHECKS)
    assert not [result for result in results if result.status == "failed"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("read_only", "through_grpc"), [(True, False), (True, True), (False, False)], ids=["in_process", "grpc", "writer"]
)
def test_emulator_keeps_the_contract_on_the_stand_in(
    read_only: bool, through_grpc: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator's own program cannot be had here: its stand-in has its command line, console, adb and gRPC."""
    need_adb()
    rig = make_rig(tmp_path)
    monkeypatch.setenv("HOME", str(rig.home))
    config = rig.config(read_only=read_only)

    async def scenario() -> list[CheckResult]:
        await save_snapshot(config)
        async with open_subject(config, through_grpc=through_grpc) as subject:
            return [result async for result in run_checks(subject, facts_for("emulator", read_only=read_only))]

    results = asyncio.run(scenario())
    assert len(results) == len(CHECKS)
    assert not [result for result in results if result.status == "failed"]
