"""`ls`, in toybox's columns."""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.filesystem_nodes import Stat
from device_farm.simulator.shell.modes import mode_text
from device_farm.simulator.shell.options import Options, read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.times import local_time
from device_farm.simulator.shell.users import user_name

_LONG = ("l", "o", "n", "g")


@dataclass(frozen=True, slots=True)
class Entry:
    """`name` is what is printed, `path` where it lies."""

    name: str
    path: str
    status: Stat


async def ls(process: Process) -> int:
    options = read_options(
        process,
        "ACFHLNRSUXZabcdfghiklmnopqrstux1",
        "w",
        long={"color": "_", "full-time": "_", "show-control-chars": "N"},
    )
    lister = _Lister(process, options)
    return lister.run(options.rest or ["."])


class _Lister:
    def __init__(self, process: Process, options: Options) -> None:
        self._process = process
        self._options = options
        self._is_long = any(letter in options for letter in _LONG)
        self._titles = 0
        self._status = 0

    def run(self, names: list[str]) -> int:
        found: list[Entry] = []
        for name in names:
            entry = self._named(name)
            if entry is not None:
                found.append(entry)
        plain = [entry for entry in found if not entry.status.is_dir or "d" in self._options]
        folders = [entry for entry in found if entry.status.is_dir and "d" not in self._options]
        if plain:
            self._print(self._sorted(plain), total=False)
            self._titles = 1
        titled = len(names) > 1 or "R" in self._options
        for folder in self._sorted(folders):
            self._print_folder(folder, titled=titled)
        return self._status

    def _named(self, name: str) -> Entry | None:
        """A file of the command line; links there are followed except in long listings."""
        path = self._process.path(name)
        follow = "L" in self._options or "H" in self._options or not (self._is_long or "d" in self._options)
        try:
            try:
                return Entry(name, path, self._process.files.stat(path, follow=follow))
            except FileSystemError:
                return Entry(name, path, self._process.files.stat(path, follow=False))
        except FileSystemError as error:
            self._process.error(f"{name}: {error.reason}")
            self._status = 1
            return None

    def _print_folder(self, folder: Entry, *, titled: bool) -> None:
        files = self._process.files
        names = files.list(folder.path)
        if not {"a", "A", "f"} & self._options.flags.keys():
            names = [name for name in names if not name.startswith(".")]
        base = folder.path.rstrip("/")
        entries = [self._entry(name, f"{base}/{name}") for name in names]
        if "a" in self._options or "f" in self._options:
            entries = [self._entry(".", folder.path), self._entry("..", f"{base}/.."), *entries]
        entries = self._sorted(entries)
        if titled:
            self._process.print(("\n" if self._titles else "") + f"{folder.name}:")
        self._titles += 1
        self._print(entries, total=True)
        if "R" in self._options:
            for entry in entries:
                if entry.status.is_dir and entry.name not in (".", ".."):
                    self._print_folder(replace(entry, name=f"{folder.name.rstrip('/')}/{entry.name}"), titled=True)

    def _entry(self, name: str, path: str) -> Entry:
        try:
            status = self._process.files.stat(path, follow="L" in self._options)
        except FileSystemError:
            status = self._process.files.stat(path, follow=False)
        return Entry(name, path, status)

    def _sorted(self, entries: list[Entry]) -> list[Entry]:
        options = self._options
        if "f" in options or "U" in options:
            return entries
        entries = sorted(entries, key=lambda entry: entry.name)
        if "S" in options:
            entries.sort(key=lambda entry: -entry.status.size)
        elif "t" in options or (("u" in options or "c" in options) and not self._is_long):
            entries.sort(key=lambda entry: -entry.status.mtime_s)
        return entries[::-1] if "r" in options else entries

    def _print(self, entries: list[Entry], *, total: bool) -> None:
        if total and (self._is_long or "s" in self._options or "h" in self._options):
            blocks = sum(blocks_kib(entry.status) for entry in entries)
            self._process.print(f"total {human_size(blocks * 1024) if 'h' in self._options else blocks}")
        if not entries:
            return
        rows = [self._columns(entry) for entry in entries]
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        for entry, row in zip(entries, rows, strict=True):
            cells = [
                cell.ljust(width) if kind == "<" else cell.rjust(width)
                for cell, width, kind in zip(row, widths, self._alignment(), strict=True)
            ]
            self._process.print("".join(f"{cell} " for cell in cells) + self._label(entry))

    def _alignment(self) -> str:
        kinds = ">" * (("i" in self._options) + ("s" in self._options))
        if self._is_long:
            kinds += "<>" + "<" * ("g" not in self._options) + "<" * ("o" not in self._options)
        kinds += "<" * ("Z" in self._options)
        return kinds + (">>" if self._is_long else "")

    def _columns(self, entry: Entry) -> list[str]:
        options, status = self._options, entry.status
        columns = []
        if "i" in options:
            columns.append(str(status.ino))
        if "s" in options:
            columns.append(str(blocks_kib(status)))
        if self._is_long:
            columns += [mode_text(status.mode), str(status.links)]
            if "g" not in options:
                columns.append(str(status.uid) if "n" in options else user_name(status.uid))
            if "o" not in options:
                columns.append(str(status.gid) if "n" in options else user_name(status.gid))
        if "Z" in options:
            columns.append("u:object_r:media_rw_data_file:s0")
        if self._is_long:
            columns += [self._size(status), self._time(status)]
        return columns

    def _size(self, status: Stat) -> str:
        if stat.S_ISCHR(status.mode):
            return "1,   3"
        return human_size(status.size) if "h" in self._options else str(status.size)

    def _time(self, status: Stat) -> str:
        moment = local_time(self._process.phone, status.mtime_s)
        if self._options.flags.get("l", 0) > 1 or "_" in self._options:
            return moment.strftime("%Y-%m-%d %H:%M:%S.%f") + "000 " + moment.strftime("%z")
        return moment.strftime("%Y-%m-%d %H:%M")

    def _label(self, entry: Entry) -> str:
        status = entry.status
        suffix = ""
        if ("F" in self._options or "p" in self._options) and status.is_dir:
            suffix = "/"
        elif "F" in self._options:
            suffix = "@" if status.is_link else "*" if status.is_file and status.mode & 0o111 else ""
        target = f" -> {status.target}" if self._is_long and status.is_link else ""
        return entry.name + target + suffix


def blocks_kib(status: Stat) -> int:
    """Disk use in KiB, in blocks of 4 KiB."""
    return 0 if status.is_link else -(-status.size // 4096) * 4


def human_size(size: int) -> str:
    """As toybox's -h: three digits at most, `1.5K`, `12M`."""
    value, unit = float(size), ""
    for unit in ("", "K", "M", "G", "T"):
        if value < 1000 or unit == "T":
            break
        value /= 1024
    if not unit:
        return str(size)
    return f"{value:.1f}{unit}" if value < 10 else f"{value:.0f}{unit}"
