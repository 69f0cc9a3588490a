"""Widgets that only the toolkit itself makes: the inner box of a text field, a miniature of a screen."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.toolkit.base import Widget
from device_farm.simulator.toolkit.controls import TextField
from device_farm.simulator.toolkit.ops import DisplayList


@dataclass(frozen=True, slots=True)
class FieldBox(Widget):
    """The box of `field` without label and error line."""

    field: TextField


@dataclass(frozen=True, slots=True)
class Miniature(Widget):
    """The frame of another screen, drawn smaller by `scale`, cut off at the box."""

    frame: DisplayList
    scale: float
