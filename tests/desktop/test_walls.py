"""What a desktop sees of the machine, and what it leaves behind."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop_rig import Rig, labels

from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.local_machine import LocalMachine
from device_farm.desktop.sandbox import Confinement, SandboxProbe
from device_farm.errors import ActionError, DeadlineError, FarmError, GuestError
from device_farm.types.action import Click, OpenApp, TypeText
from device_farm.types.geometry import Point, Size


@pytest.fixture
def secret() -> Iterator[Path]:
    """A file of the host that everyone may read."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "secret.txt"
        path.write_text("of the host")
        path.chmod(0o644)
        yield path


def confined(device: DesktopDevice) -> bool:
    return device.info.image.endswith("(namespaces)")


def shell(rig: Rig, device: DesktopDevice, command: str) -> str:
    result = rig.run(device.shell(command))
    return (result.stdout + result.stderr).decode().strip()


def test_desktop_sees_nothing_of_the_host(rig: Rig, shared: DesktopDevice, secret: Path) -> None:
    if not confined(shared):
        pytest.skip(f"no namespaces here: {shared.info.image}")
    assert "No such file" in shell(rig, shared, f"cat {secret}")
    assert "No such file" in shell(rig, shared, f"ls {Path(__file__).parent}")
    assert str(os.getpid()) not in shell(rig, shared, "ls /proc").split()
    assert shell(rig, shared, "id -u") == "1000"
    assert shell(rig, shared, "cat /proc/net/dev | wc -l") == "3", "only the loopback interface"
    assert shell(rig, shared, "touch /usr/x /etc/x 2>&1 | wc -l") == "2"


def test_environment_has_nothing_of_the_hosts(rig: Rig, shared: DesktopDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "HOME", "FARM_SECRET"):
        monkeypatch.setenv(name, "host-value")
    assert "host-value" not in shell(rig, shared, "env")
    assert "/home/user" in shell(rig, shared, "env") or not confined(shared)


def test_links_do_not_lead_outside(rig: Rig, shared: DesktopDevice, secret: Path) -> None:
    shell(rig, shared, f"ln -sfn {secret} leak; ln -sfn {secret.parent} leakdir; ln -sfn / root")
    for path in ("leak", "leakdir/secret.txt", f"root{secret}", f"../../../..{secret}", str(secret)):
        with pytest.raises(GuestError):
            rig.run(shared.pull(path))
    with pytest.raises(FarmError):
        rig.run(shared.push("leakdir/new.txt", b"x"))
    rig.run(shared.shell("rm leak leakdir root"))
    assert [path.name for path in secret.parent.iterdir()] == ["secret.txt"]
    assert secret.read_text() == "of the host"


def test_reset_leaves_nothing(rig: Rig, desktop: DesktopDevice) -> None:
    rig.run(desktop.push("Documents/left.txt", b"x"))
    shell(rig, desktop, "sleep 999 & echo x > /tmp/left; mkdir -p .config/left")
    rig.run(desktop.act(OpenApp(name="text editor")))
    before = shell(rig, desktop, "ls -A ~ Documents /tmp; ps -e | grep -c sleep")
    assert "left" in before
    rig.run(desktop.reset())
    assert "left" not in shell(rig, desktop, "ls -AR ~ /tmp")
    assert "sleep" not in shell(rig, desktop, "cat /proc/[0-9]*/comm")
    assert rig.run(desktop.observe()).foreground.app == "xfdesktop"


def test_snapshot_brings_the_files_back(rig: Rig, desktop: DesktopDevice) -> None:
    rig.run(desktop.push("a.txt", b"first"))
    rig.run(desktop.snapshot_save("one"))
    rig.run(desktop.push("a.txt", b"second"))
    rig.run(desktop.snapshot_load("one"))
    assert rig.run(desktop.pull("a.txt")) == b"first"
    assert [info.name for info in rig.run(desktop.snapshot_list())] == ["one"]


PARTS = (b"bwrap", b"agent.py", b"Xvfb", b"xfdesktop", b"xfce4", b"openbox", b"dbus-daemon")


def is_ours(pid: int) -> bool:
    """Whether this process started it, or nobody owns it any more: its line of parents ends in a desktop's program."""
    top = pid
    while pid > 1:
        if pid == os.getpid():
            return True
        top = pid
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            return False
    try:
        return any(part in Path(f"/proc/{top}/cmdline").read_bytes() for part in PARTS)
    except OSError:
        return False


