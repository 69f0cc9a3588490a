"""What differs between two states of a device.

Every fact has a *place*, a name that says where it lies, and a text, what lies there:

    setting NAMESPACE/KEY                            its value
    package NAME                                     installed
    contact ID, message ID, call ID, event ID        columns as `name=value, …`, by content providers
    row PATH TABLE/ROWID                             columns as `name=value, …`, of applications' databases
    preference PATH KEY                              its value, of applications' shared preferences
    file PATH                                        a digest, `SIZE bytes` for a large one, or `folder`

A phone's files are those of its shared storage, and those of applications' data folders where they can be read (as
root); a desktop has files alone, those of the home folder without its caches. All of it is asked by ordinary commands
that any device answers, as `ReadOnlyDevice` lets them through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from device_farm.device import Device
from verifier.probes.state_files import desktop_files, phone_files
from verifier.probes.state_phone import application_data, packages, provider_rows, settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StateView:
    """The facts of one device at one moment, by place. `unread` names what could not be read, each with why."""

    facts: Mapping[str, str]
    unread: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place. `before` is what was there, `after` what is there now; None for nothing."""

    place: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.place}: {self.after}"
        if self.after is None:
            return f"- {self.place}: {self.before}"
        return f"~ {self.place}: {self.before} → {self.after}"


async def state_of(device: Device) -> StateView:
    """The state of `device` now.

    Raises:
        VerifierError: its settings, packages or files cannot be listed.
        GuestError, TransportError: it does not answer.
    """
    if device.info.platform == "desktop":
        listed = (await desktop_files(device)).listed
        return StateView(facts=listed.facts, unread=listed.unread)
    files = await phone_files(device)
    parts = (
        files.listed,
        await settings(device),
        await packages(device),
        await provider_rows(device, files.private),
        await application_data(device, files.private),
    )
    return StateView(
        facts={place: text for part in parts for place, text in part.facts.items()},
        unread={name: why for part in parts for name, why in part.unread.items()},
    )


def difference(old: StateView, new: StateView) -> tuple[Change, ...]:
    """What changed from `old` to `new`, by place. Nothing is said of what could not be read in one of the two.

    Equal states have no difference; a fact that is in one of them alone has None on the other side.
    """
    hidden = {_PREFIXES.get(name, (f"{name} ",)) for name in (*old.unread, *new.unread)}
    prefixes = tuple(prefix for group in hidden for prefix in group)
    places = sorted(old.facts.keys() | new.facts.keys())
    return tuple(
        Change(place=place, before=old.facts.get(place), after=new.facts.get(place))
        for place in places
        if old.facts.get(place) != new.facts.get(place) and not place.startswith(prefixes)
    )


_PREFIXES: Mapping[str, tuple[str, ...]] = {"application data": ("row ", "preference ", "file /data/")}
"""The places that an unread part would hold, where they do not begin with its name."""
