"""Commands that tell about files and names."""

from __future__ import annotations

import posixpath
import re

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Stat
from device_farm.simulator.shell.commands.dates import format_time
from device_farm.simulator.shell.commands.listing import blocks_kib, human_size
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.modes import mode_text
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.times import local_time
from device_farm.simulator.shell.users import user_name

# Zeros beyond this are kept as the hole of a sparse file.
ZEROS_MAX = 16 * 1024 * 1024

_STAT_FORMAT = (
    "  File: %N\n  Size: %s\t Blocks: %b\t IO Blocks: %B\t %F\n"
    "Device: %Dh/%dd\t Inode: %i\t Links: %h\t Device type: %t,%T\n"
    "Access: (%04a/%A)\tUid: (%5u/%8U)\tGid: (%5g/%8G)\n"
    "Access: %x\nModify: %y\nChange: %z"
)


async def stat(process: Process) -> int:
    options = read_options(process, "Lft", "c", least=1)
    status = 0
    for name in options.rest:
        path = process.path(name)
        if "f" in options:
            process.print(_filesystem(process, name, options.value("c")))
            continue
        try:
            found = process.files.stat(path, follow="L" in options)
        except FileSystemError as error:
            process.error(f"'{name}': {error.reason}")
            status = 1
            continue
        process.print(_stat_text(process, options.value("c", _STAT_FORMAT), name, found))
    return status


def _filesystem(process: Process, name: str, form: str) -> str:
    files = process.files
    total, free = files.capacity_bytes // 4096, files.free_bytes // 4096
    fields = {"a": str(free), "f": str(free), "b": str(total), "S": "4096", "n": name, "T": "f2fs"}
    if form:
        return re.sub(r"%([afbSnT])", lambda found: fields[found.group(1)], form)
    return (
        f'  File: "{name}"\n    ID: 0000000000000000 Namelen: 255    Type: f2fs\n'
        f"Block Size: 4096    Fundamental block size: 4096\n"
        f"Blocks: Total: {total}\tFree: {free}\tAvailable: {free}\nInodes: Total: 400000\tFree: 390000"
    )


def _stat_text(process: Process, form: str, name: str, status: Stat) -> str:
    moment = local_time(process.phone, status.mtime_s)
    stamp = format_time(moment, "%Y-%m-%d %H:%M:%S.%N %z", status.mtime_s)
    kind = "regular file" if status.is_file else "directory" if status.is_dir else "symbolic link"
    if not (status.is_file or status.is_dir or status.is_link):
        kind = "character device"
    fields = {
        "A": mode_text(status.mode),
        "a": f"{status.mode & 0o7777:o}",
        "B": "512",
        "b": str(blocks_kib(status) * 2),
        "C": "u:object_r:media_rw_data_file:s0",
        "D": "fd05",
        "d": "64773",
        "F": "regular empty file" if status.is_file and not status.size else kind,
        "f": f"{status.mode:x}",
        "G": user_name(status.gid),
        "g": str(status.gid),
        "h": str(status.links),
        "i": str(status.ino),
        "m": "/",
        "N": f"{name} -> '{status.target}'" if status.is_link else name,
        "n": name,
        "o": "4096",
        "s": str(status.size),
        "T": "0",
        "t": "0",
        "U": user_name(status.uid),
        "u": str(status.uid),
        **dict.fromkeys("xyz", stamp),
        **dict.fromkeys("XYZ", str(int(status.mtime_s))),
        "%": "%",
    }
    form = form.replace("\\n", "\n").replace("\\t", "\t")

    def replace(found: re.Match[str]) -> str:
        flags, width, letter = found.groups()
        value = fields.get(letter, "?")
        size = int(width or 0)
        return value.ljust(size) if "-" in flags else value.zfill(size) if "0" in flags else value.rjust(size)

    return re.sub(r"%([-0]*)(\d{0,2})([A-Za-z%])", replace, form)


async def readlink(process: Process) -> int:
    options = read_options(process, "efmnqz", least=1)
    end = "" if "n" in options else "\n"
    status = 0
    for name in options.rest:
        try:
            if {"f", "e", "m"} & options.flags.keys() or process.name == "realpath":
                missing_ok = "m" in options or "f" in options
                process.print(_real_path(process, name, missing_ok=missing_ok), end)
            else:
                process.print(process.files.readlink(process.path(name)), end)
        except FileSystemError as error:
            status = 1
            if process.name == "realpath":
                process.error(f"{name}: {error.reason}")
    return status


