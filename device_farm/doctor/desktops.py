"""Proofs about desktops in containers and virtual machines: program or daemon, image, and what comes of them."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.qemu import QemuBackend
from device_farm.backends.qemu_config import QemuConfig
from device_farm.desktop.container.engine import Engine
from device_farm.desktop.vm.kvm import kvm_refusal
from device_farm.doctor.child import run_child
from device_farm.doctor.devices import running_device
from device_farm.doctor.probe import Probe
from device_farm.errors import BackendError, PrerequisiteError

_BUILD = "python emulator_images/desktop/build.py"


def docker_probes(config: DockerConfig) -> tuple[Probe, ...]:
    """What `farm doctor --backend docker` proves; all of it is needed."""
    return (
        Probe(
            name="image", prove=partial(docker_image, config), deadline_s=30, required=True, fix=f"{_BUILD} --docker"
        ),
        Probe(
            name="container",
            prove=partial(docker_desktop, config),
            deadline_s=90,
            required=True,
            fix="look at what the daemon says: docker logs, journalctl -u docker",
        ),
    )


def qemu_probes(config: QemuConfig) -> tuple[Probe, ...]:
    """What `farm doctor --backend qemu` proves. Without KVM it works, slowly.

    No desktop is booted: in software emulation that takes minutes, and `farm check --backend qemu` does.
    """
    return (
        Probe(name="qemu", prove=partial(qemu, config), deadline_s=30, required=True, fix=f"{_BUILD} --vm"),
        Probe(
            name="kvm guest",
            prove=partial(qemu_acceleration, config),
            deadline_s=30,
            required=config.acceleration == "on",
            fix="software emulation it is; for speed, a machine with working (nested) virtualisation",
        ),
    )


async def docker_image(config: DockerConfig) -> str:
    """The daemon answers and has the image."""
    engine = Engine(host=config.host, image=config.image)
    try:
        await asyncio.to_thread(engine.connect)
        return await asyncio.to_thread(engine.describe)
    finally:
        await asyncio.to_thread(engine.close)


async def docker_desktop(config: DockerConfig) -> str:
    """Boots a desktop in a container and looks at it."""
    started = time.perf_counter()
    async with running_device(config) as device:
        seen = await device.observe()
        if seen.screenshot is None or seen.ui_tree is None:
            raise BackendError("a desktop in a container showed no screen")
        return f"a desktop in a container showed its screen after {time.perf_counter() - started:.1f} s"


async def qemu(config: QemuConfig) -> str:
    """The programs and the image are there."""
    program, image = QemuBackend(config).locate()
    version = await run_child(program, "--version")
    if version.exit_code != 0:
        raise PrerequisiteError(f"{program} --version: {version.last_line}", fix="install qemu-system-x86 again")
    return f"{version.stdout.splitlines()[0]}; image {image.manifest.description}"


async def qemu_acceleration(config: QemuConfig) -> str:
    """Starts the image's kernel under KVM and waits for its first word."""
    program, image = QemuBackend(config).locate()
    refusal = await kvm_refusal(program, image)
    if refusal:
        raise PrerequisiteError(f"KVM: {refusal}")
    return "the image's kernel starts under KVM"
