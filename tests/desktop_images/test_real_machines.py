"""Desktops in real containers and virtual machines, where this machine offers them and the image has been built."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from device_farm.backends.config import DesktopConfig, XvfbConfig
from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.loader import load_backend
from device_farm.backends.qemu_config import QemuConfig
from device_farm.conformance.run import open_subject
from device_farm.conformance.subject import facts_for
from device_farm.conformance.suite import run_checks, select
from device_farm.desktop.device import DesktopDevice
from device_farm.errors import FarmError, PrerequisiteError
from device_farm.types.action import OpenApp, TypeText
from device_farm.types.observation import ObserveRequest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
TREE = ObserveRequest(screenshot=False)


@pytest.fixture(scope="module")
def docker() -> DockerConfig:
    config = DockerConfig(width=1024, height=700)
    try:
        load_backend(config).preflight()
    except PrerequisiteError as error:
        pytest.skip(f"no desktop in a container here: {error} ({error.fix})")
    return config


@pytest.fixture(scope="module")
def qemu() -> QemuConfig:
    config = QemuConfig(**({"image": os.environ["FARM_DESKTOP_IMAGE"]} if "FARM_DESKTOP_IMAGE" in os.environ else {}))
    try:
        load_backend(config).preflight()
    except PrerequisiteError as error:
        pytest.skip(f"no desktop in a virtual machine here: {error} ({error.fix})")
    return config


async def failures(config: DesktopConfig, names: tuple[str, ...] = (), *, grpc: bool = False) -> list[str]:
    """The checks of the contract that fail; `names` are some, none means all."""
    facts = facts_for(config.type)
    async with open_subject(config, through_grpc=grpc) as subject:
        results = [result async for result in run_checks(subject, facts, select(names))]
    assert {result.status for result in results} & {"passed", "failed"}, "something was checked"
    return [f"{result.name}: {result.reason}" for result in results if result.status == "failed"]


def with_device(config: DesktopConfig, use: Callable[[DesktopDevice], object]) -> None:
    """Runs the coroutine that `use` makes with a started device."""

    async def scenario() -> None:
        backend = load_backend(config)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(backend.close)
            device = await backend.create("real")
            stack.push_async_callback(device.close)
            await device.start()
            assert isinstance(device, DesktopDevice)
            await use(device)  # type: ignore[misc]

    asyncio.run(scenario())


async def said(device: DesktopDevice, command: str) -> str:
    result = await device.shell(command, timeout_s=60)
    return (result.stdout + result.stderr).decode().strip()


def containers() -> set[str]:
    listed = subprocess.run(
        ["docker", "ps", "-aq", "--filter", "label=gui-agent-farm.desktop"], capture_output=True, text=True, check=True
    )
    return set(listed.stdout.split())


def assert_gone(before: set[str]) -> None:
    """The daemon takes ended containers away in its own time."""
    deadline = time.monotonic() + 30
    while containers() - before and time.monotonic() < deadline:
        time.sleep(0.2)  # noqa: TID251 - another program's end
    assert containers() - before == set()


def test_container_keeps_the_contract(docker: DockerConfig) -> None:
    before = containers()
    assert asyncio.run(failures(docker)) == []
    assert_gone(before)


def test_container_keeps_the_contract_through_grpc(docker: DockerConfig) -> None:
    assert asyncio.run(failures(docker, ("observe_is_complete", "typed_text_arrives"), grpc=True)) == []


def test_container_is_walled_in_and_limited(docker: DockerConfig) -> None:
    limited = docker.model_copy(update={"memory_mb": 400, "pids": 150})

    async def look(device: DesktopDevice) -> None:
        assert "(container, sha256:" in device.info.image
        assert await said(device, "id -u") == "1000"
        assert await said(device, "wc -l < /proc/net/dev") == "3", "only the loopback interface"
        assert await said(device, "touch /usr/x /etc/x /x 2>&1 | wc -l") == "3"
        capabilities = await said(device, "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status | tr -s '\\t' ' '")
        assert capabilities.splitlines() == [
            "CapEff: 0000000000000000",
            "CapBnd: 0000000000000000",
            "NoNewPrivs: 1",
        ]
        assert str(os.getpid()) not in (await said(device, "ls /proc")).split()
        # More processes than it may have: the shell is refused, the desktop lives on.
        await said(device, "for n in $(seq 300); do sleep 5 & done; true")
        await device.health()

    with_device(limited, look)


def test_container_that_eats_its_memory_is_replaced_by_a_reset(docker: DockerConfig) -> None:
    async def scenario(device: DesktopDevice) -> None:
        eats = "/usr/bin/python3 -c 'b = [bytearray(1 << 24) for _ in range(64)]'"
        # The kernel may choose the agent itself.
        with contextlib.suppress(FarmError):
            assert (await device.shell(eats, timeout_s=60)).exit_code != 0
        await device.reset()
        await device.health()
        assert (await device.observe()).foreground.app == "xfdesktop"

    with_device(docker.model_copy(update={"memory_mb": 400}), scenario)


def test_farm_killed_leaves_no_container(docker: DockerConfig) -> None:
    before = containers()
    process = subprocess.Popen(
        [sys.executable, "-m", "device_farm.cli.main", "desktop", "--backend", "docker", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert '"display": ":0"' in process.stdout.readline()
        assert len(containers() - before) == 1
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert_gone(before)


def test_namespaces_on_the_built_root_keep_the_contract(qemu: QemuConfig) -> None:
    root = Path(qemu.image) / "root"
    if not root.is_dir():
        pytest.skip(f"there is no {root} (python emulator_images/desktop/build.py --root)")
    assert asyncio.run(failures(XvfbConfig(root=str(root)))) == []


def test_virtual_machine_keeps_the_contract(qemu: QemuConfig) -> None:
    assert asyncio.run(failures(qemu)) == []


def machines() -> set[str]:
    """QEMUs of this test, and the folders that their machines lie in."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if words.startswith(b"qemu-system") or b"/qemu-system" in words.split(b"\0")[0]:
            found.add(path.parent.name)
    return found | {path.name for path in Path("/tmp").glob(f"farm-vm-{os.getpid()}-*")}


def test_virtual_machine_has_no_network_and_keeps_windows_in_a_snapshot(qemu: QemuConfig) -> None:
    before = machines()

    async def scenario(device: DesktopDevice) -> None:
        assert "(virtual machine, " in device.info.image
        assert await said(device, "id -u") == "1000"
        assert abs(int(await said(device, "date +%s")) - time.time()) < 60
        # 10.0.2.2 is this machine's loopback address for a guest that is not kept from it.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            await said(device, f"timeout 20 bash -c 'exec 3<>/dev/tcp/10.0.2.2/{port}'")
            listener.settimeout(0)
            with pytest.raises(BlockingIOError):
                listener.accept()
        await device.act(OpenApp(name="text editor"))
        await device.act(TypeText(text="not saved yet"))
        saved = await device.snapshot_save("open")
        assert saved.size_bytes > 50 << 20, "all of its memory"
        await device.shell("pkill mousepad", timeout_s=60)
        await device.snapshot_load("open")
        seen = await device.observe(TREE)
        assert seen.ui_tree is not None
        assert any("not saved yet" in node.value for node in seen.ui_tree.walk())
        await device.reset()
        assert (await device.observe(TREE)).foreground.app == "xfdesktop"
        assert await device.snapshot_list() == []

    with_device(qemu, scenario)
    assert machines() <= before
