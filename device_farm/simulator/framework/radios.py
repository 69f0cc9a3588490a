"""Wi-Fi, Bluetooth, mobile data and airplane mode as commands switch them: the tables that the Settings app shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.apps.settings import radios
from device_farm.simulator.apps.settings.tables import Tables

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


def set_wifi(phone: SimulatedPhone, on: bool) -> None:
    radios.set_wifi(Tables(phone.settings), on)


def wifi_on(phone: SimulatedPhone) -> bool:
    return radios.wifi_on(Tables(phone.settings))


def set_bluetooth(phone: SimulatedPhone, on: bool) -> None:
    radios.set_bluetooth(Tables(phone.settings), on)


def bluetooth_on(phone: SimulatedPhone) -> bool:
    return radios.bluetooth_on(Tables(phone.settings))


def set_mobile_data(phone: SimulatedPhone, on: bool) -> None:
    phone.settings.put("global", "mobile_data", int(on))
    phone.settings.put("global", "mobile_data1", int(on))


def set_airplane_mode(phone: SimulatedPhone, on: bool) -> None:
    """Switches the radios too. Setting what is set already changes nothing."""
    if on != radios.airplane_mode(Tables(phone.settings)):
        radios.set_airplane_mode(Tables(phone.settings), on)
