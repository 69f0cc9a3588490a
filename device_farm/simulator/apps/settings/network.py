"""Network & internet: Internet, airplane mode, mobile data, hotspot, Data Saver, private DNS.

Android keeps the state of hotspot and Data Saver in its services, without a setting. Here they lie in the global table
under `wifi_ap_on`, `wifi_ap_ssid`, `wifi_ap_password` and `restrict_background_data`, so that a probe can see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from device_farm.simulator.apps.settings import radios
from device_farm.simulator.apps.settings.pages import (
    PACKAGE,
    Page,
    link_row,
    main_switch,
    note,
    switch_row,
    tables_of,
)
from device_farm.simulator.apps.settings.tables import Tables
from device_farm.simulator.apps.settings.wifi import WifiStore
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

CARRIER = "T-Mobile"

_DNS_MODES = (("Off", "off"), ("Automatic", "opportunistic"), ("Private DNS provider hostname", "hostname"))


def internet_summary(context: Context[NetworkState]) -> str:
    """What is connected: a Wi-Fi network, the carrier, or nothing."""
    tables = tables_of(context)
    connected = WifiStore(context.files).connected()
    if radios.wifi_on(tables) and connected is not None:
        return connected.ssid
    if radios.mobile_data_on(tables):
        return f"{CARRIER} / LTE"
    return "Networks available" if radios.wifi_on(tables) else "Off"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkState:
    """`dns_mode` is what is chosen in the open dialog."""

    dns_mode: str = "opportunistic"


class NetworkDashboard(Page[NetworkState]):
    title = "Network & internet"

    def initial(self, context: Context[NetworkState]) -> NetworkState:
        return NetworkState()

    def rows(self, context: Context[NetworkState]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        saver = tables.flag("global", "restrict_background_data")
        hotspot = tables.flag("global", "wifi_ap_on")
        return (
            link_row(
                context,
                "Internet",
                ".Settings$NetworkProviderSettingsActivity",
                summary=internet_summary(context),
                icon="wifi",
            ),
            link_row(context, "SIMs", ".Settings$MobileNetworkActivity", summary=CARRIER, icon="sim_card"),
            w.SwitchRow(
                "Airplane mode",
                radios.airplane_mode(tables),
                icon="airplanemode_active",
                on_change=lambda on: radios.set_airplane_mode(tables, on),
            ),
            link_row(
                context,
                "Hotspot & tethering",
                ".Settings$TetherSettingsActivity",
                summary="On" if hotspot else "Off",
                icon="wifi_tethering",
            ),
            link_row(
                context,
                "Data Saver",
                ".Settings$DataSaverSummaryActivity",
                summary="On" if saver else "Off",
                icon="data_saver_on",
            ),
            w.ListRow("Private DNS", _dns_summary(tables), "dns", on_tap=lambda: _open_dns(context)),
        )

    def dialog(self, context: Context[NetworkState], name: str, argument: object) -> w.Overlay:
        if name == "dns":
            return _dns_dialog(context)
        return super().dialog(context, name, argument)


def _dns_summary(tables: Tables) -> str:
    match tables.text("global", "private_dns_mode", "opportunistic"):
        case "off":
            return "Off"
        case "hostname":
            return tables.text("global", "private_dns_specifier")
        case _:
            return "Automatic"


def _open_dns(context: Context[NetworkState]) -> None:
    context.update(dns_mode=tables_of(context).text("global", "private_dns_mode", "opportunistic"))
    context.dialog("dns")


def _choose_dns(context: Context[NetworkState], mode: str) -> None:
    context.update(dns_mode=mode)


def _dns_dialog(context: Context[NetworkState]) -> w.Overlay:
    tables = tables_of(context)
    chosen = context.state.dns_mode
    hostname = context.text("dns_host", tables.text("global", "private_dns_specifier"))

    def save() -> None:
        tables.put("global", "private_dns_mode", chosen)
        if chosen == "hostname":
            tables.put("global", "private_dns_specifier", hostname.strip())

    radios_shown = tuple(
        w.RadioRow(text, mode == chosen, on_tap=partial(_choose_dns, context, mode)) for text, mode in _DNS_MODES
    )
    field = w.TextField(
        key="dns_host",
        hint="Enter hostname of DNS provider",
        initial=tables.text("global", "private_dns_specifier"),
        enabled=chosen == "hostname",
        resource_id=f"{PACKAGE}:id/private_dns_mode_provider_hostname",
    )
    valid = chosen != "hostname" or _is_hostname(hostname)
    return w.Dialog(
        title="Select Private DNS Mode",
        body=w.Column((*radios_shown, field), gap=4),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("Save", save, enabled=valid)),
    )


def _is_hostname(text: str) -> bool:
    labels = text.strip().split(".")
    return len(labels) > 1 and all(
        label and len(label) < 64 and all(character.isalnum() or character == "-" for character in label)
        for label in labels
    )


class MobileNetwork(Page[None]):
    title = CARRIER

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        flying = radios.airplane_mode(tables)
        return (
            switch_row(
                context,
                "Mobile data",
                "global",
                "mobile_data",
                summary="Access data using mobile network",
                default=True,
                enabled=not flying,
            ),
            switch_row(
                context,
                "Roaming",
                "global",
                "data_roaming",
                summary="Connect to data services when roaming",
                enabled=not flying,
            ),
            w.ListRow("Preferred network type", "LTE (recommended)"),
            w.ListRow("Carrier", CARRIER),
        )


class Tethering(Page[None]):
    title = "Hotspot & tethering"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        name = tables.text("global", "wifi_ap_ssid", "AndroidAP_4821")
        on = tables.flag("global", "wifi_ap_on")
        return (
            link_row(
                context,
                "Wi‑Fi hotspot",
                ".Settings$WifiTetherSettingsActivity",
                summary=f"{name} is active" if on else "Not sharing internet or content with other devices",
                icon="wifi_tethering",
            ),
        )


class WifiHotspot(Page[None]):
    title = "Wi‑Fi hotspot"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            main_switch(
                "Use Wi‑Fi hotspot",
                tables.flag("global", "wifi_ap_on"),
                lambda on: tables.put("global", "wifi_ap_on", on),
            ),
            w.ListRow(
                "Hotspot name",
                tables.text("global", "wifi_ap_ssid", "AndroidAP_4821"),
                on_tap=lambda: context.dialog("name"),
            ),
            w.ListRow(
                "Hotspot password",
                "•" * len(tables.text("global", "wifi_ap_password", "hotspot4821")),
                on_tap=lambda: context.dialog("password"),
            ),
            note("When hotspot is on, other devices can use this phone’s internet connection."),
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        tables = tables_of(context)
        if name == "name":
            return _edit("Hotspot name", context, "wifi_ap_ssid", "AndroidAP_4821", 1, tables)
        return _edit("Hotspot password", context, "wifi_ap_password", "hotspot4821", 8, tables)


def _edit(title: str, context: Context[None], key: str, default: str, minimum: int, tables: Tables) -> w.Overlay:
    stored = tables.text("global", key, default)
    entered = context.text("value", stored).strip()
    return w.Dialog(
        title=title,
        body=w.TextField(key="value", initial=stored, autofocus=True, resource_id="android:id/edit"),
        buttons=(
            w.DialogButton("Cancel"),
            w.DialogButton("OK", lambda: tables.put("global", key, entered), enabled=len(entered) >= minimum),
        ),
    )


class DataSaver(Page[None]):
    title = "Data Saver"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            main_switch(
                "Use Data Saver",
                tables.flag("global", "restrict_background_data"),
                lambda on: tables.put("global", "restrict_background_data", on),
            ),
            note(
                "To help reduce data usage, Data Saver prevents some apps from sending or receiving data in the "
                "background. An app you’re currently using can access data, but may do so less frequently."
            ),
        )
