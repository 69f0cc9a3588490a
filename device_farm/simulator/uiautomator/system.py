"""Calls about the device: its state, screen, clipboard, toasts, rotation."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from device_farm.simulator.uiautomator.hierarchy import hierarchy_xml
from device_farm.simulator.uiautomator.port import AutomatedPhone

_WAKE_UP, _SLEEP = 224, 223
_ROTATIONS = {"natural": 0, "n": 0, "left": 1, "l": 1, "upsidedown": 2, "u": 2, "right": 3, "r": 3}


class System:
    """Everything that needs no selector and no finger."""

    def __init__(self, phone: AutomatedPhone) -> None:
        self._phone = phone
        self._last_toast: str | None = None
        self._configurator: dict[str, int] = {
            "actionAcknowledgmentTimeout": 3000,
            "keyInjectionDelay": 0,
            "scrollAcknowledgmentTimeout": 200,
            "waitForIdleTimeout": 0,
            "waitForSelectorTimeout": 0,
        }

    def methods(self) -> Mapping[str, Callable[..., Awaitable[Any]]]:
        return {
            "ping": self.ping,
            "deviceInfo": self.device_info,
            "dumpWindowHierarchy": self.dump,
            "takeScreenshot": self.take_screenshot,
            "getClipboard": self.get_clipboard,
            "setClipboard": self.set_clipboard,
            "pasteClipboard": self.paste_clipboard,
            "clearInputText": self.clear_input_text,
            "openNotification": self.open_notification,
            "openQuickSettings": self.open_quick_settings,
            "wakeUp": self.wake_up,
            "sleep": self.sleep,
            "isScreenOn": self.is_screen_on,
            "freezeRotation": self.freeze_rotation,
            "setOrientation": self.set_orientation,
            "waitForIdle": self.wait_for_idle,
            "waitForWindowUpdate": self.wait_for_window_update,
            "makeToast": self.make_toast,
            "getLastToast": self.get_last_toast,
            "clearLastToast": self.clear_last_toast,
            "setToastListener": self.set_toast_listener,
            "getLastTraversedText": self.get_last_traversed_text,
            "clearLastTraversedText": self.clear_last_traversed_text,
            "getConfigurator": self.get_configurator,
            "setConfigurator": self.set_configurator,
        }

    async def ping(self) -> str:
        return "pong"

    async def device_info(self) -> Mapping[str, Any]:
        return self._phone.device_info()

    async def dump(self, compressed: bool = False, max_depth: int = 50, active_only: bool = False) -> str:
        rotation = int(self._phone.device_info()["displayRotation"])
        return hierarchy_xml(self._phone.tree(), rotation=rotation, compressed=compressed, max_depth=max_depth)

    async def take_screenshot(self, scale: float = 1.0, quality: int = 80) -> str:
        """JPEG in base64."""
        if not 0 < scale <= 1 or not 1 <= quality <= 100:
            raise ValueError(f"scale must be in (0, 1] and quality in [1, 100], got {scale} and {quality}")
        return base64.b64encode(self._phone.jpeg(scale=scale, quality=quality)).decode("ascii")

    # Clipboard and text

    async def get_clipboard(self) -> str | None:
        return self._phone.clipboard or None

    async def set_clipboard(self, label: str | None, text: str) -> None:
        self._phone.clipboard = text

    async def paste_clipboard(self) -> bool:
        self._phone.type_text(self._phone.clipboard)
        return True

    async def clear_input_text(self) -> None:
        self._phone.replace_text("")

    # Screen

    async def open_notification(self) -> bool:
        self._phone.expand_shade(quick_settings=False)
        return True

    async def open_quick_settings(self) -> bool:
        self._phone.expand_shade(quick_settings=True)
        return True

    async def wake_up(self) -> None:
        self._phone.key(_WAKE_UP)

    async def sleep(self) -> None:
        self._phone.key(_SLEEP)

    async def is_screen_on(self) -> bool:
        return self._phone.screen_on

    async def freeze_rotation(self, frozen: bool = True) -> None:
        rotation = int(self._phone.device_info()["displayRotation"])
        self._phone.set_rotation(rotation if frozen else None)

    async def set_orientation(self, name: str) -> None:
        if name not in _ROTATIONS:
            raise ValueError(f"orientation must be one of {', '.join(_ROTATIONS)}, got {name!r}")
        self._phone.set_rotation(_ROTATIONS[name])

    async def wait_for_idle(self, timeout: int = 0) -> None:
        """The simulated screen is idle as soon as an event has been handled."""

    async def wait_for_window_update(self, package: str | None, timeout: int) -> bool:
        before = self._phone.tree()
        await self._phone.sleep(timeout / 1000)
        return self._phone.tree() != before

    # Toasts

    async def make_toast(self, text: str, duration_ms: float) -> bool:
        self._phone.show_toast(text)
        return True

    async def get_last_toast(self) -> str | None:
        self._last_toast = self._phone.toast() or self._last_toast
        return self._last_toast

    async def clear_last_toast(self) -> None:
        self._last_toast = None

    async def set_toast_listener(self, enabled: bool) -> bool:
        return True

    # What web views and real devices need, and a simulated screen answers trivially

    async def get_last_traversed_text(self) -> str | None:
        return None

    async def clear_last_traversed_text(self) -> None:
        return None

    async def get_configurator(self) -> dict[str, int]:
        return self._configurator

    async def set_configurator(self, configurator: Mapping[str, int]) -> dict[str, int]:
        unknown = configurator.keys() - self._configurator.keys() - {"flags"}
        if unknown:
            raise ValueError(f"unknown configurator fields {sorted(unknown)}")
        self._configurator.update(configurator)
        return self._configurator
