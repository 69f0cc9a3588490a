"""Checks of shell and files."""

from __future__ import annotations

import asyncio
import random

from device_farm.adb.stream import read_exactly
from device_farm.conformance.expectations import expect_error
from device_farm.conformance.subject import ECHO_PORT, Facts, Subject, expect
from device_farm.device import ByteStream, Device
from device_farm.errors import DeadlineError, GuestError

_LARGE = 3 * 1024 * 1024
_CLOSED_PORT = 9
_START_S = 15.0


async def shell_reports_everything(subject: Subject, facts: Facts) -> None:
    """Exit code, standard output and standard error come back apart."""
    device = subject.device
    result = await device.shell("echo out; echo err >&2; exit 7")
    expect(result.exit_code == 7, f"exit code {result.exit_code} instead of 7")
    expect(result.stdout == b"out\n", f"standard output {result.stdout!r}")
    expect(result.stderr == b"err\n", f"standard error {result.stderr!r}")
    missing = await device.shell("no_such_command_9")
    expect(missing.exit_code == 127, f"an unknown command exits with {missing.exit_code} instead of 127")


async def shell_keeps_its_words(subject: Subject, facts: Facts) -> None:
    """Quotes, line feeds and UTF-8 reach the command as they are."""
    result = await subject.device.shell("printf '%s|' 'a  b' \"it's\" 'Zoë 東京' '$HOME' \"two\nlines\"")
    expect(result.stdout.decode() == "a  b|it's|Zoë 東京|$HOME|two\nlines|", f"got {result.stdout!r}")


async def shell_heeds_its_deadline(subject: Subject, facts: Facts) -> None:
    """A command that never ends is a DeadlineError, and the next one works."""
    device = subject.device
    await expect_error((DeadlineError,), device.shell(facts.endless_command, timeout_s=0.5), facts.endless_command)
    result = await device.shell("echo alive")
    expect(result.stdout.strip() == b"alive", f"after a deadline the shell says {result}")


async def _word(device: Device, word: str) -> str:
    """What the shell makes of `word`, such as a variable."""
    return (await device.shell(f"echo {word}")).stdout.decode().strip()


async def _folder(device: Device, facts: Facts) -> str:
    return facts.folder or await _word(device, "$HOME")


async def files_round_trip(subject: Subject, facts: Facts) -> None:
    """Pushed bytes come back: none, one, 3 MiB of noise, and under names with spaces, quotes and other scripts."""
    device = subject.device
    folder = await _folder(device, facts)
    noise = random.Random(5).randbytes(_LARGE)
    for name, data in (
        ("empty.bin", b""),
        ("one.bin", b"\0"),
        ("large.bin", noise),
        ("with space 'quote' $HOME.txt", b"plain"),
        ("Zoë 東京.txt", "Zoë\r\n".encode()),
    ):
        path = f"{folder}/farm check/{name}"
        await device.push(path, data)
        back = await device.pull(path)
        expect(back == data, f"{name}: {len(data)} bytes went, {len(back)} came back, and they differ")


async def files_meet_the_shell(subject: Subject, facts: Facts) -> None:
    """What is pushed the shell can read, or run; what the shell writes can be pulled; and a push replaces."""
    device = subject.device
    path = f"{await _folder(device, facts)}/farm-check.txt"
    await device.push(path, b"a longer first content\n")
    await device.push(path, b"short\n")
    shown = await device.shell(f"cat '{path}'")
    expect(shown.stdout == b"short\n", f"the shell reads {shown.stdout!r} from a pushed file")
    await device.shell(f"echo more >> '{path}'")
    expect(await device.pull(path) == b"short\nmore\n", "a file that the shell wrote to comes back otherwise")
    for name in facts.program_folders:
        program = f"{await _word(device, name)}/farm-check"
        await device.push(program, b"#!/bin/sh\necho runs\n", mode=0o755)
        ran = await device.shell(program)
        expect(ran.stdout == b"runs\n", f"a program in {name} does not run: {ran}")


async def ports_lead_to_the_guest(subject: Subject, facts: Facts) -> None:
    """Bytes go both ways; a port where nothing listens, or that there is not, is a GuestError."""
    device = subject.device
    await expect_error((GuestError,), device.dial(_CLOSED_PORT), "dialling a closed port")
    await expect_error((GuestError,), device.dial(0), "dialling port 0")
    if facts.echo_command:
        await device.shell(facts.echo_command)
        noise = random.Random(6).randbytes(_LARGE)
        stream = await _dialled(device, facts)
        try:
            sending = asyncio.ensure_future(stream.write(noise))
            back = await read_exactly(stream, len(noise))
            await sending
        finally:
            stream.close()
        expect(back == noise, f"{len(noise)} bytes went to a port, and others came back")
        expect(await stream.read() == b"", "a closed stream gives bytes")
    result = await device.shell("echo alive")
    expect(result.stdout.strip() == b"alive", f"after dialling the shell says {result}")


async def _dialled(device: Device, facts: Facts) -> ByteStream:
    """A connection to the echo that was just started."""
    ends = asyncio.get_running_loop().time() + _START_S * facts.patience
    while True:
        try:
            return await device.dial(ECHO_PORT)
        except GuestError:
            expect(asyncio.get_running_loop().time() < ends, f"nothing listens at port {ECHO_PORT}")
        await asyncio.sleep(0.1)


async def bad_paths_are_refused(subject: Subject, facts: Facts) -> None:
    """A missing file, a folder, and a path through a file are GuestErrors that name the path."""
    device = subject.device
    folder = await _folder(device, facts)
    error = await expect_error((GuestError,), device.pull(f"{folder}/no/such/file"), "pull of a missing file")
    expect("no/such/file" in str(error), f"the error does not name the file: {error}")
    await expect_error((GuestError,), device.pull(folder), "pull of a folder")
    await device.push(f"{folder}/plain", b"x")
    await expect_error((GuestError,), device.push(f"{folder}/plain/below", b"x"), "push below a file")
    await expect_error((GuestError,), device.install(f"{folder}/no-such-package"), "install of a missing package")
