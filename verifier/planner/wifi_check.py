"""Whether the phone has joined a Wi-Fi network, by the store of networks that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.rules.base import shown
from verifier.rules.files import exists

STORE = "/data/misc/apexdata/com.android.wifi/WifiConfigStore.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One stored network has this name and this password, and it is the one that the phone last connected to."""

    network: str
    password: str

    async def check(self, device: Device) -> Evidence:
        stored = await _networks(device) if await exists(device, STORE) else []
        wanted = {"SSID": f'"{self.network}"', "PreSharedKey": f'"{self.password}"'}
        named = [entry for entry in stored if entry.get("SSID") == wanted["SSID"]]
        parts = ("SSID", "PreSharedKey", "IsMostRecentlyConnected")
        return Evidence(
            probe=f"stored Wi-Fi networks called {self.network}",
            observed=shown(" | ".join(" ".join(entry.get(part, "-") for part in parts) for entry in named) or "none"),
            expected=f"{' '.join(wanted.values())} true",
            holds=len(named) == 1 and named[0].items() >= {**wanted, "IsMostRecentlyConnected": "true"}.items(),
        )


async def _networks(device: Device) -> list[dict[str, str]]:
    try:
        root = ElementTree.fromstring(await device.pull(STORE))
    except ElementTree.ParseError as error:
        raise VerifierError(f"{STORE} is no XML: {error}") from error
    blocks = root.iter("WifiConfiguration")
    return [{part.get("name", ""): part.get("value", part.text or "") for part in block} for block in blocks]
