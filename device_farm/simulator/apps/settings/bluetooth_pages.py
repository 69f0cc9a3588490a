"""Connected devices: paired and available Bluetooth devices, pairing, names."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.settings import radios
from device_farm.simulator.apps.settings.bluetooth import ICONS, BluetoothDevice, BondStore, surroundings
from device_farm.simulator.apps.settings.pages import PACKAGE, Page, link_row, main_switch, note, open_page, tables_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

DETAILS = ".Settings$BluetoothDeviceDetailActivity"
PAIRING = ".Settings$BluetoothPairingDetailActivity"
PREFERENCES = ".Settings$ConnectionPreferencesActivity"
BLUETOOTH = ".Settings$BluetoothSettingsActivity"


def adapter_name(context: Context[None]) -> str:
    """The name under which other devices see the phone."""
    tables = tables_of(context)
    return tables.text("secure", "bluetooth_name") or tables.text("global", "device_name", "Android")


def _bonded_rows(context: Context[None]) -> tuple[w.Widget, ...]:
    on = radios.bluetooth_on(tables_of(context))
    return tuple(_bonded_row(context, device, on) for device in BondStore(context.files).bonded())


def _bonded_row(context: Context[None], device: BluetoothDevice, on: bool) -> w.Widget:
    def details() -> None:
        open_page(context, DETAILS, address=device.address)

    return w.ListRow(
        device.name,
        "Active" if device.connected and on else "Saved",
        ICONS[device.kind],
        trailing=w.IconButton(
            "settings",
            description=f"Settings, {device.name}",
            resource_id=f"{PACKAGE}:id/settings_button",
            on_tap=details,
        ),
        on_tap=details,
    )


class ConnectedDevices(Page[None]):
    title = "Connected devices"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        bonded = _bonded_rows(context)
        saved = (w.SectionHeader("Saved devices"), *bonded) if bonded else ()
        on = radios.bluetooth_on(tables_of(context))
        return (
            w.ListRow(
                "Pair new device",
                "" if on else "Bluetooth will turn on to pair",
                "add",
                on_tap=lambda: _start_pairing(context),
            ),
            *saved,
            link_row(
                context, "Connection preferences", PREFERENCES, summary="Bluetooth, NFC", icon="settings_input_antenna"
            ),
        )


def _start_pairing(context: Context[None]) -> None:
    """Pairing needs the radio, so it is switched on, as Android does."""
    radios.set_bluetooth(tables_of(context), True)
    open_page(context, PAIRING)


class ConnectionPreferences(Page[None]):
    title = "Connection preferences"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        on = radios.bluetooth_on(tables)
        # The NFC service keeps its switch in its own preferences.
        nfc = PreferenceStore(context.files, "com.android.nfc", "NfcServicePrefs")
        return (
            link_row(context, "Bluetooth", BLUETOOTH, summary="On" if on else "Off", icon="bluetooth"),
            w.SwitchRow(
                "NFC",
                nfc.flag("nfc_on"),
                "Allow data exchange when the phone touches another device",
                "nfc",
                on_change=lambda value: nfc.put(nfc_on=value),
            ),
        )


class Bluetooth(Page[None]):
    title = "Bluetooth"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        on = radios.bluetooth_on(tables)
        rows: list[w.Widget] = [
            main_switch("Use Bluetooth", on, lambda value: radios.set_bluetooth(tables, value)),
        ]
        if on:
            rows.append(w.ListRow("Device name", adapter_name(context), on_tap=lambda: context.dialog("name")))
            rows.append(w.ListRow("Pair new device", icon="add", on_tap=lambda: _start_pairing(context)))
            rows += _bonded_rows(context)
        else:
            rows.append(note("When Bluetooth is turned on, your device can communicate with other nearby devices."))
        return tuple(rows)

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        return _name_dialog(context)


def _name_dialog(context: Context[None]) -> w.Overlay:
    stored = adapter_name(context)
    entered = context.text("name", stored).strip()
    tables = tables_of(context)
    return w.Dialog(
        title="Rename this device",
        body=w.TextField(key="name", initial=stored, autofocus=True, resource_id=f"{PACKAGE}:id/edittext"),
        buttons=(
            w.DialogButton("Cancel"),
            w.DialogButton(
                "Rename", lambda: tables.put("secure", "bluetooth_name", entered), enabled=entered not in ("", stored)
            ),
        ),
    )


class Pairing(Page[None]):
    title = "Pair new device"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        bonded = {device.address for device in BondStore(context.files).bonded()}
        tables = tables_of(context)
        if not radios.bluetooth_on(tables):
            return (note("Bluetooth is off"),)
        found = tuple(
            w.ListRow(
                device.name,
                icon=ICONS[device.kind],
                on_tap=partial(context.dialog, "pair", device),
            )
            for device in surroundings(context.files)
            if device.address not in bonded
        )
        return (
            w.ListRow("Device name", adapter_name(context), on_tap=lambda: context.dialog("name")),
            w.SectionHeader("Available devices"),
            *found,
            note(f"Phone’s name as other devices see it: {adapter_name(context)}"),
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        match argument:
            case BluetoothDevice() as device:
                return self._pair_dialog(context, device)
            case _:
                return _name_dialog(context)

    def _pair_dialog(self, context: Context[None], device: BluetoothDevice) -> w.Overlay:
        def pair() -> None:
            BondStore(context.files).save(replace(device, connected=True))
            context.finish()

        return w.Dialog(
            title=f"Pair with {device.name}?",
            body=w.Column((w.Text("Bluetooth pairing code"), w.Text(device.code, style="headline")), gap=8),
            buttons=(w.DialogButton("Cancel"), w.DialogButton("Pair", pair)),
        )


class DeviceDetails(Page[None]):
    title = "Device details"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        store = BondStore(context.files)
        device = store.find(context.intent.text_extra("address"))
        if device is None:
            return (note("This device is no longer paired."),)
        on = radios.bluetooth_on(tables_of(context))
        active = device.connected and on

        return (
            w.Row(
                (
                    w.Column(
                        (
                            w.Text(device.name, style="title_large", resource_id=f"{PACKAGE}:id/entity_header_title"),
                            w.Text("Active" if active else "Disconnected", colour="on_surface_variant"),
                        ),
                        weight=1,
                    ),
                    w.IconButton("edit", description="Rename", on_tap=lambda: context.dialog("rename", device.address)),
                ),
                padding=(24, 8),
            ),
            w.Row(
                (
                    w.Button(
                        "Forget", "tonal", "delete", weight=1, on_tap=lambda: context.dialog("forget", device.address)
                    ),
                    w.Button(
                        "Disconnect" if active else "Connect",
                        "tonal",
                        "close" if active else "bluetooth",
                        weight=1,
                        enabled=on,
                        on_tap=lambda: store.save(replace(device, connected=not active)),
                    ),
                ),
                gap=8,
                padding=(16, 8),
            ),
            note(f"Device’s Bluetooth address: {device.address}"),
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        store = BondStore(context.files)
        address = str(argument)
        device = store.find(address)
        shown = device.name if device is not None else address
        if name == "rename":
            entered = context.text("name", shown).strip()
            return w.Dialog(
                title="Device name",
                body=w.TextField(key="name", initial=shown, autofocus=True, resource_id=f"{PACKAGE}:id/edittext"),
                buttons=(
                    w.DialogButton("Cancel"),
                    w.DialogButton("Rename", lambda: store.rename(address, entered), enabled=bool(entered)),
                ),
            )

        def forget() -> None:
            store.forget(address)
            context.finish()

        return w.Dialog(
            title="Forget device?",
            text=f"Your phone will no longer be paired with {shown}",
            buttons=(w.DialogButton("Cancel"), w.DialogButton("Forget device", forget)),
        )
