"""The dialects by name."""

from __future__ import annotations

from typing import Final

from device_farm.errors import ConfigError
from device_farm.types.codec.computer_use import ComputerUse
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.mobile_use import MobileUse
from device_farm.types.codec.ui_tars import UiTars

_ALL: Final[tuple[Dialect, ...]] = (
    MobileUse(envelope="tool_call"),
    MobileUse(envelope="action_tag"),
    ComputerUse(),
    UiTars(platform="android"),
    UiTars(platform="desktop"),
)
DIALECTS: Final = {dialect.name: dialect for dialect in _ALL}


def dialect_by_name(name: str, *, field: str = "dialect") -> Dialect:
    """Raises ConfigError that lists the dialects there are."""
    if name not in DIALECTS:
        raise ConfigError(f"unknown dialect {name!r}", field=field, fix="one of: " + ", ".join(DIALECTS))
    return DIALECTS[name]
