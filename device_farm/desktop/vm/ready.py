"""Saved machines: booted once, a session drawn, everything saved; every device starts from a copy.

A saved machine lies in a folder named by what it depends on: image, hardware, screen, QEMU, and the farm's part of the
guest. It appears by rename when it is whole. Two programs that want the same one wait for each other.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import io
import json
import logging
import os
import secrets
import shutil
import tarfile
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from device_farm.desktop import template
from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.guest import DATA_LIMIT_BYTES
from device_farm.desktop.machine import RestartingMachine
from device_farm.desktop.sandbox import GUEST_HOME, TMP_LIMIT_BYTES
from device_farm.desktop.vm.command import ADDRESS, PORT, Hardware, Launch
from device_farm.desktop.vm.guest import VmGuest
from device_farm.desktop.vm.image import Image
from device_farm.desktop.vm.process import Vm
from device_farm.device import Device
from device_farm.errors import BackendError
from device_farm.types.geometry import Size

_LOGGER = logging.getLogger(__name__)
SNAPSHOT = "ready"
# A desktop at rest still has a panel with a clock, and us looking.
_BUSY_SHARE = 0.15
_LOOK_S = 2.0
_QUIET_LOOKS = 3
# What is done before a machine is saved; another way of doing it makes another saved machine.
_PROCEDURE = ("session.py", "vm/ready.py")
_SCRIPTS = (("agent.py", "agent.py"), ("vm/init.py", "init.py"), ("vm/broker.py", "broker.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a saved machine is made from. `state_dir` is where it is kept."""

    image: Image
    program: str
    hardware: Hardware
    screen: Size
    state_dir: Path
    boot_timeout_s: float

    async def describe(self) -> str:
        """What a machine of it consists of, for provenance."""
        how = "KVM" if self.hardware.accelerated else "software emulation"
        return f"{self.image.manifest.description} (virtual machine, {how})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A saved machine: `disk` holds the snapshot `ready`; `word` lets the host at its guest."""

    disk: Path
    code: Path
    word: str


def _sources() -> dict[str, bytes]:
    package = files("device_farm.desktop")
    return {name: package.joinpath(path).read_bytes() for path, name in _SCRIPTS}


