"""Screenshots by MIT-SHM into sealed shared memory, with the mouse pointer drawn in."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import time

import numpy as np
import xcffib.xproto
from numpy.typing import NDArray
from xcffib.ffi import ffi

from device_farm.desktop.display import Display
from device_farm.desktop.freshness import Freshness
from device_farm.desktop.png import blend_cursor, encode_png, rgb_rows
from device_farm.errors import TransportError
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Screenshot, image_digest


class Screen:
    """The root window's pixels. Every method runs in the X thread.

    `shared`: the server is one of this kernel, and takes memory of ours; otherwise it sends what has been drawn anew.
    """

    def __init__(self, display: Display, *, shared: bool = True) -> None:
        self._display = display
        self.size = Size(display.screen.width_in_pixels, display.screen.height_in_pixels)
        self._length = self.size.width * self.size.height * 4
        self._memory: mmap.mmap | None = None
        self._frame: NDArray[np.uint8] | None = None
        if not shared:
            display.collect_damage()
        else:
            self._segment = display.connection.generate_id()
            self._memory = self._attach()
        self.freshness = Freshness(self.size)
        self._looked = -1
        self._last: Screenshot | None = None
        self._damages = -1
        self._pointer = Point(-1, -1)
        self._cursor: tuple[NDArray[np.uint8], int, int] | None = None

    def _attach(self) -> mmap.mmap:
        """Shares memory with the server by descriptor: keys of System V do not cross IPC namespaces."""
        descriptor = os.memfd_create("farm-screen", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.ftruncate(descriptor, self._length)
        # The server is the guest's: unsealed, it could shrink the file and end us with SIGBUS.
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        memory = mmap.mmap(descriptor, self._length)
        library = ctypes.CDLL("libxcb-shm.so.0")
        library.xcb_shm_attach_fd.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int32, ctypes.c_uint8]
        library.xcb_shm_attach_fd.restype = ctypes.c_uint32
        address = int(ffi.cast("uintptr_t", self._display.connection._conn))
        # xcb closes the descriptor once it is sent.
        library.xcb_shm_attach_fd(address, self._segment, descriptor, 0)
        self._display.connection.flush()
        return memory

    def pixels(self) -> NDArray[np.uint8]:
        """The screen now as BGRX `(H, W, 4)`: a view of the shared memory, good until the next call."""
        width, height = self.size.width, self.size.height
        if self._memory is None:
            return self._sent_pixels()
        z_pixmap = xcffib.xproto.ImageFormat.ZPixmap
        reply = self._display.shm.GetImage(
            self._display.root, 0, 0, width, height, 0xFFFFFFFF, z_pixmap, self._segment, 0
        ).reply()
        if reply.size != self._length:
            raise TransportError(f"the screen has {reply.size} bytes, expected {self._length}")
        return np.frombuffer(self._memory, np.uint8).reshape(height, width, 4)

    def look(self) -> Freshness:
        """Since when what shows now has shown. The mouse pointer counts for nothing."""
        damages = self._display.count_damage()
        if damages != self._looked:
            self._look_at(self.pixels(), damages)
        return self.freshness

    def _look_at(self, pixels: NDArray[np.uint8], damages: int) -> None:
        self.freshness.look(pixels, time.monotonic())
        self._looked = damages

    def _sent_pixels(self) -> NDArray[np.uint8]:
        """A frame of our own `(H, W, 4)`, brought up to date."""
        boxes = self._display.take_damaged()
        whole = Rect(0, 0, self.size.width, self.size.height)
        if self._frame is None:
            self._frame = np.empty((self.size.height, self.size.width, 4), np.uint8)
            boxes = [whole]
        z_pixmap = xcffib.xproto.ImageFormat.ZPixmap
        core, root = self._display.core, self._display.root
        boxes = [box for part in boxes if (box := part.intersect(whole)).area]
        asked = [core.GetImage(z_pixmap, root, box.left, box.top, box.width, box.height, 0xFFFFFFFF) for box in boxes]
        for box, cookie in zip(boxes, asked, strict=True):
            sent = np.frombuffer(cookie.reply().data.buf(), np.uint8).reshape(box.height, box.width, 4)
            self._frame[box.top : box.bottom, box.left : box.right] = sent
        return self._frame

    def _read_cursor(self) -> tuple[NDArray[np.uint8], int, int]:
        image = self._display.xfixes.GetCursorImage().reply()
        argb = np.array(image.cursor_image[:], np.uint32).reshape(image.height, image.width)
        return argb.view(np.uint8).reshape(image.height, image.width, 4), image.xhot, image.yhot

    def capture(self, known_digest: str = "") -> Screenshot:
        """The screen as PNG; without data where it is the one that the caller knows.

        An untouched screen (no damage, the pointer at rest) is neither read nor encoded again.
        """
        display = self._display
        pointer_reply = display.core.QueryPointer(display.root).reply()
        pointer = Point(pointer_reply.root_x, pointer_reply.root_y)
        damages = display.count_damage()
        if damages != self._damages or display.cursor_changed or pointer != self._pointer or self._last is None:
            if display.cursor_changed or self._cursor is None:
                display.cursor_changed = False
                self._cursor = self._read_cursor()
            self._pointer, self._damages = pointer, damages
            # Damage that arrives while it is read counts for the next look.
            pixels = self.pixels()
            if damages != self._looked:
                self._look_at(pixels, damages)
            rows = rgb_rows(pixels)
            image, hot_x, hot_y = self._cursor
            blend_cursor(rows, image, pointer.x - hot_x, pointer.y - hot_y)
            data = encode_png(rows)
            self._last = Screenshot(digest=image_digest(data), size=self.size, data=data)
        if known_digest and known_digest == self._last.digest:
            return Screenshot(digest=known_digest, size=self.size)
        return self._last
