"""Screens as PNG: taken by the phone, checked here, never decoded."""

from __future__ import annotations

import struct
from typing import Protocol

from device_farm.adb.client import AdbClient
from device_farm.errors import GuestError
from device_farm.types.geometry import Size
from device_farm.types.observation import Screenshot, image_digest

_PNG_HEAD = struct.Struct(">8sI4sII")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"IEND\xaeB`\x82"
_TIMEOUT_S = 20.0


class ScreenCapture(Protocol):
    """Takes the screen."""

    async def png(self) -> bytes: ...


class Screencap:
    """`screencap -p`, on every phone."""

    def __init__(self, client: AdbClient) -> None:
        self._client = client

    async def png(self) -> bytes:
        return await self._client.exec_out("screencap -p", timeout_s=_TIMEOUT_S)


def png_size(data: bytes) -> Size:
    """The size in a PNG's header.

    Raises:
        GuestError: `data` is no whole PNG; holds what the phone said instead.
    """
    if len(data) < _PNG_HEAD.size or not data.startswith(_SIGNATURE):
        raise GuestError(f"the phone sent no PNG but {data[:100]!r}")
    if not data.endswith(_END):
        raise GuestError(f"the phone sent a PNG that is cut off after {len(data)} bytes")
    _, _, _, width, height = _PNG_HEAD.unpack_from(data)
    return Size(width, height)


def as_screenshot(data: bytes, known_digest: str) -> Screenshot:
    """`data` with its digest and size; without the bytes where the receiver holds `known_digest` already."""
    digest = image_digest(data)
    return Screenshot(digest=digest, size=png_size(data), data=None if digest == known_digest else data)
