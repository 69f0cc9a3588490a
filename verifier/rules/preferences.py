"""An Android application's shared preferences: the XML file under its `shared_prefs` folder."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.rules.base import shown
from verifier.rules.files import exists


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceEquals:
    """The value stored under `key` is `expected`; an absent file or key does not hold.

    `name` is the file's name without `.xml`, by default `PACKAGE_preferences`, as PreferenceManager names it.
    """

    package: str
    key: str
    expected: str
    name: str = ""

    async def check(self, device: Device) -> Evidence:
        path = f"/data/data/{self.package}/shared_prefs/{self.name or self.package + '_preferences'}.xml"
        value = _value(await device.pull(path), path, self.key) if await exists(device, path) else None
        return Evidence(
            probe=f"preference {self.key} of {self.package}",
            observed="not set" if value is None else shown(value),
            expected=self.expected,
            holds=value == self.expected,
        )


def _value(data: bytes, path: str, key: str) -> str | None:
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise VerifierError(f"{path} is no XML: {error}") from error
    for entry in root:
        if entry.get("name") == key:
            return entry.get("value", entry.text or "")
    return None
