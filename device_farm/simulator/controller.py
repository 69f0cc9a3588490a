"""The emulator's gRPC control service on a simulated phone: status, screenshots, touch, keys, clipboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Never

import cv2
import grpc
import numpy as np
from google.protobuf.empty_pb2 import Empty

from device_farm import __version__
from device_farm.pb import emulator_controller_pb2 as pb
from device_farm.pb import emulator_controller_pb2_grpc as services
from device_farm.pb import snapshot_service_pb2_grpc as snapshot_services
from device_farm.simulator.controller_keys import EVDEV_KEYS, W3C_KEYS
from device_farm.simulator.handset import Handset
from device_farm.simulator.snapshot_service import SnapshotServicer
from device_farm.simulator.toolkit.png import assemble, encode_strips
from device_farm.types.geometry import Point

STREAM_POLL_S = 1 / 60
"""Seconds between two looks for a changed frame while a screenshot stream is open."""

XKB_OFFSET = 8
"""X11's key codes are Linux' plus this."""

_DOWN, _UP, _MOVE = 0, 1, 2

Frame = np.ndarray[Any, np.dtype[np.uint8]]
Context = grpc.aio.ServicerContext[Any, Any]


class ControllerServicer(services.EmulatorControllerServicer):
    """Touch, keys and clipboard go where adb's do."""

    def __init__(self, handset: Handset) -> None:
        self._handset = handset
        self._remote = handset.remote
        self._finger: int | None = None
        self._sequence = 0

    async def getStatus(self, request: Empty, context: Context) -> pb.EmulatorStatus:
        booted = self._handset.booted
        uptime_s = self._handset.phone.clock.uptime_s() if booted else 0.0
        return pb.EmulatorStatus(
            version=f"gui-agent-farm simulator {__version__}",
            uptime=int(uptime_s * 1000),
            booted=booted,
            hardwareConfig=pb.EntryList(entry=[pb.Entry(key="avd.name", value=self._handset.name)]),
        )

    # Screen

    async def getScreenshot(self, request: pb.ImageFormat, context: Context) -> pb.Image:
        await self._check_ready(request.display, context)
        image = self._image(request)
        # Who looks at the pixels looks at the tree next.
        await self._handset.forwarder.flush()
        return image

    async def streamScreenshot(self, request: pb.ImageFormat, context: Context) -> AsyncIterator[pb.Image]:
        await self._check_ready(request.display, context)
        shown: int | None = None
        while True:
            number = self._handset.phone.frame_number
            if number != shown:
                shown = number
                yield self._image(request)
            await asyncio.sleep(STREAM_POLL_S)

    def _image(self, wanted: pb.ImageFormat) -> pb.Image:
        frame = _scaled(self._remote.frame(), wanted.width, wanted.height)
        height, width, _ = frame.shape
        data = self._encoded(frame, wanted)
        self._sequence += 1
        rotation = pb.Rotation(rotation=self._remote.rotation)  # type: ignore[arg-type]
        return pb.Image(
            format=pb.ImageFormat(format=wanted.format, rotation=rotation, width=width, height=height),
            width=width,
            height=height,
            image=data,
            seq=self._sequence,
            timestampUs=int(self._handset.phone.clock.now_s() * 1_000_000),
        )

    def _encoded(self, frame: Frame, wanted: pb.ImageFormat) -> bytes:
        match wanted.format:
            case pb.ImageFormat.RGBA8888:
                return np.ascontiguousarray(frame).tobytes()
            case pb.ImageFormat.RGB888:
                return np.ascontiguousarray(frame[:, :, :3]).tobytes()
            case _:
                height, width, _ = frame.shape
                return assemble(encode_strips(np.ascontiguousarray(frame)), width, height)

    # Input

    async def sendTouch(self, request: pb.TouchEvent, context: Context) -> Empty:
        await self._check_ready(request.display, context)
        for touch in request.touches:
            await self._touch(touch, context)
        return Empty()

    async def _touch(self, touch: pb.Touch, context: Context) -> None:
        point = Point(touch.x, touch.y)
        if self._finger not in (None, touch.identifier):
            await _refuse(context, "this touch screen takes one finger at a time")
        if touch.pressure <= 0:
            if self._finger is not None:
                self._finger = None
                self._remote.touch(_UP, point)
        elif self._finger is None:
            self._finger = touch.identifier
            self._remote.touch(_DOWN, point)
        else:
            self._remote.touch(_MOVE, point)

    async def sendKey(self, request: pb.KeyboardEvent, context: Context) -> Empty:
        await self._check_ready(0, context)
        if request.text:
            self._remote.type_text(request.text)
        elif request.eventType != pb.KeyboardEvent.keyup:  # a key acts when it goes down
            await self._press(request, context)
        return Empty()

    async def _press(self, request: pb.KeyboardEvent, context: Context) -> None:
        if request.key in W3C_KEYS:
            self._remote.key(W3C_KEYS[request.key])
        elif len(request.key) == 1:
            self._remote.type_text(request.key)
        elif request.key:
            await _refuse(context, f"unknown key {request.key!r}")
        elif (code := _evdev_code(request)) in EVDEV_KEYS:
            self._remote.key(EVDEV_KEYS[code])
        else:
            names = pb.KeyboardEvent.KeyCodeType.items()
            kind = next((name for name, number in names if number == request.codeType), str(request.codeType))
            await _refuse(context, f"unknown key code {request.keyCode} of type {kind}")

    # Clipboard

    async def getClipboard(self, request: Empty, context: Context) -> pb.ClipData:
        await self._check_ready(0, context)
        return pb.ClipData(text=self._remote.clipboard)

    async def setClipboard(self, request: pb.ClipData, context: Context) -> Empty:
        await self._check_ready(0, context)
        self._remote.clipboard = request.text
        return Empty()

    async def _check_ready(self, display: int, context: Context) -> None:
        if not self._handset.booted:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the phone has not booted")
        if display != 0:
            await _refuse(context, f"there is no display {display}")


