"""Wi-Fi, Bluetooth and airplane mode as Android keeps them in the global table.

`wifi_on` and `bluetooth_on` hold more than on and off, so that leaving airplane mode brings back what was on before
(`WifiSettingsStore` and `BluetoothAirplaneModeListener` of AOSP).
"""

from __future__ import annotations

from device_farm.simulator.apps.settings.tables import Tables

_OFF = 0
_ON = 1
_WIFI_ON_IN_AIRPLANE_MODE = 2
_WIFI_OFF_BY_AIRPLANE_MODE = 3
_BLUETOOTH_OFF_BY_AIRPLANE_MODE = 2


def airplane_mode(tables: Tables) -> bool:
    return tables.flag("global", "airplane_mode_on")


def wifi_on(tables: Tables) -> bool:
    state = tables.number("global", "wifi_on")
    return state == _WIFI_ON_IN_AIRPLANE_MODE or (state == _ON and not airplane_mode(tables))


def set_wifi(tables: Tables, on: bool) -> None:
    if on:
        tables.put("global", "wifi_on", _WIFI_ON_IN_AIRPLANE_MODE if airplane_mode(tables) else _ON)
    else:
        tables.put("global", "wifi_on", _OFF)


def bluetooth_on(tables: Tables) -> bool:
    return tables.number("global", "bluetooth_on") == _ON


def set_bluetooth(tables: Tables, on: bool) -> None:
    tables.put("global", "bluetooth_on", _ON if on else _OFF)


def set_airplane_mode(tables: Tables, on: bool) -> None:
    """Switches the radios off and remembers which were on, or brings those back."""
    wifi, bluetooth = tables.number("global", "wifi_on"), tables.number("global", "bluetooth_on")
    tables.put("global", "airplane_mode_on", on)
    if on:
        if wifi == _ON:
            tables.put("global", "wifi_on", _WIFI_OFF_BY_AIRPLANE_MODE)
        if bluetooth == _ON:
            tables.put("global", "bluetooth_on", _BLUETOOTH_OFF_BY_AIRPLANE_MODE)
    else:
        if wifi in (_WIFI_ON_IN_AIRPLANE_MODE, _WIFI_OFF_BY_AIRPLANE_MODE):
            tables.put("global", "wifi_on", _ON)
        if bluetooth == _BLUETOOTH_OFF_BY_AIRPLANE_MODE:
            tables.put("global", "bluetooth_on", _ON)


def mobile_data_on(tables: Tables) -> bool:
    return tables.flag("global", "mobile_data", default=True) and not airplane_mode(tables)
