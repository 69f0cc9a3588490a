"""The parts of a virtual machine that need no machine: command line, image folder, what is saved."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from device_farm.desktop.vm.command import Hardware, Launch
from device_farm.desktop.vm.image import Image, Manifest, open_image
from device_farm.desktop.vm.machine import snapshot_bytes
from device_farm.desktop.vm.ready import Recipe, code_archive, fingerprint, processor_time
from device_farm.errors import PrerequisiteError
from device_farm.types.geometry import Size

EMULATED = Hardware(accelerated=False, memory_mb=1024, cores=2)


def launch(**changes: object) -> Launch:
    base = Launch(
        program="/usr/bin/qemu-system-x86_64",
        hardware=EMULATED,
        kernel=Path("/i/vmlinuz"),
        initrd=Path("/i/initrd"),
        disk=Path("/d/disk.qcow2"),
        code=Path("/d/code.tar"),
        folder=Path("/run/vm"),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def after(argv: list[str], option: str) -> list[str]:
    """The values of an option, in their order."""
    return [argv[index + 1] for index, word in enumerate(argv) if word == option]


def test_machine_has_two_disks_and_no_way_out() -> None:
    argv = launch().argv()
    assert argv[0] == "/usr/bin/qemu-system-x86_64"
    assert after(argv, "-drive") == [
        "file=/d/disk.qcow2,if=virtio,format=qcow2,cache=unsafe",
        "file=/d/code.tar,if=virtio,format=raw,readonly=on",
    ]
    # One network, restricted; the only way in is asked for later, on the loopback address.
    assert after(argv, "-netdev") == ["user,id=host,restrict=on"]
    assert not any("hostfwd" in word or "guestfwd" in word for word in argv)
    assert after(argv, "-m") == ["1024M"]
    assert after(argv, "-smp") == ["2"]
    assert after(argv, "-qmp") == ["unix:/run/vm/qmp,server=on,wait=off"]
    assert "-loadvm" not in argv


def test_commas_in_a_path_end_no_option() -> None:
    assert after(launch(disk=Path("/a,b/disk.qcow2")).argv(), "-drive")[0].startswith("file=/a,,b/disk.qcow2,if=")


@pytest.mark.parametrize(
    ("accelerated", "machine", "cpu"),
    [(True, "q35,accel=kvm", "host,arch-capabilities=off"), (False, "q35,accel=tcg", "max")],
)
def test_acceleration_chooses_machine_and_processor(accelerated: bool, machine: str, cpu: str) -> None:
    argv = launch(hardware=replace(EMULATED, accelerated=accelerated)).argv()
    assert after(argv, "-machine") == [machine]
    assert after(argv, "-cpu") == [cpu]


def test_saved_machine_is_loaded_by_name() -> None:
    assert after(launch(snapshot="ready").argv(), "-loadvm") == ["ready"]


def test_processor_time_counts_idle_and_waiting_as_rest() -> None:
    # user 10, nice 1, system 20, idle 60, iowait 5, irq 2, softirq 1, steal 1; guest times are in user already.
    stat = b"cpu  10 1 20 60 5 2 1 1 7 7\ncpu0 1 1 1 1 1 1 1 1 0 0\n"
    assert processor_time(stat) == (35, 100)


LISTING = """List of snapshots present on all disks:
ID        TAG               VM SIZE                DATE     VM CLOCK     ICOUNT
--        ready             312 MiB 2026-11-22 06:45:00 00:01:10.000
--        user-one          1.5 GiB 2026-11-22 06:46:00 00:01:20.000
"""


@pytest.mark.parametrize(("name", "size"), [("ready", 312 << 20), ("user-one", 3 << 29), ("user-two", 0)])
def test_snapshot_sizes_are_read_from_the_monitor(name: str, size: int) -> None:
    assert snapshot_bytes(LISTING, name) == size


def folder(path: Path, *, without: str = "") -> Path:
    """An image folder with tiny files."""
    names = ("root.qcow2", "vmlinuz", "initrd")
    for name in names:
        if name != without:
            (path / name).write_bytes(name.encode())
    Manifest(description="debian-12 xvfb-2", sha256={name: "0" * 64 for name in names}).write(path)
    return path


def test_image_folder_is_opened_whole(tmp_path: Path) -> None:
    image = open_image(folder(tmp_path))
    assert image.manifest.description == "debian-12 xvfb-2"
    assert [path.name for path in (image.disk, image.kernel, image.initrd)] == ["root.qcow2", "vmlinuz", "initrd"]


def test_missing_image_names_the_command_that_builds_it(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match="no desktop image") as caught:
        open_image(tmp_path / "none")
    assert caught.value.fix == f"python emulator_images/desktop/build.py --vm --out {tmp_path}/none"


@pytest.mark.parametrize("name", ["root.qcow2", "vmlinuz", "initrd"])
def test_image_without_a_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match=f"lacks {name}"):
        open_image(folder(tmp_path, without=name))


def test_file_that_was_changed_is_found(tmp_path: Path) -> None:
    image = open_image(folder(tmp_path))
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in image.manifest.sha256}
    image = replace(image, manifest=Manifest(description="d", sha256=digests))
    image.verify()
    image.initrd.write_bytes(b"another")
    with pytest.raises(PrerequisiteError, match="initrd is not what was built"):
        image.verify()


@pytest.mark.parametrize("text", ["", "[]", '{"description": 1}', '{"description": "x", "sha256": 3}'])
def test_broken_manifest_is_named(text: str, tmp_path: Path) -> None:
    (folder(tmp_path) / "manifest.json").write_text(text)
    with pytest.raises(PrerequisiteError, match=r"manifest\.json is broken"):
        open_image(tmp_path)


def recipe(path: Path) -> Recipe:
    program = path / "qemu"
    program.write_bytes(b"program")
    return Recipe(
        image=Image(folder=path, manifest=Manifest(description="d", sha256={"root.qcow2": "a" * 64})),
        program=str(program),
        hardware=EMULATED,
        screen=Size(1280, 800),
        state_dir=path,
        boot_timeout_s=10.0,
    )


def test_saved_machines_are_told_apart_by_what_they_depend_on(tmp_path: Path) -> None:
    base = recipe(tmp_path)
    digest = fingerprint(base)
    assert len(digest) == 40 and digest == fingerprint(replace(base, boot_timeout_s=99.0))
    image = Image(folder=tmp_path, manifest=Manifest(description="d", sha256={"root.qcow2": "b" * 64}))
    others = [
        replace(base, image=image),
        replace(base, hardware=replace(EMULATED, accelerated=True)),
        replace(base, hardware=replace(EMULATED, memory_mb=2048)),
        replace(base, screen=Size(1280, 801)),
    ]
    digests = {fingerprint(other) for other in others}
    os.utime(base.program, (1, 1))
    digests.add(fingerprint(base))
    assert len(digests) == 5 and digest not in digests


def test_guests_code_is_the_agent_with_the_word_for_root_alone() -> None:
    with tarfile.open(fileobj=io.BytesIO(code_archive("secret"))) as archive:
        modes = {member.name: member.mode for member in archive}
        told = archive.extractfile("machine.json")
        agent = archive.extractfile("agent.py")
        assert told is not None and agent is not None
        machine, source = json.load(told), agent.read()
    assert modes == {"agent.py": 0o644, "init.py": 0o644, "broker.py": 0o644, "machine.json": 0o600}
    assert machine["word"] == "secret" and machine["home"] == "/home/user"
    assert source == (Path(__file__).parents[2] / "device_farm/desktop/agent.py").read_bytes()