def _real_path(process: Process, name: str, *, missing_ok: bool) -> str:
    path = process.files.realpath(process.path(name))
    if not missing_ok and not process.files.exists(path):
        raise FileSystemError("ENOENT", name)
    return path


async def basename(process: Process) -> int:
    options = read_options(process, "a", "s", least=1)
    many = "a" in options or "s" in options
    suffix = options.value("s") or ("" if many or len(options.rest) < 2 else options.rest[1])
    for name in options.rest if many else options.rest[:1]:
        base = posixpath.basename(name.rstrip("/")) or ("/" if name.startswith("/") else "")
        if suffix and base != suffix:
            base = base.removesuffix(suffix)
        process.print(base)
    return 0


async def dirname(process: Process) -> int:
    for name in read_options(process, "", least=1).rest:
        process.print(posixpath.dirname(name.rstrip("/")) or ("/" if name.startswith("/") else "."))
    return 0


async def du(process: Process) -> int:
    options = read_options(process, "HLabchklmsx", "d", long={"max-depth": "d"})
    names = options.rest or ["."]
    status = total = 0
    for name in names:
        try:
            total += _usage(process, name, 0, 0 if "s" in options else options.number("d", 1 << 30), options.flags)
        except FileSystemError as error:
            process.error(f"{name}: {error.reason}")
            status = 1
    if "c" in options:
        process.print(f"{_du_size(total, options.flags)}\ttotal")
    return status


def _usage(process: Process, name: str, depth: int, most: int, flags: dict[str, int]) -> int:
    """Prints the tree below `name` bottom up; its size in bytes."""
    path = process.path(name)
    status = process.files.stat(path, follow=False)
    size = status.size if "b" in flags else blocks_kib(status) * 1024
    if status.is_dir:
        for child in process.files.list(path):
            size += _usage(process, f"{name.rstrip('/')}/{child}", depth + 1, most, flags)
    if depth <= most and (status.is_dir or depth == 0 or "a" in flags):
        process.print(f"{_du_size(size, flags)}\t{name}")
    return size


def _du_size(size: int, flags: dict[str, int]) -> str:
    if "h" in flags:
        return human_size(size)
    return str(size if "b" in flags else size >> 20 if "m" in flags else size >> 10)


async def df(process: Process) -> int:
    options = read_options(process, "HPakhi", "t")
    files = process.files
    mounts = [
        ("/dev/block/dm-0", "/", 862_900 << 10, 860_152 << 10),
        ("tmpfs", "/dev", 1_007_636 << 10, 1_372 << 10),
        ("/dev/block/dm-5", "/data", files.capacity_bytes, min(files.used_bytes, files.capacity_bytes)),
        ("/dev/fuse", "/storage/emulated", files.capacity_bytes, min(files.used_bytes, files.capacity_bytes)),
    ]
    status = 0
    if options.rest:
        wanted = []
        for name in options.rest:
            if not files.exists(process.path(name)):
                process.error(f"'{name}': No such file or directory")
                status = 1
                continue
            real = files.realpath(process.path(name))
            wanted.append(max((mount for mount in mounts if _is_below(real, mount[1])), key=lambda item: len(item[1])))
        mounts = wanted
    human = "h" in options or "H" in options
    rows = [
        (
            "Filesystem",
            "Size" if human else "1K-blocks",
            "Used",
            "Avail" if human else "Available",
            "Use%",
            "Mounted on",
        )
    ]
    for device, folder, total, used in mounts:
        sizes = [human_size(size) if human else str(size >> 10) for size in (total, used, total - used)]
        rows.append((device, *sizes, f"{-(-100 * used // total)}%", folder))  # type: ignore[arg-type]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows if mounts else ():
        cells = [row[0].ljust(widths[0]), *(row[column].rjust(widths[column]) for column in range(1, 5)), row[5]]
        process.print(" ".join(cells))
    return status


def _is_below(path: str, folder: str) -> bool:
    return folder == "/" or path == folder or path.startswith(f"{folder}/")


