"""A desktop of the farm as a provider of OSWorld's DesktopEnv.

Imports OSWorld and nothing of this project, so that it can be used, or copied, where only `desktop-env` is installed:

    env = farm_env("127.0.0.1:5000", screen_size=(1920, 1080))

for a desktop that `farm desktop --port 5000 --width 1920 --height 1080` serves.
"""

from __future__ import annotations

import importlib
import urllib.request
from typing import Any

_RESET_S = 120.0


class FarmProvider:
    """What DesktopEnv asks of a machine. `address` is HOST:PORT[:CHROMIUM:VNC:VLC] of its guest API."""

    def __init__(self, address: str) -> None:
        host, port, *others = address.split(":")
        if others and len(others) != 3:
            raise ValueError(f"{address!r} is not HOST:PORT or HOST:PORT:CHROMIUM:VNC:VLC")
        self._root = f"http://{host}:{int(port)}"
        # DesktopEnv takes all ports or none; those that the desktop does not offer are OSWorld's own.
        self._address = ":".join([host, port, *(others or ["9222", "8006", "8080"])])

    def start_emulator(self, path_to_vm: str, headless: bool, *others: Any) -> None:
        """It runs already."""

    def get_ip_address(self, path_to_vm: str) -> str:
        return self._address

    def save_state(self, path_to_vm: str, snapshot_name: str) -> None:
        raise NotImplementedError("a desktop of the farm is reset, not saved")

    def revert_to_snapshot(self, path_to_vm: str, snapshot_name: str) -> str:
        """A fresh desktop. Raises urllib.error.HTTPError where somebody else decides that."""
        request = urllib.request.Request(f"{self._root}/farm/reset", data=b"", method="POST")
        with urllib.request.urlopen(request, timeout=_RESET_S):
            return path_to_vm

    def stop_emulator(self, path_to_vm: str, *others: Any) -> None:
        """Whoever started the desktop ends it."""


class FarmManager:
    """The one machine that there is."""

    def get_vm_path(self, *args: Any, **kwargs: Any) -> str:
        return "farm"


def farm_env(address: str, **arguments: Any) -> Any:
    """A DesktopEnv on the desktop at `address`; `arguments` are DesktopEnv's own.

    OSWorld knows its providers by name only, so ours takes the place of `docker`, whose machines start out clean.
    """
    module = importlib.import_module("desktop_env.desktop_env")
    made = FarmManager(), FarmProvider(address)
    module.create_vm_manager_and_provider = lambda *_, **__: made  # type: ignore[attr-defined]
    return module.DesktopEnv(**{"provider_name": "docker", "path_to_vm": "farm", **arguments})
