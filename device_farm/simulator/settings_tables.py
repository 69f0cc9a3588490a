"""Android's settings provider: the tables `system`, `secure` and `global`, text to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from device_farm.simulator.settings_defaults import DEFAULT_SETTINGS, NAMESPACES

Tables = Mapping[str, Mapping[str, str]]
# (namespace, key, new value; None when deleted)
Observer = Callable[[str, str, str | None], None]


class SettingsTables:
    """`tables` changes identity with every change and is never changed in place."""

    def __init__(self, tables: Tables = DEFAULT_SETTINGS) -> None:
        self._defaults = tables
        self._tables = tables
        self._observers: tuple[Observer, ...] = ()

    @property
    def tables(self) -> Tables:
        return self._tables

    def get(self, namespace: str, key: str) -> str | None:
        """The value, None where there is none. Raises KeyError for an unknown namespace."""
        return self._tables[namespace].get(key)

    def get_int(self, namespace: str, key: str, default: int = 0) -> int:
        """As Settings.System.getInt: `default` where the key is missing or no number."""
        try:
            return int(self._tables[namespace].get(key, ""))
        except ValueError:
            return default

    def is_on(self, namespace: str, key: str) -> bool:
        """Whether the value is a number other than 0."""
        return self.get_int(namespace, key) != 0

    def put(self, namespace: str, key: str, value: str | int) -> None:
        """Sets a value and tells the observers, where it differs from the one there."""
        text = str(value)
        if self._tables[namespace].get(key) != text:
            self._replace(namespace, {**self._tables[namespace], key: text})
            self._tell(namespace, key, text)

    def delete(self, namespace: str, key: str) -> bool:
        """Whether there was a value to delete."""
        table = self._tables[namespace]
        if key not in table:
            return False
        self._replace(namespace, {name: value for name, value in table.items() if name != key})
        self._tell(namespace, key, None)
        return True

    def list(self, namespace: str) -> list[tuple[str, str]]:
        """(key, value), sorted by key."""
        return sorted(self._tables[namespace].items())

    def reset(self, namespace: str) -> None:
        """The table as it was on a new phone."""
        for key in sorted({*self._tables[namespace], *self._defaults[namespace]}):
            default = self._defaults[namespace].get(key)
            if default is None:
                self.delete(namespace, key)
            else:
                self.put(namespace, key, default)

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Calls `observer` after each change; returns what ends it. A restored snapshot is not a change."""
        self._observers = (*self._observers, observer)

        def end() -> None:
            self._observers = tuple(other for other in self._observers if other is not observer)

        return end

    def snapshot(self) -> Tables:
        return self._tables

    def restore(self, state: Tables) -> None:
        self._tables = state

    def _replace(self, namespace: str, table: Mapping[str, str]) -> None:
        if namespace not in NAMESPACES:
            raise KeyError(namespace)
        self._tables = MappingProxyType({**self._tables, namespace: table})

    def _tell(self, namespace: str, key: str, value: str | None) -> None:
        for observer in self._observers:
            observer(namespace, key, value)
