"""`ps`, `pidof`, `pgrep`, `top`: the system's processes, and one for each app with a task."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.times import local_time
from device_farm.simulator.shell.users import user_name

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    pid: int
    parent: int
    uid: int
    name: str


_NATIVE = (
    Running(pid=1, parent=0, uid=0, name="init"),
    Running(pid=2, parent=0, uid=0, name="[kthreadd]"),
    Running(pid=153, parent=1, uid=0, name="ueventd"),
    Running(pid=160, parent=1, uid=1007, name="logd"),
    Running(pid=162, parent=1, uid=1000, name="servicemanager"),
    Running(pid=287, parent=1, uid=0, name="netd"),
    Running(pid=289, parent=1, uid=0, name="zygote64"),
    Running(pid=312, parent=1, uid=1000, name="surfaceflinger"),
    Running(pid=401, parent=1, uid=0, name="adbd"),
    Running(pid=560, parent=289, uid=1000, name="system_server"),
)
# Apps that always run, whatever is on the screen.
_ALWAYS = (
    "com.android.systemui",
    "com.google.android.apps.nexuslauncher",
    "com.android.inputmethod.latin",
    "com.android.providers.media.module",
)
_ZYGOTE = 289
_FIRST_APP_PID = 700


def pid_of(phone: SimulatedPhone, package: str) -> int:
    """The process id that the package has while it runs: fixed by its user id, so that runs agree."""
    found = phone.packages.get(package)
    return _FIRST_APP_PID + 13 * (found.uid - 10_000) if found is not None else 0


def processes(phone: SimulatedPhone) -> list[Running]:
    """All processes by number."""
    alive = {*_ALWAYS, *(record.component.package for task in phone.activities.tasks for record in task.records)}
    apps = [
        Running(pid=pid_of(phone, package.name), parent=_ZYGOTE, uid=package.uid, name=package.name)
        for package in phone.packages.list()
        if package.name in alive
    ]
    return sorted([*_NATIVE, *apps], key=lambda process: process.pid)


async def ps(process: Process) -> int:
    options = read_options(process, "AefwlTZn", "opuUgGk", long={"sort": "k"})
    found = processes(process.phone)
    if not {"A", "e"} & options.flags.keys():
        found = [Running(pid=4321, parent=401, uid=0, name="sh"), Running(pid=4322, parent=4321, uid=0, name="ps")]
    if "p" in options:
        wanted = set(re.split(r"[,\s]+", options.value("p")))
        found = [entry for entry in processes(process.phone) if str(entry.pid) in wanted]
    if "o" in options:
        return _columns(process, found, options.value("o"))
    if "f" in options:
        process.print("UID            PID  PPID C STIME TTY          TIME CMD")
        stamp = local_time(process.phone).strftime("%H:%M:%S")
        for entry in found:
            name = user_name(entry.uid)
            process.print(f"{name:<12} {entry.pid:5} {entry.parent:5} 0 {stamp} ?     00:00:00 {entry.name}")
        return 0
    process.print("USER           PID  PPID        VSZ    RSS WCHAN            ADDR S NAME                       ")
    for entry in found:
        process.print(
            f"{user_name(entry.uid):<12} {entry.pid:5} {entry.parent:5} {10_854_000:10} {98_000:6} "
            f"{'do_epoll_wait':<16} {'0':>4} S {entry.name}"
        )
    return 0


def _columns(process: Process, found: list[Running], text: str) -> int:
    names = [name for name in re.split(r"[,\s]+", text.upper()) if name]
    for name in names:
        if name.partition("=")[0] not in (
            "PID",
            "PPID",
            "USER",
            "UID",
            "NAME",
            "ARGS",
            "CMD",
            "CMDLINE",
            "COMM",
            "RSS",
        ):
            raise CommandError(f"bad -o {name.lower()}")
    process.print(" ".join(names))
    for entry in found:
        values = {"PID": entry.pid, "PPID": entry.parent, "USER": user_name(entry.uid), "UID": entry.uid, "RSS": 98_000}
        process.print(" ".join(str(values.get(name, entry.name)) for name in names))
    return 0


async def pidof(process: Process) -> int:
    options = read_options(process, "sx", "o", least=1)
    pids = [str(entry.pid) for entry in processes(process.phone) if entry.name in options.rest]
    if pids:
        process.print(" ".join(pids))
    return int(not pids)


async def pgrep(process: Process) -> int:
    """`pgrep` and `pkill`; a killed app loses its activities."""
    options = read_options(process, "cflnovxL", "dgGPsutU", least=1)
    try:
        pattern = re.compile(options.rest[0])
    except re.error:
        raise CommandError(f"bad regex '{options.rest[0]}'") from None
    found = [
        entry
        for entry in processes(process.phone)
        if (pattern.fullmatch(entry.name) if "x" in options else pattern.search(entry.name))
    ]
    for entry in found:
        if process.name == "pkill":
            process.phone.activities.end_crashed(entry.name)
        else:
            process.print(f"{entry.pid} {entry.name}" if "l" in options else str(entry.pid))
    return int(not found)


async def top(process: Process) -> int:
    """One screenful; there is no load to watch."""
    options = read_options(process, "bHhq", "noOksdmpu")
    found = processes(process.phone)
    process.print(f"Tasks: {len(found)} total,   1 running, {len(found) - 1} sleeping,   0 stopped,   0 zombie")
    process.print("  Mem:  2028564K total,  1886996K used,   141568K free,     2460K buffers")
    process.print("400%cpu   0%user   0%nice   0%sys 400%idle   0%iow   0%irq   0%sirq   0%host")
    process.print("  PID USER         PR  NI VIRT  RES  SHR S[%CPU] %MEM     TIME+ ARGS")
    for entry in found[: options.number("m", 100)]:
        process.print(
            f"{entry.pid:5} {user_name(entry.uid):<12} 20   0  10G  96M  60M S  0.0   4.8   0:00.10 {entry.name}"
        )
    return 0
