"""`screenrecord`: what the screen shows, as an MP4 file."""

from __future__ import annotations

import asyncio
from typing import Final

from device_farm.errors import GuestError
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.shell.options import Options, read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.video import Mp4Writer

FRAMES_PER_S: Final = 10.0
"""Recorded frames a second; a real device follows the display, which costs more than anybody looks at here."""
TIME_LIMIT_S: Final = 180
"""AOSP's `kDefaultTimeLimitSec`, both default and maximum of `--time-limit`."""
_MAX_SIDE_PX: Final = 4096
_LONG: Final = {"time-limit": "t", "size": "s", "bit-rate": "b", "verbose": "v", "bugreport": "u"}


async def screenrecord(process: Process) -> int:
    """`screenrecord [--time-limit S] [--size WxH] [--bit-rate N] FILE`.

    Runs until its time is up or it is interrupted; the file is whole in both cases. The seconds are those of a wall
    clock, also on a phone whose own time stands still between events. The bit rate is read and not used.
    """
    options = read_options(process, "vu", "tsb", long=_LONG)
    if len(options.rest) != 1:
        process.complain("Must specify output file (see --help).")
        return 2
    limit_s = options.number("t", TIME_LIMIT_S)
    if not 1 <= limit_s <= TIME_LIMIT_S:
        process.complain(f"Time limit {limit_s}s outside acceptable range [1,{TIME_LIMIT_S}]")
        return 2
    if "s" in options and _size(options) is None:
        process.complain(f"Invalid size '{options.value('s')}', must be width x height")
        return 2
    with Mp4Writer(frames_per_s=FRAMES_PER_S, size=_size(options)) as video:
        try:
            await _record(process, video, limit_s)
        except asyncio.CancelledError:
            # An interrupted recording is a finished one: the file is written before the interrupt goes on.
            _save(process, video, options.rest[0])
            raise
        return _save(process, video, options.rest[0])


def _size(options: Options) -> tuple[int, int] | None:
    width, _, height = options.value("s").partition("x")
    if not (width.isdigit() and height.isdigit()):
        return None
    inside = 1 <= int(width) <= _MAX_SIDE_PX and 1 <= int(height) <= _MAX_SIDE_PX
    return (int(width), int(height)) if inside else None


async def _record(process: Process, video: Mp4Writer, limit_s: float) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + limit_s
    while loop.time() < ends:
        video.add(process.phone.frame())
        await asyncio.sleep(min(1 / FRAMES_PER_S, max(0.0, ends - loop.time())))


def _save(process: Process, video: Mp4Writer, name: str) -> int:
    try:
        process.files.write(process.path(name), video.finish())
    except FileSystemError as error:
        process.complain(f"Unable to open '{name}': {error.reason}")
        return 1
    except GuestError as error:
        process.complain(f"Encoder failed: {error}")
        return 1
    return 0
