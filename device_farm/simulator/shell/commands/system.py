"""Commands about users, processes, the kernel and the log."""

from __future__ import annotations

import re
from typing import Final

from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.times import local_time
from device_farm.simulator.shell.users import SHELL_GROUPS, user_id, user_name

_CONTEXT: Final = "u:r:su:s0"
_KERNEL: Final = "5.15.41-android13-8-00205-gf1bf82c3dacd-ab8747247"


async def id_(process: Process) -> int:
    options = read_options(process, "GZgnru")
    number = 0
    if options.rest:
        found = user_id(options.rest[0])
        if found is None:
            raise CommandError(f"no such user '{options.rest[0]}'")
        number = found
    groups = SHELL_GROUPS if number == 0 else (number,)
    shown = user_name if "n" in options else str
    if "Z" in options:
        process.print(_CONTEXT)
    elif "u" in options or "g" in options:
        process.print(shown(number))
    elif "G" in options:
        process.print(" ".join(shown(group) for group in groups))
    else:
        named = ",".join(f"{group}({user_name(group)})" for group in groups)
        name = user_name(number)
        process.print(f"uid={number}({name}) gid={number}({name}) groups={named} context={_CONTEXT}")
    return 0


async def whoami(process: Process) -> int:
    process.print("root")
    return 0


async def groups(process: Process) -> int:
    process.print(" ".join(map(user_name, SHELL_GROUPS)))
    return 0


async def uname(process: Process) -> int:
    options = read_options(process, "aomnprsv")
    values = {
        "s": "Linux",
        "n": "localhost",
        "r": _KERNEL,
        "v": "#1 SMP PREEMPT Thu Jun 23 22:55:07 UTC 2022",
        "m": process.phone.properties.get("ro.product.cpu.abi", "x86_64").replace("arm64-v8a", "aarch64"),
        "o": "Toybox",
    }
    letters = "snrvmo" if "a" in options else [letter for letter in "snrvmo" if letter in options] or "s"
    process.print(" ".join(values[letter] for letter in letters))
    return 0


async def hostname(process: Process) -> int:
    process.print("localhost")
    return 0


async def uptime(process: Process) -> int:
    seconds = int(process.phone.clock.uptime_s())
    now = local_time(process.phone)
    days, rest = divmod(seconds, 86_400)
    hours, minutes = divmod(rest // 60, 60)
    since = f"{days} day{'s' * (days != 1)}, " if days else ""
    since += f"{hours}:{minutes:02d}" if hours else f"{minutes} min"
    if "-p" in process.args:
        process.print(f"up {since}")
    else:
        process.print(f" {now:%H:%M:%S} up {since},  0 users,  load average: 0.00, 0.00, 0.00")
    return 0


async def free(process: Process) -> int:
    options = read_options(process, "bkmgth")
    shift = 0 if "b" in options else 10 if "k" in options else 20 if "m" in options else 0
    total, used, shared, buffers = 2_077_249_536, 1_901_006_848, 3_493_888, 2_519_040
    process.print("                total        used        free      shared     buffers")
    figures = [total, used, total - used, shared, buffers]
    process.print("Mem:     " + "".join(f"{value >> shift:12d}" for value in figures))
    process.print("-/+ buffers/cache:" + f"{used - buffers >> shift:15d}{total - used + buffers >> shift:12d}")
    process.print("Swap:    " + "".join(f"{value >> shift:12d}" for value in (1_557_934_080, 0, 1_557_934_080)))
    return 0


async def kill(process: Process) -> int:
    """Ends jobs of the shell; other processes have no life of their own."""
    if process.args[:1] == ["-l"]:
        process.print("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM")
        return 0
    names = [name for name in process.args if not re.fullmatch(r"-[A-Z0-9]+|-s", name)]
    if not names:
        raise process.usage("missing argument")
    status = 0
    for name in names:
        pid = int(name) if re.fullmatch(r"\d{1,9}", name) else -1
        if not process.shell.jobs.kill(pid):
            process.error(f"bad pid '{name}': {'No such process' if pid >= 0 else 'Invalid argument'}")
            status = 1
    return status


async def succeed(process: Process) -> int:
    """`sync`, `chcon`-like commands whose effect is not modelled, and that always succeed."""
    return 0


async def getenforce(process: Process) -> int:
    process.print("Permissive")
    return 0


async def mount(process: Process) -> int:
    if not process.args:
        for line in process.files.read_text("/proc/mounts").splitlines():
            device, folder, kind, options, *_ = line.split()
            process.print(f"{device} on {folder} type {kind} ({options})")
        return 0
    raise (
        CommandError("Operation not permitted")
        if "remount" not in " ".join(process.args)
        else CommandError(f"'{process.args[-1]}' is read-only")
    )


async def nproc(process: Process) -> int:
    process.print("4")
    return 0


async def getprop(process: Process) -> int:
    options = read_options(process, "TZ")
    properties = process.phone.properties
    if options.rest:
        default = options.rest[1] if len(options.rest) > 1 else ""
        process.print(properties.get(options.rest[0]) or default)
        return 0
    for name, value in properties.list():
        process.print(f"[{name}]: [{value}]")
    return 0


async def setprop(process: Process) -> int:
    if len(process.args) != 2:
        raise process.usage("Needs 2 arguments" if len(process.args) < 2 else "Max 2 arguments")
    name, value = process.args
    if not process.phone.properties.set(name, value):
        raise CommandError(f"failed to set property '{name}' to '{value}'")
    return 0
