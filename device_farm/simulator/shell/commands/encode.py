"""Checksums and encodings."""

from __future__ import annotations

import base64 as base64_codec
import binascii
import hashlib
import re
import zlib

from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.shell.commands.text import inputs
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import Options, read_options
from device_farm.simulator.shell.process import Process


async def checksum(process: Process) -> int:
    """`md5sum`, `sha1sum`, `sha224sum`, `sha256sum`, `sha384sum`, `sha512sum`."""
    options = read_options(process, "bcs")
    algorithm = process.name.removesuffix("sum")
    if "c" in options:
        return await _verify(process, options, algorithm)
    status = 0
    for name in options.rest or ["-"]:
        try:
            digest = hashlib.new(algorithm, await process.input_bytes(name)).hexdigest()
        except FileSystemError as error:
            process.error(f"{name}: {error.reason}")
            status = 1
            continue
        process.print(digest if "b" in options else f"{digest}  {name}")
    return status


async def _verify(process: Process, options: Options, algorithm: str) -> int:
    status = 0
    for line in (await process.input_text(options.rest[0] if options.rest else "-")).splitlines():
        expected, _, name = line.partition("  ")
        if not name:
            process.error(f"bad line {line}")
            status = 1
            continue
        try:
            good = hashlib.new(algorithm, process.files.read(process.path(name))).hexdigest() == expected.lower()
        except FileSystemError as error:
            process.error(f"{name}: {error.reason}")
            good = False
        status |= not good
        if not good or "s" not in options:
            process.print(f"{name}: {'OK' if good else 'FAILED'}")
    return status


async def cksum(process: Process) -> int:
    options = read_options(process, "HILNP")
    async for name, data in inputs(process, options.rest):
        if process.name == "crc32":
            process.print(f"{zlib.crc32(data):08x}")
        else:
            process.print(f"{_posix_crc(data)} {len(data)}{f' {name}' if options.rest else ''}")
    return 0


def _posix_crc(data: bytes) -> int:
    """The CRC of POSIX cksum: the length follows the data, bits are not reflected."""
    length, tail = len(data), b""
    while length:
        tail += bytes([length & 0xFF])
        length >>= 8
    value = 0
    for byte in data + tail:
        value ^= byte << 24
        for _ in range(8):
            value = ((value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value ^ 0xFFFFFFFF


async def base64(process: Process) -> int:
    options = read_options(process, "di", "w")
    data = await process.input_bytes(options.rest[0] if options.rest else "-")
    if "d" in options:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data.split(b"=")[0] if "i" not in options else data)
        try:
            process.write(base64_codec.b64decode(kept + b"=" * (-len(kept) % 4)))
        except binascii.Error:
            raise CommandError("bad input") from None
        return 0
    text = base64_codec.b64encode(data)
    width = options.number("w", 76)
    if width <= 0:
        process.write(text)
    for start in range(0, len(text), max(width, 1)) if width > 0 else ():
        process.write(text[start : start + width] + b"\n")
    return 0


async def xxd(process: Process) -> int:
    options = read_options(process, "ipr", "cglos")
    data = await process.input_bytes(options.rest[0] if options.rest else "-")
    if "r" in options:
        process.write(_from_hex(data.decode("latin-1"), plain="p" in options))
        return 0
    start = options.number("s", 0)
    data = data[start : start + options.number("l", len(data))]
    if "p" in options:
        for index in range(0, len(data), 30):
            process.print(data[index : index + 30].hex())
        return 0
    columns = max(1, min(options.number("c", 16), 256))
    group = max(1, options.number("g", 2))
    width = columns * 2 + (columns + group - 1) // group
    for index in range(0, len(data), columns):
        chunk = data[index : index + columns]
        groups = " ".join(chunk[place : place + group].hex() for place in range(0, len(chunk), group))
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
        process.print(f"{start + index:08x}: {groups.ljust(width)} {shown}")
    return 0


def _from_hex(text: str, *, plain: bool) -> bytes:
    result = bytearray()
    for line in text.splitlines():
        digits = line if plain else line.partition(":")[2].split("  ")[0]
        digits = re.sub(r"[^0-9a-fA-F]", "", digits)
        result += bytes.fromhex(digits[: len(digits) // 2 * 2])
    return bytes(result)


async def od(process: Process) -> int:
    options = read_options(process, "vbcdosx", "ANjt")
    data = await process.input_bytes(options.rest[0] if options.rest else "-")
    start = options.number("j", 0)
    data = data[start : start + options.number("N", len(data))]
    form = options.value("t", "x1" if "x" in options else "c" if "c" in options else "o2")
    for index in range(0, len(data), 16):
        chunk = data[index : index + 16]
        address = "" if options.value("A") == "n" else f"{start + index:07o}"
        process.print(address + _od_cells(chunk, form))
    if options.value("A") != "n":
        process.print(f"{start + len(data):07o}")
    return 0


def _od_cells(chunk: bytes, form: str) -> str:
    if form == "c":
        names = {0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r"}
        return "".join(f" {names.get(byte, chr(byte) if 32 <= byte < 127 else f'{byte:03o}'):>3}" for byte in chunk)
    if form.startswith("x"):
        return "".join(f" {byte:02x}" for byte in chunk)
    words = [int.from_bytes(chunk[place : place + 2], "little") for place in range(0, len(chunk), 2)]
    return "".join(f" {word:06o}" for word in words)


async def gzip(process: Process) -> int:
    """`gzip`, `gunzip`, `zcat`; deterministic: the header holds no time."""
    import gzip as codec  # rarely used

    options = read_options(process, "cdfktq123456789")
    unpack = "d" in options or process.name in ("gunzip", "zcat")
    to_stdout = "c" in options or process.name == "zcat" or not options.rest
    for name in options.rest or ["-"]:
        data = await process.input_bytes(name)
        try:
            result = codec.decompress(data) if unpack else codec.compress(data, mtime=0)
        except (OSError, EOFError, zlib.error):
            raise CommandError(f"{name}: not in gzip format") from None
        if to_stdout:
            process.write(result)
            continue
        path = process.path(name)
        process.files.write(path.removesuffix(".gz") if unpack else f"{path}.gz", result)
        if "k" not in options:
            process.files.remove(path)
    return 0
