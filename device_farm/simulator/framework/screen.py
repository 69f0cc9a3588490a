"""`screencap` and `uiautomator`."""

from __future__ import annotations

import re
import struct

from device_farm.errors import GuestError
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.framework.arguments import Arguments
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process
from device_farm.simulator.uiautomator.hierarchy import hierarchy_xml

DISPLAY_ID = "4619827259835644672"
_RGBA_8888, _SRGB = 1, 1
_USAGE = """Usage: uiautomator <subcommand> [options]

Available subcommands:

help: displays help message

\
dump: creates an XML dump of current UI hierarchy"""
_DEFAULT_DUMP = "/sdcard/window_dump.xml"


async def screencap(process: Process) -> int:
    """`screencap [-p] [FILE]`: PNG, or a header (width, height, format, colour space) and RGBA pixels."""
    options = read_options(process, "hp", "d")
    if options.value("d", DISPLAY_ID) not in (DISPLAY_ID, "0"):
        process.complain(f"Display Id '{options.value('d')}' is not valid.")
        return 1
    name = options.rest[0] if options.rest else ""
    png = "p" in options or name.lower().endswith(".png")
    data = process.phone.screenshot_png() if png else _raw(process)
    if not name:
        process.write(data)
        return 0
    try:
        process.files.write(process.path(name), data)
    except FileSystemError as error:
        process.complain(f"Error opening file: {name} ({error.reason})")
        return 1
    return 0


def _raw(process: Process) -> bytes:
    frame = process.phone.frame()
    height, width, _ = frame.shape
    return struct.pack("<4I", width, height, _RGBA_8888, _SRGB) + frame.tobytes()


async def uiautomator(process: Process) -> int:
    arguments = Arguments(process.args)
    verb = arguments.next()
    if verb != "dump":
        process.complain(_USAGE)
        return 0 if verb == "help" else 1
    words = arguments.rest
    compressed = "--compressed" in words
    names = [word for word in words if not word.startswith("--")]
    target = names[0] if names else _DEFAULT_DUMP
    try:
        tree = process.phone.accessibility()
    except GuestError:
        process.complain("ERROR: null root node returned by UiTestAutomationBridge.")
        return 0
    rotation = process.phone.state.hardware.rotation
    # The dump is one line; line feeds inside attributes are escaped.
    xml = re.sub(r"\r\n\s*", "", hierarchy_xml(tree, rotation=rotation, compressed=compressed))
    if target == "/dev/tty":
        process.print(xml, end="")
    else:
        try:
            process.files.write(process.path(target), xml.encode())
        except FileSystemError as error:
            process.complain(
                f"java.io.FileNotFoundException: {target}: open failed: {error.errno_name} ({error.reason})"
            )
            return 1
    process.print(f"UI hierchary dumped to: {target}")
    return 0
