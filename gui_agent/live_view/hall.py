"""Every device of a farm: the list and its thumbnails, and the room of each device that somebody visits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from device_farm.client import FarmClient
from device_farm.errors import FarmError
from device_farm.farm.model import DeviceStatus
from device_farm.types.observation import ObserveRequest
from gui_agent.live_view.feed import Looking
from gui_agent.live_view.leases import Leases
from gui_agent.live_view.messages import pack_frame
from gui_agent.live_view.room import Room
from gui_agent.live_view.studio import Studio
from gui_agent.live_view.websocket import POLICY, WebSocket
from gui_agent.runner.changed import decode_image

_AGAIN_S: Final = 1.0
_THUMBNAIL_S: Final = 1.0
_THUMBNAIL_PX: Final = 420
_LOOKS_AT_ONCE: Final = 4
_MAX_KEY: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small JPEG of the screen `digest`; `number` grows with every new one of its device."""

    number: int
    digest: str
    width: int
    height: int
    data: bytes


class Hall:
    """Use as `async with`, which raises what the farm's listing raises. `only` shows one device of the farm.

    `leases_of` says under which lease a device is driven, `looking` how one is looked at.
    """

    def __init__(
        self,
        client: FarmClient,
        *,
        leases_of: Callable[[str], Leases],
        studio: Studio | None,
        only: str = "",
        looking: Callable[[str], Looking],
    ) -> None:
        self.only = only
        self.devices: dict[str, DeviceStatus] = {}
        self.trouble = ""
        self._client = client
        self._leases_of = leases_of
        self._studio = studio
        self._looking = looking
        self._rooms: dict[str, Room] = {}
        self._stack = AsyncExitStack()
        self._visitors: set[asyncio.Event] = set()
        self._thumbnails: dict[str, Thumbnail] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Hall:
        self.devices = await self._listing()
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._draw())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await self._stack.aclose()

    async def on_socket(self, socket: WebSocket, query: Mapping[str, str]) -> None:
        """A page's connection: of a device, or of the hall. Raises BrokenSocketError."""
        device_id, key = query.get("device", ""), query.get("page", "")[:_MAX_KEY]
        if device_id and not key:
            await socket.close(POLICY, "a page has a name of its own")
        elif device_id:
            room = await self._room(device_id)
            if room is None:
                await socket.close(POLICY, f"this farm has no device {device_id[:60]!r}")
                return
            await room.visit(socket, key)
        else:
            await self._visit(socket)

    async def _room(self, device_id: str) -> Room | None:
        room = self._rooms.get(device_id)
        if room is None and device_id in self.devices and self.only in ("", device_id):
            room = Room(
                device_id,
                self._looking(device_id),
                self._leases_of(device_id),
                self._studio,
                status=lambda: self.devices.get(device_id),
            )
            self._rooms[device_id] = room
            await self._stack.enter_async_context(room)
        return room

    # --- what the farm says -------------------------------------------------------------------------------------
    async def _follow(self) -> None:
        """Keeps the list, over restarts of the farm too."""
        while True:
            try:
                self.devices = await self._listing()
                self._set_trouble("")
                async for device, _ in self._client.watch():
                    if device is not None:
                        self.devices[device.info.id] = device
                        self._changed()
            except FarmError as error:
                self._set_trouble(str(error))
            await asyncio.sleep(_AGAIN_S)

    async def _listing(self) -> dict[str, DeviceStatus]:
        return {device.info.id: device for device in await self._client.devices()}

    def _set_trouble(self, text: str) -> None:
        self.trouble = text
        self._changed()

    def _changed(self) -> None:
        for room in self._rooms.values():
            room.changed()
        for visitor in self._visitors:
            visitor.set()

    # --- thumbnails ---------------------------------------------------------------------------------------------
    async def _draw(self) -> None:
        """Looks at every device that can be looked at once a second, while the hall has visitors."""
        enough = asyncio.Semaphore(_LOOKS_AT_ONCE)
        lookers: dict[str, Looking] = {}
        while True:
            if self._visitors:
                there = [one.info.id for one in self.devices.values() if one.state in ("ready", "leased")]
                for device_id in there:
                    lookers.setdefault(device_id, self._looking(device_id))
                await asyncio.gather(*(self._draw_one(name, lookers[name], enough) for name in there))
            await asyncio.sleep(_THUMBNAIL_S)

    async def _draw_one(self, device_id: str, looking: Looking, enough: asyncio.Semaphore) -> None:
        before = self._thumbnails.get(device_id)
        known = before.digest if before is not None else ""
        async with enough:
            with contextlib.suppress(FarmError):  # The list says what is wrong with it.
                seen = await looking.observe(ObserveRequest(ui_tree=False, known_digest=known))
                shot = seen.screenshot
                if shot is None or shot.data is None:
                    return
                drawn = await asyncio.to_thread(thumbnail, shot.data)
                if drawn is not None:
                    width, height, data = drawn
                    self._thumbnails[device_id] = Thumbnail(
                        number=before.number + 1 if before is not None else 1,
                        digest=shot.digest,
                        width=width,
                        height=height,
                        data=data,
                    )
                    self._changed()

    # --- visitors -----------------------------------------------------------------------------------------------
    async def _visit(self, socket: WebSocket) -> None:
        woken = asyncio.Event()
        self._visitors.add(woken)
        sending = asyncio.create_task(self._send(socket, woken))
        try:
            while await socket.receive() is not None:
                await socket.close(POLICY, "not understood: the list of devices takes no messages")
        finally:
            self._visitors.discard(woken)
            sending.cancel()

    async def _send(self, socket: WebSocket, woken: asyncio.Event) -> None:
        shown: dict[str, int] = {}
        told: dict[str, Any] = {}
        with contextlib.suppress(ConnectionError):
            while True:
                woken.clear()
                state = {"type": "devices", "trouble": self.trouble, "devices": list(map(_entry, self._listed()))}
                if state != told:
                    told = state
                    await socket.send_json(state)
                for device_id, drawn in list(self._thumbnails.items()):
                    if shown.get(device_id) != drawn.number:
                        shown[device_id] = drawn.number
                        head = {"device": device_id, "width": drawn.width, "height": drawn.height}
                        await socket.send_bytes(pack_frame(head, drawn.data))
                await woken.wait()

    def _listed(self) -> list[DeviceStatus]:
        listed = [device for _, device in sorted(self.devices.items()) if device.state != "closed"]
        return [device for device in listed if self.only in ("", device.info.id)]


def _entry(device: DeviceStatus) -> dict[str, Any]:
    return {
        "id": device.info.id,
        "template": device.template,
        "backend": device.info.backend,
        "platform": device.info.platform,
        "host": device.host,
        "state": device.state,
        "reason": device.reason,
        "owner": device.owner,
        "since_s": device.since_s,
        "screen": [device.info.screen.width, device.info.screen.height],
    }


def thumbnail(image: bytes) -> tuple[int, int, bytes] | None:
    """Width, height and JPEG of `image`, its longer side at most 420 pixels; None for what is no image."""
    pixels = decode_image(image)
    if pixels is None:
        return None
    height, width = pixels.shape[:2]
    scale = min(1.0, _THUMBNAIL_PX / max(height, width))
    small = cv2.resize(
        pixels, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])
    return (small.shape[1], small.shape[0], np.asarray(data).tobytes()) if done else None
