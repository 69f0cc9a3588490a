"""Commands that change the file tree."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.shell.commands.dates import parse_touch_time
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.modes import parse_mode
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.users import user_id


async def cat(process: Process) -> int:
    options = read_options(process, "etuvAn")
    status = 0
    for name in options.rest or ["-"]:
        try:
            if name == "-":
                while data := await process.stdin.read():
                    process.write(data)
                    await process.flush()
            else:
                process.write(process.files.read(process.path(name)))
        except FileSystemError as error:
            process.error(f"{name}: {error.reason}")
            status = 1
    return status


async def mkdir(process: Process) -> int:
    options = read_options(process, "pv", "m", long={"parents": "p", "mode": "m"}, least=1)
    mode = parse_mode(options.value("m", "755"), 0, is_dir=True)
    if mode is None:
        raise CommandError(f"bad mode '{options.value('m')}'")
    return _each(
        process,
        options.rest,
        lambda path: process.files.mkdir(path, parents="p" in options, mode=mode),
        message="'{name}': {reason}",
    )


async def rmdir(process: Process) -> int:
    options = read_options(process, "p", long={"ignore-fail-on-non-empty": "i"}, least=1)

    def remove(path: str) -> None:
        process.files.rmdir(path)
        above = posixpath.dirname(path.rstrip("/"))
        while "p" in options and above not in ("", "/") and not process.files.list(above):
            process.files.rmdir(above)
            above = posixpath.dirname(above)

    return _each(process, options.rest, remove)


async def rm(process: Process) -> int:
    options = read_options(process, "fiRrv", long={"recursive": "r", "force": "f"})
    force, recursive = "f" in options, "r" in options or "R" in options
    if not options.rest and not force:
        raise process.usage("Needs 1 argument")
    status = 0
    for name in options.rest:
        if posixpath.basename(name) in (".", ".."):
            process.error(f"bad path {name}")
            status = 1
            continue
        try:
            process.files.remove(process.path(name), recursive=recursive)
            if "v" in options:
                process.print(f"rm '{name}'")
        except FileSystemError as error:
            if force and error.errno_name in ("ENOENT", "ENOTDIR"):
                continue
            process.error(f"{name}: {error.reason}")
            status = 1
    return status


async def touch(process: Process) -> int:
    options = read_options(process, "acmh", "dtr", long={"date": "d", "reference": "r", "no-create": "c"}, least=1)
    at_s = None
    if "r" in options:
        at_s = process.files.stat(process.path(options.value("r"))).mtime_s
    elif "t" in options or "d" in options:
        at_s = parse_touch_time(process.phone, options.value("t") or options.value("d"))
        if at_s is None:
            raise CommandError(f"bad date '{options.value('t') or options.value('d')}'")
    create = "c" not in options
    return _each(
        process,
        options.rest,
        lambda path: process.files.touch(path, mtime_s=at_s, create=create),
        message="'{name}': {reason}",
    )


async def cp(process: Process) -> int:
    options = read_options(process, "adfHilLnPprRsTuvF", "t", long={"recursive": "r", "archive": "a"})
    recursive = bool({"r", "R", "a"} & options.flags.keys())
    preserve = bool({"p", "a"} & options.flags.keys())

    def copy(source: str, target: str) -> None:
        if process.files.is_dir(source) and not recursive:
            raise FileSystemError("EISDIR", source)
        if _is_inside(process, source, target):
            raise FileSystemError("EINVAL", target)
        if "n" in options and process.files.exists(target):
            return
        process.files.copy(source, target, recursive=recursive, preserve=preserve)

    return _transfer(process, options.rest, options.value("t"), copy, verbose="v" in options)


async def mv(process: Process) -> int:
    options = read_options(process, "fivnT", "t")

    def move(source: str, target: str) -> None:
        if "n" in options and process.files.exists(target):
            return
        process.files.rename(source, target)

    return _transfer(process, options.rest, options.value("t"), move, verbose="v" in options)


def _is_inside(process: Process, folder: str, path: str) -> bool:
    """Whether `path` lies in `folder`, so that copying one into the other would never end."""
    if not process.files.is_dir(folder):
        return False
    real = process.files.realpath(posixpath.dirname(path.rstrip("/")) or "/") + "/"
    return real.startswith(process.files.realpath(folder).rstrip("/") + "/")


def _transfer(
    process: Process, names: list[str], into: str, action: Callable[[str, str], None], *, verbose: bool
) -> int:
    """Carries out `cp` or `mv`: into a folder, or one file to another name."""
    names = [*names, into] if into else names
    if len(names) < 2:
        raise CommandError("Needs 2 arguments")
    *sources, destination = names
    into_folder = process.files.is_dir(process.path(destination))
    if len(sources) > 1 and not into_folder:
        raise CommandError(f"'{destination}' not directory")
    status = 0
    for source in sources:
        target = destination
        if into_folder:
            target = posixpath.join(destination, posixpath.basename(source.rstrip("/")))
        try:
            if not _exists(process, source):
                raise FileSystemError("ENOENT", source)
            action(process.path(source), process.path(target))
            if verbose:
                process.print(f"{process.name} '{source}' -> '{target}'")
        except FileSystemError as error:
            culprit = source if error.errno_name in ("ENOENT", "EISDIR") and not _exists(process, source) else target
            if error.errno_name == "EISDIR" and process.name == "cp":
                process.error(f"Skipped dir '{source}'")
            else:
                process.error(f"bad '{culprit}': {error.reason}")
            status = 1
    return status


def _exists(process: Process, name: str) -> bool:
    try:
        process.files.stat(process.path(name), follow=False)
    except FileSystemError:
        return False
    return True


async def ln(process: Process) -> int:
    options = read_options(process, "srfnvT", "t", least=1)
    if "s" not in options:
        raise CommandError(
            f"cannot create hard link from '{options.rest[0]}' to '{options.rest[-1]}': Operation not permitted"
        )
    *sources, destination = options.rest if len(options.rest) > 1 else [options.rest[0], "."]
    status = 0
    for source in sources:
        target = process.path(destination)
        if process.files.is_dir(target) and "T" not in options and "n" not in options:
            target = posixpath.join(target, posixpath.basename(source))
        try:
            if "f" in options and _exists(process, target):
                process.files.remove(target)
            process.files.symlink(source, target)
        except FileSystemError as error:
            process.error(f"cannot create symbolic link from '{source}' to '{target}': {error.reason}")
            status = 1
    return status


async def chmod(process: Process) -> int:
    # A mode such as -x looks like an option.
    args = [argument for argument in process.args if not re.fullmatch("-[Rfv]+", argument)]
    recursive = any("R" in argument for argument in process.args if re.fullmatch("-[Rfv]+", argument))
    if len(args) < 2:
        raise process.usage("Needs 2 arguments")
    mode_name, names = args[0], args[1:]

    def change(path: str) -> None:
        status = process.files.stat(path)
        mode = parse_mode(mode_name, status.mode, is_dir=status.is_dir)
        if mode is None:
            raise CommandError(f"bad mode '{mode_name}'")
        process.files.chmod(path, mode)

    return _each(process, names, change, recursive=recursive, message="'{name}': {reason}")


async def chown(process: Process) -> int:
    options = read_options(process, "RHLPfhv", least=2)
    owner, *names = options.rest
    user, separator, group = owner.replace(".", ":", 1).partition(":") if ":" not in owner else owner.partition(":")
    if process.name == "chgrp":
        user, separator, group = "", ":", owner
    uid = _known_id(user, "user") if user else None
    gid = _known_id(group, "group") if separator and group else None
    follow = "h" not in options
    return _each(
        process,
        names,
        lambda path: process.files.chown(path, uid, gid, follow=follow),
        recursive="R" in options,
        message="'{name}' to '" + owner + "': {reason}",
    )


def _known_id(name: str, kind: str) -> int:
    number = user_id(name)
    if number is None:
        raise CommandError(f"no {kind} '{name}'")
    return number


async def chcon(process: Process) -> int:
    """Security labels are not modelled; the files must exist."""
    options = read_options(process, "DFRhrvn")
    names = options.rest[1:] if process.name == "chcon" else options.rest
    return _each(process, names, process.files.stat)


async def truncate(process: Process) -> int:
    options = read_options(process, "c", "s", least=1)
    found = re.fullmatch(r"(\d{1,15})([kKmMgG]?)", options.value("s"))
    if found is None:
        raise CommandError(f"bad size '{options.value('s')}'")
    size = int(found.group(1)) * {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[found.group(2).lower()]

    def change(path: str) -> None:
        if not process.files.exists(path):
            process.files.write(path, b"")
        process.files.set_size(path, size)

    return _each(process, options.rest, change, message="'{name}': {reason}")


def _each(
    process: Process,
    names: list[str],
    action: Callable[[str], object],
    *,
    recursive: bool = False,
    message: str = "{name}: {reason}",
) -> int:
    """Does `action` to every path, reports what fails, goes on."""
    status = 0
    for name in names:
        try:
            for path in list(_paths(process, name)) if recursive else [process.path(name)]:
                action(path)
        except FileSystemError as error:
            process.error(message.format(name=name, reason=error.reason))
            status = 1
    return status


def _paths(process: Process, name: str) -> Iterator[str]:
    for path, status in process.files.walk(process.path(name)):
        if not status.is_link:
            yield path
