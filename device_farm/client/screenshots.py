"""The last screenshots of a device, so that an unchanged screen costs no pixels on the wire."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from device_farm.types.observation import Observation

_MAX_ENTRIES = 8
_MAX_BYTES = 64 * 1024 * 1024


class ScreenshotCache:
    """Encoded screens by digest, the newest last; at most 8 and 64 MiB, but always the newest."""

    def __init__(self) -> None:
        self._screens: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    @property
    def newest(self) -> str:
        """The digest to tell the server; empty when nothing is held."""
        return next(reversed(self._screens), "")

    def _put(self, digest: str, data: bytes) -> None:
        if digest not in self._screens:
            self._screens[digest] = data
            self._bytes += len(data)
        self._screens.move_to_end(digest)
        while len(self._screens) > 1 and (len(self._screens) > _MAX_ENTRIES or self._bytes > _MAX_BYTES):
            _, dropped = self._screens.popitem(last=False)
            self._bytes -= len(dropped)

    def fill(self, seen: Observation) -> Observation | None:
        """The observation with its pixels; None when the server left them out and they are not held here."""
        screenshot = seen.screenshot
        if screenshot is None:
            return seen
        if screenshot.data is not None:
            self._put(screenshot.digest, screenshot.data)
            return seen
        data = self._screens.get(screenshot.digest)
        if data is None:
            return None
        self._screens.move_to_end(screenshot.digest)
        return replace(seen, screenshot=replace(screenshot, data=data))
