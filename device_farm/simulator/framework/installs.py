"""`pm install`: puts an APK on the phone as a package.

Its code does not run here: an app that is simulated comes back as it is simulated, of any other a placeholder shows the
name.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from device_farm.simulator.framework.apk import ApkError, ApkInfo, read_apk
from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.own_apps import app_of_package
from device_farm.simulator.shell.process import Process

# Where install sessions keep what was written to them.
STAGING = "/data/app/vmdl"

_VALUED = frozenset(
    {"-i", "-S", "--user", "--originating-uri", "--referrer", "--abi", "--install-location", "--pkg", "-p",
     "--install-reason", "--update-ownership", "--staged-ready-timeout", "--force-uuid"}
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class _Options:
    flags: frozenset[str]
    size: int | None
    installer: str
    words: list[str]


def _read_options(process: Process) -> _Options:
    arguments = Arguments(process.args)
    flags: set[str] = set()
    size, installer = None, ""
    while (option := arguments.option()) is not None:
        if option == "-S":
            size = arguments.number()
        elif option == "-i":
            installer = arguments.required()
        elif option in _VALUED:
            arguments.required()
        else:
            flags.add(option)
    return _Options(flags=frozenset(flags), size=size, installer=installer, words=arguments.rest)


async def install(process: Process) -> int:
    """`pm install [-r] [-t] [-g] [-S SIZE] PATH|-`: from a file, or `-S` bytes from stdin."""
    options = _read_options(process)
    words = [word for word in options.words if word != "-"]
    if words:
        path = process.path(words[0])
        if not process.files.is_file(path):
            process.complain(f"Error: Unable to open file: {words[0]}")
            process.complain("Consider using a file under /data/local/tmp/")
            return 1
        data = process.files.read(path)
    elif options.size is None:
        raise ArgumentError("Error: must either specify a package size or an APK file", exit_code=1)
    else:
        data = await _read_size(process, options.size)
    return _put(process, data, options)


async def _read_size(process: Process, size: int) -> bytes:
    parts: list[bytes] = []
    left = size
    while left > 0 and (data := await process.stdin.read()):
        parts.append(data)
        left -= len(data)
    return b"".join(parts)[:size]


def _put(process: Process, data: bytes, options: _Options) -> int:
    try:
        info = read_apk(data)
    except ApkError as error:
        process.print(f"Failure [INSTALL_PARSE_FAILED_NOT_APK: {error}]")
        return 1
    return _install_info(process, data, info, options)


def _install_info(process: Process, data: bytes, info: ApkInfo, options: _Options) -> int:
    phone = process.phone
    old = phone.packages.get(info.package)
    if old is not None and "-R" in options.flags:
        process.print(
            f"Failure [INSTALL_FAILED_ALREADY_EXISTS: Attempt to re-install {info.package} without first uninstalling.]"
        )
        return 1
    if old is not None and info.version_code < old.version_code and not {"-d", "--downgrade"} & options.flags:
        process.print(
            f"Failure [INSTALL_FAILED_VERSION_DOWNGRADE: Downgrade detected: Update version code {info.version_code} "
            f"is older than current {old.version_code}]"
        )
        return 1
    path = f"/data/app/{info.package}/base.apk"
    if len(data) > phone.files.free_bytes:
        process.print("Failure [INSTALL_FAILED_INSUFFICIENT_STORAGE]")
        return 1
    phone.files.mkdir(posixpath.dirname(path), parents=True)
    phone.files.write(path, data)
    phone.packages.install(
        info.package,
        label=info.label,
        version_name=info.version_name,
        version_code=info.version_code,
        installer=options.installer,
        permissions=info.permissions,
        program=app_of_package(info.package),
    )
    if "-g" in options.flags:
        for permission in info.permissions:
            phone.packages.grant(info.package, permission)
    process.print("Success")
    return 0


async def install_create(process: Process) -> int:
    """`pm install-create`: a session that `install-write` fills and `install-commit` installs."""
    _read_options(process)
    number = 1_000_000_000 + process.files.snapshot().next_ino
    process.files.mkdir(f"{STAGING}{number}.tmp", parents=True)
    process.print(f"Success: created install session [{number}]")
    return 0


async def install_write(process: Process) -> int:
    """`pm install-write -S SIZE SESSION NAME [PATH|-]`."""
    options = _read_options(process)
    if len(options.words) < 2:
        raise ArgumentError("Error: session and split name expected", exit_code=1)
    folder = _session(process, options.words[0])
    source = options.words[2] if len(options.words) > 2 else "-"
    if source == "-":
        data = await _read_size(process, options.size or 0)
    else:
        data = process.files.read(process.path(source))
    process.files.write(f"{folder}/{posixpath.basename(options.words[1])}", data)
    process.print(f"Success: streamed {len(data)} bytes")
    return 0


async def install_commit(process: Process) -> int:
    """`pm install-commit SESSION`."""
    options = _read_options(process)
    folder = _session(process, options.words[0] if options.words else "")
    names = process.files.list(folder)
    if not names:
        process.print("Failure [INSTALL_FAILED_INVALID_APK: No packages staged]")
        return 1
    base = next((name for name in names if "base" in name), names[0])
    data = process.files.read(f"{folder}/{base}")
    process.files.remove(folder, recursive=True)
    return _put(process, data, options)


def _session(process: Process, number: str) -> str:
    folder = f"{STAGING}{number}.tmp"
    if not re.fullmatch(r"\d{1,12}", number) or not process.files.is_dir(folder):
        raise ArgumentError(f"java.lang.SecurityException: Caller has no access to session {number}")
    return folder
