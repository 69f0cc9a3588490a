"""Bluetooth devices: those in reach (the phone's surroundings, a JSON file) and those paired (`bt_config.conf`)."""

from __future__ import annotations

import configparser
import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.filesystem import FileSystem

DeviceKind: TypeAlias = Literal["headphones", "speaker", "watch", "keyboard", "car", "laptop"]

SURROUNDINGS_PATH = "/data/vendor/simulator/bluetooth_devices.json"
STORE_PATH = "/data/misc/bluedroid/bt_config.conf"

ICONS: dict[str, str] = {
    "headphones": "headphones",
    "speaker": "speaker",
    "watch": "watch",
    "keyboard": "keyboard",
    "car": "directions_car",
    "laptop": "laptop",
}

_CANDIDATES: tuple[tuple[str, DeviceKind], ...] = (
    ("JBL Flip 5", "speaker"),
    ("Pixel Buds Pro", "headphones"),
    ("Galaxy Watch 6", "watch"),
    ("K380 Keyboard", "keyboard"),
    ("My Car", "car"),
    ("WH-1000XM4", "headphones"),
    ("Living Room Speaker", "speaker"),
    ("ThinkPad X1", "laptop"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BluetoothDevice:
    """`address` is six hexadecimal bytes; `code` the pairing code that both sides show."""

    address: str
    name: str
    kind: DeviceKind = "headphones"
    code: str = "000000"
    connected: bool = False


def seeded_surroundings(generator: random.Random) -> tuple[BluetoothDevice, ...]:
    """Four devices waiting to be paired."""
    return tuple(
        BluetoothDevice(
            address=":".join(f"{generator.randrange(256):02X}" for _ in range(6)),
            name=name,
            kind=kind,
            code=f"{generator.randrange(1_000_000):06d}",
        )
        for name, kind in generator.sample(_CANDIDATES, 4)
    )


def write_surroundings(files: FileSystem, devices: Iterable[BluetoothDevice]) -> None:
    save_file(files, SURROUNDINGS_PATH, json.dumps([asdict(device) for device in devices], indent=1).encode())


def surroundings(files: FileSystem) -> tuple[BluetoothDevice, ...]:
    """Devices in reach; none where the file is missing or not what it should be."""
    if not files.exists(SURROUNDINGS_PATH):
        return ()
    try:
        return tuple(BluetoothDevice(**entry) for entry in json.loads(files.read(SURROUNDINGS_PATH)))
    except (ValueError, TypeError):
        return ()


class BondStore:
    """Paired devices, read from and written to the file at each call."""

    def __init__(self, files: FileSystem) -> None:
        self._files = files

    def bonded(self) -> tuple[BluetoothDevice, ...]:
        parser = self._parser()
        return tuple(
            BluetoothDevice(
                address=section.upper(),
                name=parser.get(section, "Aliase", fallback="") or parser.get(section, "Name", fallback=section),
                kind=_kind(parser.get(section, "DevKind", fallback="")),
                connected=parser.get(section, "Connected", fallback="0") == "1",
            )
            for section in parser.sections()
            if section.count(":") == 5
        )

    def find(self, address: str) -> BluetoothDevice | None:
        return next((device for device in self.bonded() if device.address == address), None)

    def save(self, device: BluetoothDevice) -> None:
        """Adds a paired device or replaces the one with the same address."""
        parser = self._parser()
        parser[device.address] = {
            "Name": device.name,
            "DevKind": device.kind,
            "LinkKeyType": "4",
            "Connected": "1" if device.connected else "0",
        }
        self._write(parser)

    def rename(self, address: str, name: str) -> None:
        if (device := self.find(address)) is not None:
            self.save(replace(device, name=name))

    def forget(self, address: str) -> None:
        parser = self._parser()
        parser.remove_section(address)
        self._write(parser)

    def _parser(self) -> configparser.ConfigParser:
        parser = configparser.ConfigParser(delimiters=("=",), comment_prefixes=("#",), interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        if self._files.exists(STORE_PATH):
            try:
                parser.read_string(self._files.read(STORE_PATH).decode(errors="replace"))
            except configparser.Error:
                parser.clear()
        return parser

    def _write(self, parser: configparser.ConfigParser) -> None:
        lines: list[str] = []
        for section in parser.sections():
            lines += [f"[{section}]", *(f"{name} = {value}" for name, value in parser[section].items()), ""]
        save_file(self._files, STORE_PATH, "\n".join(lines).encode())


def _kind(text: str) -> DeviceKind:
    return next((kind for _, kind in _CANDIDATES if kind == text), "headphones")