def fingerprint(recipe: Recipe) -> str:
    """40 hex digits that change with anything that a saved machine depends on."""
    program = os.stat(recipe.program)
    package = files("device_farm.desktop")
    parts = [
        sorted(recipe.image.manifest.sha256.items()),
        [recipe.program, program.st_size, program.st_mtime_ns],
        asdict(recipe.hardware),
        [recipe.screen.width, recipe.screen.height],
        [hashlib.sha256(text).hexdigest() for _, text in sorted(_sources().items())],
        [hashlib.sha256(package.joinpath(path).read_bytes()).hexdigest() for path in _PROCEDURE],
        hashlib.sha256(template.home_archive()).hexdigest(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]


def code_archive(word: str) -> bytes:
    """The farm's part of the guest as a tar file, for its second disk."""
    machine = {
        "word": word,
        "address": ADDRESS,
        "port": PORT,
        "home": GUEST_HOME,
        "limit_bytes": DATA_LIMIT_BYTES,
        "tmp_bytes": TMP_LIMIT_BYTES,
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in {**_sources(), "machine.json": json.dumps(machine).encode()}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644 if name.endswith(".py") else 0o600
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


async def ready(recipe: Recipe) -> Ready:
    """The saved machine of `recipe`, made first where there is none, which takes a boot.

    Raises:
        BackendError: it does not boot, or there is no place for it.
        PrerequisiteError: the image is not what was built.
    """
    folder = recipe.state_dir / fingerprint(recipe)
    try:
        recipe.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        async with _alone(folder.with_suffix(".lock")):
            if not (folder / "machine.json").exists():
                # We alone make this one: what else there is of it was left by a farm that was killed.
                for left in recipe.state_dir.glob(f"{folder.name}.part-*"):
                    await asyncio.to_thread(shutil.rmtree, left, ignore_errors=True)
                await asyncio.to_thread(recipe.image.verify)
                await _make(recipe, folder)
        word = json.loads((folder / "machine.json").read_text("utf-8"))["word"]
    except OSError as error:
        raise BackendError(f"no machine can be saved in {recipe.state_dir}: {error}", field="state_dir") from error
    return Ready(disk=folder / "disk.qcow2", code=folder / "code.tar", word=word)


@asynccontextmanager
async def _alone(path: Path) -> AsyncIterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.2)
        yield
    finally:
        os.close(descriptor)


async def _make(recipe: Recipe, folder: Path) -> None:
    _LOGGER.info("booting a desktop's machine once, to save it in %s", folder)
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.part-", dir=recipe.state_dir))
    try:
        word = secrets.token_hex(32)
        code = part / "code.tar"
        code.touch(mode=0o600)
        code.write_bytes(code_archive(word))
        await overlay(recipe.image.disk, part / "disk.qcow2")
        with tempfile.TemporaryDirectory(prefix=f"farm-vm-{os.getpid()}-") as run:
            await _boot_and_save(launch_of(recipe, disk=part / "disk.qcow2", code=code, folder=Path(run)), word, recipe)
        machine = part / "machine.json"
        machine.touch(mode=0o600)
        machine.write_text(json.dumps({"word": word}), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


async def _boot_and_save(launch: Launch, word: str, recipe: Recipe) -> None:
    vm = Vm(launch, word=word)
    try:
        await vm.start()
        await vm.await_guest(recipe.boot_timeout_s)
        machine = RestartingMachine(recipe.screen, lambda: VmGuest(vm), recipe.describe)
        device = DesktopDevice("booting", backend="qemu", screen=recipe.screen, machine=machine)
        try:
            await device.start()
            # Whatever a desktop does once belongs into what is saved: its first description of itself, too.
            await device.observe()
            await _idle(device, recipe.boot_timeout_s)
        finally:
            # Saved while nobody is connected: whoever loads it connects anew.
            await asyncio.shield(device.close())
        await vm.save(SNAPSHOT)
        await vm.quit()
    finally:
        await asyncio.shield(vm.close())


async def _idle(device: Device, timeout_s: float) -> None:
    """Waits until the guest's processors have little to do. Raises BackendError where they always have."""
    deadline = time.monotonic() + timeout_s
    quiet = 0
    busy, total = processor_time(await device.pull("/proc/stat"))
    while quiet < _QUIET_LOOKS:
        if time.monotonic() > deadline:
            raise BackendError(f"the booted desktop does not come to rest within {timeout_s:g} s")
        await asyncio.sleep(_LOOK_S)
        now_busy, now_total = processor_time(await device.pull("/proc/stat"))
        rests = now_busy - busy < _BUSY_SHARE * (now_total - total)
        quiet = quiet + 1 if rests else 0
        busy, total = now_busy, now_total


def processor_time(stat: bytes) -> tuple[int, int]:
    """Ticks of work and ticks in all since the boot, of all processors, from `/proc/stat` (proc(5))."""
    numbers = [int(word) for word in stat.partition(b"\n")[0].split()[1:9]]
    idle = numbers[3] + numbers[4]
    return sum(numbers) - idle, sum(numbers)


def launch_of(recipe: Recipe, *, disk: Path, code: Path, folder: Path, snapshot: str = "") -> Launch:
    return Launch(
        program=recipe.program,
        hardware=recipe.hardware,
        kernel=recipe.image.kernel,
        initrd=recipe.image.initrd,
        disk=disk,
        code=code,
        folder=folder,
        snapshot=snapshot,
    )


async def overlay(base: Path, target: Path) -> None:
    """An empty disk over `base`. Raises BackendError with the words of `qemu-img`."""
    argv = ("create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", str(base), str(target))
    process = await asyncio.create_subprocess_exec(
        "qemu-img", *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise BackendError(f"qemu-img: {said.decode(errors='replace').strip()}")
