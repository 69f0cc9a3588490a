"""The console's client against what a console may say, and against noise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from device_farm.android.console import EmulatorConsole
from device_farm.android.snapshots import parse_snapshot_list
from device_farm.emulator.control import encode
from device_farm.errors import FarmError, GuestError, TransportError
from device_farm.pb import emulator_controller_pb2 as pb

GREETING = b"Android Console: type 'help' for a list of commands\r\nOK\r\n"


@asynccontextmanager
async def console(
    *answers: bytes, greeting: bytes = GREETING, token: Path | None = None, timeout_s: float = 20.0
) -> AsyncIterator[EmulatorConsole]:
    """A client of a console that greets, then gives one of `answers` to each line, and then hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        with suppress(asyncio.CancelledError):
            for answer in answers:
                if not await reader.readline():
                    break
                writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = EmulatorConsole("127.0.0.1", port, token_file=token, timeout_s=timeout_s)
    try:
        yield client
    finally:
        await client.close()
        server.close()


def said(*answers: bytes, greeting: bytes = GREETING, token: Path | None = None, timeout_s: float = 20.0) -> str:
    async def scenario() -> str:
        async with console(*answers, greeting=greeting, token=token, timeout_s=timeout_s) as client:
            return await client.command("avd status")

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"OK\r\n", ""),
        (b"virtual device is running\r\nOK\r\n", "virtual device is running"),
        (b"a\r\nb\nOK\n", "a\nb"),
        (b"OK: killing emulator, bye bye\r\n", ""),
        (b"NOT OK\r\nOKAY\r\nOK\r\n", "NOT OK\nOKAY"),
    ],
)
def test_an_answer_ends_with_ok(answer: bytes, expected: str) -> None:
    assert said(answer) == expected


def test_a_refusal_keeps_the_consoles_words() -> None:
    with pytest.raises(GuestError, match="unknown command"):
        said(b"KO: unknown command, try 'help'\r\n")
    with pytest.raises(GuestError, match="refused"):
        said(b"KO\r\n")


def test_a_console_that_asks_for_its_token_is_given_it(tmp_path: Path) -> None:
    token = tmp_path / "token"
    asking = b"Android Console: Authentication required\r\nAndroid Console: type 'auth <auth_token>'\r\nOK\r\n"
    token.write_text("secret\n", "ascii")
    assert said(GREETING, b"fine\r\nOK\r\n", greeting=asking, token=token) == "fine"
    with pytest.raises(GuestError, match="does not match"):
        said(b"KO: authentication token does not match\r\n", greeting=asking, token=token)
    with pytest.raises(TransportError, match="asks for the token"):
        said(GREETING, greeting=asking, token=tmp_path / "none")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
@example(b"")
@example(b"\x00" * 300)
@example(b"KO")
@example(b"OK")
@example(b"\xff\r\n" * 40 + b"OK\r\n")
def test_noise_ends_in_an_answer_or_in_an_error_of_ours(noise: bytes) -> None:
    for answer, greeting in ((noise, GREETING), (b"OK\r\n", noise)):
        with suppress(FarmError):
            assert isinstance(said(answer, greeting=greeting, timeout_s=0.2), str)


@given(st.text(max_size=400))
@example("List of snapshots present on all disks:\nID TAG\n--  a 1.5G 2023-13-45 99:99:99 0:0\n")
def test_any_text_is_a_list_of_snapshots(text: str) -> None:
    for info in parse_snapshot_list(text):
        assert info.name and info.size_bytes >= 0


@given(st.integers(0, 40), st.integers(0, 40), st.binary(max_size=200))
def test_pixels_that_do_not_fill_their_size_are_refused(width: int, height: int, pixels: bytes) -> None:
    image = pb.Image(format=pb.ImageFormat(width=width, height=height), image=pixels)
    if width and height and len(pixels) == width * height * 4:
        assert encode(image).startswith(b"\x89PNG")
    else:
        with pytest.raises(GuestError):
            encode(image)


def test_a_screen_of_the_deprecated_fields_is_read() -> None:
    assert encode(pb.Image(width=2, height=1, image=bytes(8))).startswith(b"\x89PNG")
