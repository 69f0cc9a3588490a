"""Content providers by authority: the system's own, and those that installed apps offer."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from device_farm.errors import GuestError
from device_farm.simulator.apps.contacts.provider import AUTHORITIES, ContactsProvider
from device_farm.simulator.apps.contacts.schema import DATABASE_PATH, PROVIDER_PACKAGE, SCHEMA
from device_farm.simulator.database import Database
from device_farm.simulator.framework.media_provider import MediaProvider
from device_farm.simulator.framework.settings_provider import SettingsProvider
from device_farm.simulator.framework.sms_provider import SmsProvider
from device_farm.simulator.framework.table_provider import Scalar
from device_farm.simulator.framework.telephony_schema import call_log_provider
from device_farm.simulator.toolkit.app import AppContext

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

Values: TypeAlias = Mapping[str, Scalar]


class Provider(Protocol):
    """Paths are those behind the authority, without slashes at the ends. Raises GuestError, sqlite3.Error."""

    def query(self, path: str, projection: Sequence[str], where: str, sort: str) -> list[sqlite3.Row]: ...

    def insert(self, path: str, values: Values) -> object: ...

    def update(self, path: str, values: Values, where: str) -> int: ...

    def delete(self, path: str, where: str) -> int: ...


@runtime_checkable
class OffersContent(Protocol):
    """An `App` that is a content provider too."""

    def content_provider(self, context: AppContext, authority: str) -> Provider | None:
        """The provider behind `authority`; None where the app has none of that name."""
        ...


def provider_for(phone: SimulatedPhone, authority: str) -> Provider | None:
    """The provider that answers for `authority`; None where nobody does."""
    for package in phone.packages.list():
        if package.enabled and isinstance(package.app, OffersContent):
            found = package.app.content_provider(phone.callbacks.app_context(package.name), authority)
            if found is not None:
                return found
    return _system_provider(phone, authority)


def _system_provider(phone: SimulatedPhone, authority: str) -> Provider | None:
    match authority:
        case _ if authority in AUTHORITIES and phone.packages.get(PROVIDER_PACKAGE) is not None:
            database = Database(phone.files, DATABASE_PATH, SCHEMA)
            return ContactsProvider(database, now_ms=round(phone.clock.now_s() * 1000))
        case "settings":
            return SettingsProvider(phone.settings)
        case "media":
            return MediaProvider(phone.files)
        case "sms" | "mms-sms":
            return SmsProvider(authority, phone.files, now_ms=round(phone.clock.now_s() * 1000))
        case "call_log":
            return call_log_provider(phone.files)
        case _:
            return None


def read_content(provider: Provider, path: str) -> bytes:
    """The bytes behind a URI, for `content read`. Raises GuestError where the provider has only rows."""
    if isinstance(provider, MediaProvider):
        return provider.read(path)
    raise GuestError(f"java.io.FileNotFoundException: No files supported by provider at /{path}")
