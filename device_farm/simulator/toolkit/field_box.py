"""The part of a text field that holds the text; what TextField and SearchBar come down to."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.toolkit.base import Widget
from device_farm.simulator.toolkit.controls import TextField


@dataclass(frozen=True, slots=True)
class FieldBox(Widget):
    """The box of `field` without label and error line."""

    field: TextField
