"""Whether the phone has joined a Wi-Fi network, by the store of networks that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.plan import Given
from verifier.rules.base import Probe, shown
from verifier.rules.files import exists

STORE = "/data/misc/apexdata/com.android.wifi/WifiConfigStore.xml"


Network: TypeAlias = tuple[str, str]
"""Name and password, as they are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The phone knows this network by this password, connected to it last, and knows the others as it did before."""

    network: str
    password: str

    async def bind(self, given: Given) -> Probe:
        known = None if given.start is None else await self.others(given.start)
        return JoinedLast(joined=self, known=known)

    async def others(self, device: Device) -> list[Network]:
        """The networks of other names."""
        stored = [(entry.get("SSID", ""), entry.get("PreSharedKey", "")) for entry in await _networks(device)]
        return sorted(entry for entry in stored if entry[0] != f'"{self.network}"')


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedLast:
    """See `Joined`; `known` are the other networks at the start, None where they are not known."""

    joined: Joined
    known: list[Network] | None

    async def check(self, device: Device) -> Evidence:
        wanted = {"SSID": f'"{self.joined.network}"', "PreSharedKey": f'"{self.joined.password}"'}
        named = [entry for entry in await _networks(device) if entry.get("SSID") == wanted["SSID"]]
        kept = self.known is None or await self.joined.others(device) == self.known
        parts = ("SSID", "PreSharedKey", "IsMostRecentlyConnected")
        listed = " | ".join(" ".join(entry.get(part, "-") for part in parts) for entry in named) or "none"
        return Evidence(
            probe=f"stored Wi-Fi networks called {self.joined.network}",
            observed=shown(listed + ("" if kept else "; others are not as they were")),
            expected=f"{' '.join(wanted.values())} true",
            holds=kept
            and len(named) == 1
            and named[0].items() >= {**wanted, "IsMostRecentlyConnected": "true"}.items(),
        )


async def _networks(device: Device) -> list[dict[str, str]]:
    if not await exists(device, STORE):
        return []
    try:
        root = ElementTree.fromstring(await device.pull(STORE))
    except ElementTree.ParseError as error:
        raise VerifierError(f"{STORE} is no XML: {error}") from error
    blocks = root.iter("WifiConfiguration")
    return [{part.get("name", ""): part.get("value", part.text or "") for part in block} for block in blocks]