def traces() -> set[str]:
    """What desktops could leave on the host: their processes, X locks, private directories, mounts, shared memory.

    Other test processes have desktops of their own at the same time; those do not count.
    """
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if (b"agent.py" in command or b"Xvfb" in command or b"xfdesktop" in command) and is_ours(int(entry.name)):
                found.add(f"process {entry.name}")
    private = f"farm-desktop-{os.getpid()}-"
    for folder in (Path("/tmp"), Path("/dev/shm")):
        found |= {str(path) for path in folder.iterdir() if path.name.startswith(private)}
    found |= {str(lock) for lock in Path("/tmp").glob(".X*-lock") if is_ours(int(lock.read_text() or "1"))}
    found |= set(Path("/proc/self/mounts").read_text().splitlines())
    return found | set(Path("/proc/sysvipc/shm").read_text().splitlines())


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_two_desktops_do_not_disturb_each_other_and_leave_nothing(rig: Rig, shared: DesktopDevice) -> None:
    before, descriptors = traces(), open_descriptors()
    other = rig.boot("other")

    async def type_in_both() -> list[str]:
        for device, text in ((shared, "of the shared one"), (other, "of the other one")):
            await device.push("note.txt", text.encode())
        await asyncio.gather(*(device.act(OpenApp(name="text editor")) for device in (shared, other)))
        await asyncio.gather(shared.act(TypeText(text="first desk")), other.act(TypeText(text="second desk")))
        shown = []
        for device, text in ((shared, "first desk"), (other, "second desk")):
            seen = await rig.until(
                device, lambda seen, text=text: any(text == node.value for node in seen.ui_tree.walk()), text
            )
            shown += [node.value for node in seen.ui_tree.walk() if "editable" in node.states and "desk" in node.value]
        return shown

    try:
        assert rig.run(type_in_both()) == ["first desk", "second desk"]
        assert rig.run(other.pull("note.txt")) == b"of the other one"
        assert rig.run(shared.pull("note.txt")) == b"of the shared one"
    finally:
        rig.run(other.close())
        rig.run(other.close())
    assert traces() - before == set()
    assert open_descriptors() <= descriptors
    rig.run(shared.health())
    with pytest.raises(FarmError):
        rig.run(other.observe())


def test_desktop_without_namespaces_keeps_to_its_home_and_says_so(rig: Rig, secret: Path) -> None:
    walls = SandboxProbe(confinement=Confinement.UNCONFINED, reason="for the test")
    screen = Size(800, 600)
    device = DesktopDevice("bare", backend="xvfb", screen=screen, machine=LocalMachine(screen, walls))
    before = traces()

    async def scenario() -> None:
        await device.start()
        assert device.info.image.endswith("(unconfined, no namespaces: for the test)")
        await device.act(OpenApp(name="text editor"))
        await device.act(TypeText(text="hé <"))
        await rig.until(device, lambda seen: "hé <" in labels(seen), "the typed text")
        await device.shell(f"ln -s {secret} leak")
        for path in ("leak", str(secret), "/etc/passwd"):
            with pytest.raises(GuestError):
                await device.pull(path)
        await device.shell("sleep 888 & setsid sleep 889 & true")

    try:
        rig.run(scenario())
    finally:
        rig.run(device.close())
    assert traces() - before == set()
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [command for command in commands if command.startswith(b"sleep\x0088")]


def test_actions_off_the_screen_are_refused(rig: Rig, shared: DesktopDevice) -> None:
    for at in (Point(1024, 0), Point(0, 700), Point(-1, 5)):
        with pytest.raises(ActionError, match="1024x700"):
            rig.run(shared.act(Click(at=at)))


def test_untypable_character_is_refused_before_anything_is_typed(rig: Rig, shared: DesktopDevice) -> None:
    with pytest.raises(ActionError, match=r"U\+0007"):
        rig.run(shared.act(TypeText(text="abc\x07")))


def test_shell_heeds_its_deadline(rig: Rig, shared: DesktopDevice) -> None:
    with pytest.raises(DeadlineError):
        rig.run(shared.shell("sleep 60", timeout_s=0.3))
    assert shell(rig, shared, "echo alive") == "alive"
