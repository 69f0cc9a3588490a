"""Switches of the machine that touch more than one setting; for the shade, the Settings app and the shell alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


def set_wifi(phone: SimulatedPhone, on: bool) -> None:
    phone.settings.put("global", "wifi_on", "1" if on else "0")


def set_bluetooth(phone: SimulatedPhone, on: bool) -> None:
    phone.settings.put("global", "bluetooth_on", "1" if on else "0")


def set_airplane_mode(phone: SimulatedPhone, on: bool) -> None:
    """On: the radios go off, and what was on is remembered; off: it comes back."""
    settings = phone.settings
    if on == settings.is_on("global", "airplane_mode_on"):
        return
    settings.put("global", "airplane_mode_on", "1" if on else "0")
    for radio in ("wifi_on", "bluetooth_on"):
        memory = f"airplane_mode_saved_{radio}"
        if on:
            settings.put("global", memory, settings.get("global", radio) or "0")
            settings.put("global", radio, "0")
        else:
            saved = settings.get("global", memory)
            settings.delete("global", memory)
            if saved is not None:
                settings.put("global", radio, saved)


def set_brightness(phone: SimulatedPhone, level: int) -> None:
    """`level` in [1, 255]."""
    phone.settings.put("system", "screen_brightness", level)
    phone.settings.put("system", "screen_brightness_float", f"{level / 255:.8f}".rstrip("0").rstrip("."))
