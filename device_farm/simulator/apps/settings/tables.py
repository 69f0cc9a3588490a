"""Typed reading and writing of the settings tables, whose values are all text."""

from __future__ import annotations

from typing import Literal, TypeAlias

from device_farm.simulator.settings_tables import SettingsTables

TableName: TypeAlias = Literal["system", "secure", "global"]


class Tables:
    """The three tables of `android.provider.Settings`."""

    def __init__(self, settings: SettingsTables) -> None:
        self._settings = settings

    def text(self, table: TableName, key: str, default: str = "") -> str:
        value = self._settings.get(table, key)
        return default if value is None else value

    def number(self, table: TableName, key: str, default: int = 0) -> int:
        """The value as an integer; `default` where it is absent or not a number, as Android reads it."""
        try:
            return int(self.text(table, key))
        except ValueError:
            return default

    def decimal(self, table: TableName, key: str, default: float = 0.0) -> float:
        try:
            return float(self.text(table, key))
        except ValueError:
            return default

    def flag(self, table: TableName, key: str, default: bool = False) -> bool:
        return self.number(table, key, int(default)) != 0

    def put(self, table: TableName, key: str, value: str | int | float | bool) -> None:
        """Stores `value`; a truth value as 1 or 0."""
        self._settings.put(table, key, str(int(value)) if isinstance(value, bool) else str(value))