async def _refuse(context: Context, message: str) -> Never:
    await context.abort(grpc.StatusCode.INVALID_ARGUMENT, message)
    raise AssertionError("abort raises")


def _evdev_code(event: pb.KeyboardEvent) -> int:
    """The Linux key code of an event by number; -1 for the kinds of codes that are not known here."""
    match event.codeType:
        case pb.KeyboardEvent.Evdev:
            return event.keyCode
        case pb.KeyboardEvent.XKB:
            return event.keyCode - XKB_OFFSET
        case _:
            return -1


def _scaled(frame: Frame, width: int, height: int) -> Frame:
    """`frame` fitted into width x height with its aspect ratio kept; 0 is no limit, and nothing is enlarged."""
    full_height, full_width, _ = frame.shape
    ratio = min(1.0, width / full_width if width else 1.0, height / full_height if height else 1.0)
    if ratio >= 1.0:
        return frame
    size = (max(1, int(full_width * ratio)), max(1, int(full_height * ratio)))
    resized: Frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return resized


class ControllerServer:
    """One phone's control and snapshot services on a port of its own."""

    def __init__(self, handset: Handset) -> None:
        self._servicer = ControllerServicer(handset)
        self._snapshots = SnapshotServicer(handset)
        self._server: grpc.aio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """The port in use. Raises RuntimeError where `port` is taken."""
        # Without this a second server would share the port in silence.
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        services.add_EmulatorControllerServicer_to_server(self._servicer, server)  # type: ignore[no-untyped-call]
        snapshot_services.add_SnapshotServiceServicer_to_server(self._snapshots, server)  # type: ignore[no-untyped-call]
        bound = int(server.add_insecure_port(f"{host}:{port}"))
        if bound == 0:
            raise RuntimeError(f"cannot bind {host}:{port}")
        await server.start()
        self._server = server
        return bound

    async def close(self) -> None:
        """Ends every call and frees the port. Idempotent."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.stop(0)
