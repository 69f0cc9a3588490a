"""Internet: the Wi-Fi switch, networks in reach, the password dialog, saved networks and a network's details."""

from __future__ import annotations

from dataclasses import dataclass, replace

from device_farm.simulator.apps.settings import radios
from device_farm.simulator.apps.settings.network import CARRIER
from device_farm.simulator.apps.settings.pages import PACKAGE, Page, link_row, open_page, tables_of
from device_farm.simulator.apps.settings.wifi import (
    MINIMUM_PASSWORD,
    SECURITY_NAMES,
    AccessPoint,
    SavedNetwork,
    Security,
    WifiStore,
    surroundings,
)
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

DETAILS = ".Settings$WifiDetailsSettingsActivity"
_STRENGTHS = ("Weak", "Weak", "Fair", "Good", "Excellent")
_LEVEL_ICONS = (
    "signal_wifi_0_bar",
    "network_wifi_1_bar",
    "network_wifi_2_bar",
    "network_wifi_3_bar",
    "signal_wifi_4_bar",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetState:
    """`refused` is the network whose last password was wrong; the rest is chosen in the open dialog."""

    refused: str = ""
    show_password: bool = False
    security: Security = "open"


class Internet(Page[InternetState]):
    title = "Internet"

    def initial(self, context: Context[InternetState]) -> InternetState:
        return InternetState()

    def rows(self, context: Context[InternetState]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        on = radios.wifi_on(tables)
        store = WifiStore(context.files)
        rows: list[w.Widget] = []
        if not radios.airplane_mode(tables):
            connected = "Connected" if radios.mobile_data_on(tables) else "Mobile data off"
            state = f"{connected} / LTE" if radios.mobile_data_on(tables) else connected
            rows.append(
                link_row(context, CARRIER, ".Settings$MobileNetworkActivity", summary=state, icon="signal_cellular_alt")
            )
        rows.append(w.SwitchRow("Wi‑Fi", on, on_change=lambda value: radios.set_wifi(tables, value)))
        if on:
            rows += self._networks(context, store)
            rows.append(w.ListRow("Add network", icon="add", on_tap=lambda: self._add(context)))
        count = len(store.saved())
        if count:
            rows.append(
                link_row(
                    context,
                    "Saved networks",
                    ".Settings$SavedAccessPointsSettingsActivity",
                    summary=f"{count} network{'' if count == 1 else 's'}",
                )
            )
        return tuple(rows)

    def _networks(self, context: Context[InternetState], store: WifiStore) -> list[w.Widget]:
        saved = {network.ssid: network for network in store.saved()}
        connected = store.connected()
        points = surroundings(context.files)
        first = [point for point in points if connected is not None and point.ssid == connected.ssid]
        rest = [point for point in points if point not in first]
        return [self._network(context, point, saved.get(point.ssid)) for point in (*first, *rest)]

    def _network(self, context: Context[InternetState], point: AccessPoint, saved: SavedNetwork | None) -> w.Widget:
        if saved is not None and saved.connected:
            return w.ListRow(
                point.ssid,
                "Connected",
                _LEVEL_ICONS[point.level],
                trailing=w.IconButton(
                    "settings",
                    description="Settings",
                    resource_id=f"{PACKAGE}:id/settings_button",
                    on_tap=lambda: open_page(context, DETAILS, ssid=point.ssid),
                ),
                on_tap=lambda: open_page(context, DETAILS, ssid=point.ssid),
            )
        summary = "Saved" if saved is not None else ""
        if context.state.refused == point.ssid:
            summary = "Check password and try again"
        lock = w.Icon("lock", size=18, colour="on_surface_variant") if point.security != "open" else None
        return w.ListRow(
            point.ssid,
            summary,
            _LEVEL_ICONS[point.level],
            trailing=lock,
            on_tap=lambda: self._tapped(context, point, saved),
            on_long_press=(lambda: context.dialog("saved", point.ssid)) if saved is not None else None,
        )

    def _tapped(self, context: Context[InternetState], point: AccessPoint, saved: SavedNetwork | None) -> None:
        if saved is not None and context.state.refused != point.ssid:
            self._join(context, saved)
        elif point.security == "open":
            self._join(context, SavedNetwork(ssid=point.ssid, security="open"))
        else:
            context.update(show_password=False)
            context.dialog("password", point.ssid)

    def _add(self, context: Context[InternetState]) -> None:
        context.update(show_password=False, security="open")
        context.dialog("add")

    def _join(self, context: Context[InternetState], network: SavedNetwork) -> None:
        """Connects when the network is in reach and takes the password; else it stays saved only."""
        store = WifiStore(context.files)
        point = next((point for point in surroundings(context.files) if point.ssid == network.ssid), None)
        if point is not None and (point.security == "open" or point.password == network.password):
            store.connect(network)
            context.update(refused="")
        else:
            store.save(replace(network, connected=False))
            context.update(refused=network.ssid if point is not None else "")

    def dialog(self, context: Context[InternetState], name: str, argument: object) -> w.Overlay:
        ssid = str(argument)
        match name:
            case "password":
                return self._password_dialog(context, ssid)
            case "saved":
                return w.Dialog(
                    title=ssid,
                    body=w.ListRow("Forget network", on_tap=lambda: self._forget(context, ssid)),
                )
            case "add":
                return self._add_dialog(context)
            case _:
                return super().dialog(context, name, argument)

    def _forget(self, context: Context[InternetState], ssid: str) -> None:
        WifiStore(context.files).forget(ssid)
        context.dismiss()

    def _password_dialog(self, context: Context[InternetState], ssid: str) -> w.Overlay:
        point = next((point for point in surroundings(context.files) if point.ssid == ssid), AccessPoint(ssid=ssid))
        password = context.text("password")
        network = SavedNetwork(ssid=ssid, security=point.security, password=password)
        return w.Dialog(
            title=ssid,
            body=w.Column(_password_field(context), gap=8),
            buttons=(
                w.DialogButton("Cancel"),
                w.DialogButton(
                    "Connect", lambda: self._join(context, network), enabled=len(password) >= MINIMUM_PASSWORD
                ),
            ),
        )

    def _add_dialog(self, context: Context[InternetState]) -> w.Overlay:
        ssid, password = context.text("ssid").strip(), context.text("password")
        kinds: tuple[Security, ...] = ("open", "wpa2", "wpa3")
        security = context.state.security
        network = SavedNetwork(ssid=ssid, security=security, password="" if security == "open" else password)
        ready = bool(ssid) and (security == "open" or len(password) >= MINIMUM_PASSWORD)
        fields: tuple[w.Widget, ...] = (
            w.TextField(
                key="ssid",
                label="Network name",
                hint="Enter the SSID",
                autofocus=True,
                resource_id=f"{PACKAGE}:id/ssid",
            ),
            w.Text("Security", style="label"),
            w.Spinner(
                tuple(SECURITY_NAMES[kind] for kind in kinds),
                kinds.index(security),
                lambda index: context.update(security=kinds[index]),
                key="security",
                resource_id=f"{PACKAGE}:id/security",
            ),
        )
        if security != "open":
            fields = (*fields, *_password_field(context, autofocus=False))
        return w.Dialog(
            title="Add network",
            body=w.Column(fields, gap=8),
            buttons=(
                w.DialogButton("Cancel"),
                w.DialogButton("Save", lambda: self._join(context, network), enabled=ready),
            ),
        )


def _password_field(context: Context[InternetState], *, autofocus: bool = True) -> tuple[w.Widget, ...]:
    shown = context.state.show_password
    return (
        w.TextField(
            key="password",
            label="Password",
            password=not shown,
            autofocus=autofocus,
            resource_id=f"{PACKAGE}:id/password",
        ),
        w.Checkbox(
            shown,
            "Show password",
            lambda on: context.update(show_password=on),
            resource_id=f"{PACKAGE}:id/show_password",
        ),
    )


class SavedNetworks(Page[None]):
    title = "Saved networks"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        return tuple(
            link_row(context, network.ssid, DETAILS, ssid=network.ssid, icon="wifi")
            for network in sorted(WifiStore(context.files).saved(), key=lambda network: network.ssid.lower())
        )


class NetworkDetails(Page[None]):
    title = "Network details"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        ssid = context.intent.text_extra("ssid")
        store = WifiStore(context.files)
        network = store.find(ssid)
        point = next((point for point in surroundings(context.files) if point.ssid == ssid), None)
        connected = network is not None and network.connected and radios.wifi_on(tables_of(context))
        rows: list[w.Widget] = [
            w.Column(
                (
                    w.Icon("wifi", size=36, colour="primary"),
                    w.Text(ssid, style="title_large", resource_id=f"{PACKAGE}:id/entity_header_title"),
                    w.Text("Connected" if connected else "Saved", colour="on_surface_variant"),
                ),
                cross="center",
                gap=4,
                padding=(0, 8),
            ),
            self._buttons(context, store, network, connected, point),
        ]
        if point is not None:
            band = "5 GHz" if point.frequency_mhz > 3000 else "2.4 GHz"
            rows.append(w.ListRow("Signal strength", _STRENGTHS[point.level], "network_wifi"))
            rows.append(w.ListRow("Frequency", band, "router"))
        if network is not None:
            rows.append(w.ListRow("Security", SECURITY_NAMES[network.security], "lock"))
            saved = network
            rows.append(
                w.SwitchRow(
                    "Auto‑connect",
                    saved.auto_join,
                    "Allow connection to this network when in range",
                    on_change=lambda on: store.save(replace(saved, auto_join=on)),
                )
            )
            rows.append(
                w.SwitchRow(
                    "Treat as metered",
                    saved.metered,
                    "Limit background data on this network",
                    on_change=lambda on: store.save(replace(saved, metered=on)),
                )
            )
        return tuple(rows)

    def _buttons(
        self,
        context: Context[None],
        store: WifiStore,
        network: SavedNetwork | None,
        connected: bool,
        point: AccessPoint | None,
    ) -> w.Widget:
        def forget() -> None:
            store.forget(context.intent.text_extra("ssid"))
            context.finish()

        def toggle() -> None:
            if connected:
                store.disconnect()
            elif network is not None and point is not None:
                store.connect(network)

        return w.Row(
            (
                w.Button(
                    "Forget",
                    "tonal",
                    "delete",
                    on_tap=forget,
                    weight=1,
                    enabled=network is not None,
                    resource_id=f"{PACKAGE}:id/button1",
                ),
                w.Button(
                    "Disconnect" if connected else "Connect",
                    "tonal",
                    "close" if connected else "wifi",
                    on_tap=toggle,
                    weight=1,
                    enabled=point is not None,
                    resource_id=f"{PACKAGE}:id/button2",
                ),
            ),
            gap=8,
            padding=(16, 8),
        )
