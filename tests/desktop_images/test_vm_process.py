"""QEMU's process, played by small programs: what starts, what is said, what is left."""

from __future__ import annotations

import asyncio
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from device_farm.desktop.vm.command import Hardware, Launch
from device_farm.desktop.vm.process import Vm
from device_farm.errors import BackendError, TransportError


def machine(folder: Path, program: str) -> Vm:
    path = folder / "qemu"
    path.write_text(program)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    launch = Launch(
        program=str(path),
        hardware=Hardware(accelerated=False, memory_mb=512, cores=1),
        kernel=folder / "vmlinuz",
        initrd=folder / "initrd",
        disk=folder / "disk",
        code=folder / "code",
        folder=folder,
    )
    return Vm(launch, word="secret")


def played(answer: bytes) -> str:
    """A program that plays QEMU, with a guest that answers so."""
    script = Path(__file__).with_name("played_qemu.py")
    return f'#!/bin/sh\nexec {sys.executable} {script} "{answer.hex()}" "$@"\n'


def test_machine_starts_is_set_back_and_ends(tmp_path: Path) -> None:
    async def scenario() -> str:
        vm = machine(tmp_path, played(b"{}\n"))
        try:
            await vm.start()
            (await vm.connect("agent", limit_s=0.0)).close()
            await vm.save("ready")
            await vm.load("ready")
            with pytest.raises(BackendError, match="'torn' does not exist"):
                await vm.load("torn")
            asked = await vm.qmp.monitor("info asked")
            await vm.quit()
            with pytest.raises(TransportError):
                _ = vm.pid
            return asked
        finally:
            await vm.close()
            await vm.close()

    asked = asyncio.run(scenario())
    # Set back, it runs on even if QEMU had stopped it.
    assert '"hostfwd_add host tcp:127.0.0.1:0-:5000"' in asked
    assert '"savevm ready", "loadvm ready", "cont", "loadvm torn"' in asked


@pytest.mark.parametrize(
    ("answer", "words"), [(b"", "hung up"), (b"[1]\n", "nonsense"), (b"x" * 5000 + b"\n", "hung up"), (b"no\n", "JSON")]
)
def test_broker_that_answers_nonsense_is_a_transport_error(answer: bytes, words: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        vm = machine(tmp_path, played(answer))
        try:
            await vm.start()
            with pytest.raises(TransportError, match=words):
                await vm.connect("agent", limit_s=0.0)
            with pytest.raises(BackendError, match=r"did not boot: not within 0\.3 s"):
                await vm.await_guest(0.3)
        finally:
            await vm.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("#!/bin/sh\necho no such machine type >&2\nexit 1\n", "no such machine type"),
        ("not a program", "QEMU did not start"),
    ],
)
def test_qemu_that_does_not_start_is_quoted(program: str, words: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        vm = machine(tmp_path, program)
        try:
            await vm.start()
        finally:
            await vm.close()

    with pytest.raises(BackendError, match=words):
        asyncio.run(scenario())


def test_missing_program_is_named(tmp_path: Path) -> None:
    vm = machine(tmp_path, "")
    vm.launch = replace(vm.launch, program=str(tmp_path / "none"))
    with pytest.raises(BackendError):
        asyncio.run(vm.start())