async def mktemp(process: Process) -> int:
    """Names are numbered, not random: the same commands give the same names."""
    options = read_options(process, "dqut", "p")
    template = options.rest[0] if options.rest else "tmp.XXXXXXXXXX"
    found = re.search("X{3,}$", template)
    if found is None:
        raise CommandError("need XXX")
    folder = options.value("p") or (process.environment.get("TMPDIR", "/data/local/tmp") if not options.rest else "")
    width = len(found.group())
    for number in range(1, 100_000):
        name = posixpath.join(folder, template[: found.start()] + f"{number:0{width}d}")
        path = process.path(name)
        if process.files.exists(path):
            continue
        if "u" not in options:
            if "d" in options:
                process.files.mkdir(path, mode=0o700)
            else:
                process.files.write(path, b"", mode=0o600)
        process.print(name)
        return 0
    raise CommandError(f"Failed to create {'directory' if 'd' in options else 'file'} {template}: File exists")


async def file(process: Process) -> int:
    for name in read_options(process, "bhLs", least=1).rest:
        try:
            status = process.files.stat(process.path(name), follow=False)
        except FileSystemError as error:
            process.print(f"{name}: cannot open: {error.reason}")
            continue
        process.print(f"{name}: {_kind(process, name, status)}")
    return 0


def _kind(process: Process, name: str, status: Stat) -> str:
    if status.is_dir:
        return "directory"
    if status.is_link:
        return f"symbolic link to {status.target}"
    data = process.files.read(process.path(name))
    if not data:
        return "empty"
    for magic, text in (
        (b"\x89PNG", "PNG image data"),
        (b"\xff\xd8\xff", "JPEG image data"),
        (b"SQLite format 3\0", "SQLite3 database"),
        (b"PK\x03\x04", "Zip archive data"),
        (b"%PDF", "PDF document"),
        (b"\x1f\x8b", "gzip compressed data"),
    ):
        if data.startswith(magic):
            return text
    return "ASCII text" if data.isascii() and b"\0" not in data else "data"


async def dd(process: Process) -> int:
    operands = dict(argument.partition("=")[::2] for argument in process.args)
    sizes = {name: _size(operands.get(name, "")) for name in ("bs", "count", "skip", "seek")}
    block = sizes["bs"] or 512
    wanted = None if sizes["count"] is None else sizes["count"] * block
    source = operands.get("if", "-")
    if source in ("/dev/zero", "/dev/urandom", "/dev/random"):
        if wanted is None or wanted > ZEROS_MAX:
            wanted = process.files.capacity_bytes if wanted is None else wanted
            return await _dd_hole(process, operands, wanted, block)
        data = bytes(wanted)
    else:
        data = await process.input_bytes(source)
    start = (sizes["skip"] or 0) * block
    data = data[start:] if wanted is None else data[start : start + wanted]
    await _dd_write(process, operands, data, (sizes["seek"] or 0) * block)
    if operands.get("status") != "none":
        full, partial = divmod(len(data), block)
        process.complain(f"{full}+{int(partial > 0)} records in\n{full}+{int(partial > 0)} records out")
        process.complain(
            f"{len(data)} bytes ({human_size(len(data))}) copied, 0.001 s, {human_size(len(data) * 1000)}/s"
        )
    return 0


async def _dd_hole(process: Process, operands: dict[str, str], wanted: int, block: int) -> int:
    """Fills a disk without filling the memory of the host."""
    target = operands.get("of", "")
    if not target:
        raise CommandError("stdout: too much output")
    path = process.path(target)
    process.files.write(path, b"")
    fitting = min(wanted, process.files.free_bytes)
    process.files.set_size(path, fitting)
    if fitting < wanted:
        process.error(f"{target}: No space left on device")
    full, partial = divmod(fitting, block)
    process.complain(f"{full}+{int(partial > 0)} records in\n{full}+{int(partial > 0)} records out")
    return int(fitting < wanted)


async def _dd_write(process: Process, operands: dict[str, str], data: bytes, offset: int) -> None:
    target = operands.get("of", "")
    if not target:
        process.write(data)
        return
    path = process.path(target)
    old = process.files.read(path) if process.files.is_file(path) else b""
    keep = "notrunc" in operands.get("conv", "")
    head = old[:offset].ljust(offset, b"\0") if offset <= process.files.free_bytes + len(old) else None
    if head is None:
        raise FileSystemError("ENOSPC", target)
    try:
        process.files.write(path, head + data + (old[offset + len(data) :] if keep else b""))
    except FileSystemError as error:
        raise FileSystemError(error.errno_name, target) from None


def _size(text: str) -> int | None:
    found = re.fullmatch(r"(\d{1,12})([cwbkKmMgG]?)B?", text)
    if found is None:
        return None
    units = {"": 1, "c": 1, "w": 2, "b": 512, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
    return int(found.group(1)) * units[found.group(2).lower()]
