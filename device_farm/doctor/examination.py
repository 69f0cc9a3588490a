"""Which proofs are made for whom, and how they are run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

from device_farm.adb.private_server import ADB_FIX
from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.backends.loader import parse_backend
from device_farm.backends.qemu_config import QemuConfig
from device_farm.doctor import desktops, devices, machine
from device_farm.doctor.desktops import docker_probes, qemu_probes
from device_farm.doctor.emulator import emulator_probes
from device_farm.doctor.endpoint import model_server, models_url
from device_farm.doctor.probe import Probe, ProbeResult, run_probe
from device_farm.errors import ConfigError

_AT_ONCE = 2
"""Probes that run at the same time; more would slow each other down past their deadlines on a small machine."""

_NEEDED: dict[str, tuple[str, ...]] = {
    "simulator": ("python", "simulator"),
    "xvfb": ("python", "desktop", "applications"),
    "adb": ("python", "adb"),
}
_KEYED = ("emulator", "docker", "qemu")
"""Their probes depend on their section."""


def probes(*, backend: str = "", endpoint: str = "") -> tuple[Probe, ...]:
    """All proofs, the simulator's required; for a `backend` only its own, all of them required.

    Raises:
        ConfigError: an unknown backend, or an endpoint that is no address.
    """
    if backend.partition("=")[0] in _KEYED:
        return _keyed(backend)
    if backend and backend not in _NEEDED:
        known = ", ".join((*_NEEDED, *_KEYED))
        raise ConfigError(f"unknown backend {backend!r}", field="--backend", fix=f"there is {known}")
    if endpoint:
        models_url(endpoint)
    needed = _NEEDED[backend or "simulator"]
    chosen = [probe for probe in _all(endpoint) if not backend or probe.name in needed]
    return tuple(
        Probe(
            name=probe.name,
            prove=probe.prove,
            deadline_s=probe.deadline_s,
            required=probe.name in needed,
            fix=probe.fix,
        )
        for probe in chosen
    )


def _keyed(backend: str) -> tuple[Probe, ...]:
    """Of the section that, for example, `emulator` or `emulator=AVD,key=value` names. Raises ConfigError."""
    common = {probe.name: replace(probe, required=True) for probe in _all("")}
    match parse_backend(backend):
        case EmulatorConfig() as config:
            return (common["python"], *emulator_probes(config))
        case DockerConfig() as config:
            return (common["python"], common["docker"], *docker_probes(config))
        case QemuConfig() as config:
            return (common["python"], *qemu_probes(config))
        case other:
            raise AssertionError(f"{other.type} has probes of its own")


def _all(endpoint: str) -> tuple[Probe, ...]:
    model = (
        Probe(name="model server", prove=partial(model_server, endpoint), deadline_s=10, fix="vllm serve MODEL")
        if endpoint
        else Probe(name="vllm", prove=machine.vllm, deadline_s=120, fix="pip install vllm")
    )
    return (
        Probe(name="python", prove=machine.python_and_packages, deadline_s=60, fix="pip install -e ."),
        Probe(name="simulator", prove=devices.simulator, deadline_s=30, fix="apt-get install -y libegl1 libgl1"),
        Probe(name="adb", prove=devices.adb, deadline_s=40, fix=ADB_FIX),
        Probe(name="desktop", prove=devices.desktop, deadline_s=60, fix="make setup"),
        Probe(name="applications", prove=devices.applications, deadline_s=150, fix="make setup"),
        Probe(name="docker", prove=machine.containers, deadline_s=40, fix="is the docker daemon running?"),
        Probe(
            name="docker image",
            prove=partial(desktops.docker_image, DockerConfig()),
            deadline_s=30,
            fix="python emulator_images/desktop/build.py --docker",
        ),
        Probe(
            name="qemu",
            prove=partial(desktops.qemu, QemuConfig()),
            deadline_s=30,
            fix="apt-get install -y qemu-system-x86 qemu-utils",
        ),
        Probe(name="kvm", prove=machine.kvm, deadline_s=10, fix="use a machine with working (nested) virtualisation"),
        Probe(name="torch", prove=machine.torch, deadline_s=120, fix="pip install torch"),
        Probe(name="gpu", prove=machine.gpu, deadline_s=120, fix="install the NVIDIA driver"),
        model,
    )


async def examine(chosen: tuple[Probe, ...]) -> AsyncIterator[ProbeResult]:
    """Makes the proofs, some at the same time, and yields the results in the order of `chosen`."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(probe: Probe) -> ProbeResult:
        async with places:
            return await run_probe(probe)

    tasks = [asyncio.create_task(in_turn(probe)) for probe in chosen]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
