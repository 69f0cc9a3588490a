"""Wi-Fi networks: those in reach, those saved, and the one connected.

The networks in reach are the simulated phone's surroundings, a JSON file that a task may replace. Saved networks are in
`WifiConfigStore.xml` in Android's own format; the connected one is marked there as most recently connected.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypeAlias
from xml.etree import ElementTree

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.filesystem import FileSystem

Security: TypeAlias = Literal["open", "wpa2", "wpa3"]

SURROUNDINGS_PATH = "/data/vendor/simulator/wifi_access_points.json"
STORE_PATH = "/data/misc/apexdata/com.android.wifi/WifiConfigStore.xml"
SECURITY_NAMES = {"open": "None", "wpa2": "WPA/WPA2-Personal", "wpa3": "WPA3-Personal"}
MINIMUM_PASSWORD = 8

_NAMES = (
    "Maple Street 12",
    "NETGEAR-5G",
    "Linksys02417",
    "CoffeeHouse Guest",
    "Studio Nord",
    "TP-Link_8F2A",
    "Riverside Library",
    "HomeBase-2G",
    "Office-Secure",
    "Sunflower",
)
_PASSWORD_WORDS = ("harbor", "copper", "willow", "meadow", "lantern", "orchid", "summit", "pepper")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """A network in reach. `level` is 0 to 4 bars; `password` is what it accepts, empty when open."""

    ssid: str
    security: Security = "wpa2"
    password: str = ""
    level: int = 3
    frequency_mhz: int = 2412


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedNetwork:
    ssid: str
    security: Security
    password: str = ""
    connected: bool = False
    auto_join: bool = True
    metered: bool = False


def seeded_surroundings(generator: random.Random) -> tuple[AccessPoint, ...]:
    """The emulator's own open network and five others."""
    points = [AccessPoint(ssid="AndroidWifi", security="open", level=4, frequency_mhz=2447)]
    for ssid in generator.sample(_NAMES, 5):
        security: Security = "open" if "Guest" in ssid or "Library" in ssid else generator.choice(("wpa2", "wpa3"))
        password = "" if security == "open" else f"{generator.choice(_PASSWORD_WORDS)}{generator.randint(1000, 9999)}"
        points.append(
            AccessPoint(
                ssid=ssid,
                security=security,
                password=password,
                level=generator.randint(1, 4),
                frequency_mhz=generator.choice((2412, 2437, 2462, 5180, 5240)),
            )
        )
    return tuple(points)


def write_surroundings(files: FileSystem, points: Iterable[AccessPoint]) -> None:
    save_file(files, SURROUNDINGS_PATH, json.dumps([asdict(point) for point in points], indent=1).encode())


def surroundings(files: FileSystem) -> tuple[AccessPoint, ...]:
    """Networks in reach, strongest first; none where the file is missing or not what it should be."""
    if not files.exists(SURROUNDINGS_PATH):
        return ()
    try:
        points = tuple(AccessPoint(**entry) for entry in json.loads(files.read(SURROUNDINGS_PATH)))
    except (ValueError, TypeError):
        return ()
    return tuple(sorted(points, key=lambda point: (-point.level, point.ssid.lower())))


class WifiStore:
    """Saved networks, read from and written to the file at each call."""

    def __init__(self, files: FileSystem) -> None:
        self._files = files

    def saved(self) -> tuple[SavedNetwork, ...]:
        if not self._files.exists(STORE_PATH):
            return ()
        try:
            root = ElementTree.fromstring(self._files.read(STORE_PATH))
        except ElementTree.ParseError:
            return ()
        return tuple(_network_of(element) for element in root.iter("WifiConfiguration"))

    def find(self, ssid: str) -> SavedNetwork | None:
        return next((network for network in self.saved() if network.ssid == ssid), None)

    def connected(self) -> SavedNetwork | None:
        """The network marked as connected; it is in use only while Wi-Fi is on."""
        return next((network for network in self.saved() if network.connected), None)

    def connect(self, network: SavedNetwork) -> None:
        """Saves `network` and marks it as the connected one."""
        others = [replace(other, connected=False) for other in self.saved() if other.ssid != network.ssid]
        self._write([replace(network, connected=True), *others])

    def save(self, network: SavedNetwork) -> None:
        """Saves `network` in its place, or as a new one at the end."""
        networks = list(self.saved())
        for place, other in enumerate(networks):
            if other.ssid == network.ssid:
                networks[place] = network
                break
        else:
            networks.append(network)
        self._write(networks)

    def disconnect(self) -> None:
        self._write([replace(network, connected=False) for network in self.saved()])

    def forget(self, ssid: str) -> None:
        """Drops a saved network; the phone then joins the strongest other one that it knows, as Android does."""
        self._write([network for network in self.saved() if network.ssid != ssid])
        if self.connected() is None:
            self._rejoin()

    def _rejoin(self) -> None:
        known = {network.ssid: network for network in self.saved() if network.auto_join}
        for point in surroundings(self._files):
            network = known.get(point.ssid)
            if network is not None and network.password == point.password:
                self.connect(network)
                return

    def _write(self, networks: Iterable[SavedNetwork]) -> None:
        root = ElementTree.Element("WifiConfigStoreData")
        ElementTree.SubElement(root, "int", name="Version", value="3")
        listing = ElementTree.SubElement(root, "NetworkList")
        for network in networks:
            _append_network(listing, network)
        ElementTree.indent(root, space="")
        header = "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n"
        save_file(self._files, STORE_PATH, (header + ElementTree.tostring(root, encoding="unicode") + "\n").encode())


_KEY_KINDS: dict[Security, str] = {"open": "NONE", "wpa2": "WPA_PSK", "wpa3": "SAE"}


def _append_network(listing: ElementTree.Element, network: SavedNetwork) -> None:
    element = ElementTree.SubElement(ElementTree.SubElement(listing, "Network"), "WifiConfiguration")
    texts = {"ConfigKey": f'"{network.ssid}"{_KEY_KINDS[network.security]}', "SSID": f'"{network.ssid}"'}
    if network.password:
        texts["PreSharedKey"] = f'"{network.password}"'
    for name, value in texts.items():
        ElementTree.SubElement(element, "string", name=name).text = value
    flags = {
        "AutoJoinEnabled": network.auto_join,
        "IsMostRecentlyConnected": network.connected,
        "MeteredHint": network.metered,
    }
    for name, flag in flags.items():
        ElementTree.SubElement(element, "boolean", name=name, value="true" if flag else "false")


def _network_of(element: ElementTree.Element) -> SavedNetwork:
    texts = {item.get("name", ""): (item.text or "").strip('"') for item in element.iter("string")}
    flags = {item.get("name", ""): item.get("value") == "true" for item in element.iter("boolean")}
    key = next((item.text or "" for item in element.iter("string") if item.get("name") == "ConfigKey"), "")
    security: Security = next((kind for kind, suffix in _KEY_KINDS.items() if key.endswith('"' + suffix)), "wpa2")
    return SavedNetwork(
        ssid=texts.get("SSID", ""),
        security=security,
        password=texts.get("PreSharedKey", ""),
        connected=flags.get("IsMostRecentlyConnected", False),
        auto_join=flags.get("AutoJoinEnabled", True),
        metered=flags.get("MeteredHint", False),
    )
