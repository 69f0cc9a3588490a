"""Every wire enum beside its domain literals: one table each, read in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar, cast

from device_farm.errors import DataError
from device_farm.pb import types_pb2 as types
from device_farm.types.action import Modifier, MouseButton, SystemButtonName, TerminateStatus
from device_farm.types.observation import ImageFormat, Orientation
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiState

DomainT = TypeVar("DomainT", bound=str)
WireT = TypeVar("WireT", bound=int)


class EnumTable(Generic[DomainT, WireT]):
    """A two-way table. An unknown number is a DataError: it comes from a newer peer, or from none of ours."""

    def __init__(self, name: str, numbers: Mapping[DomainT, WireT]) -> None:
        self._name = name
        self._numbers = dict(numbers)
        self._values: dict[int, DomainT] = {number: value for value, number in numbers.items()}

    def to_wire(self, value: DomainT) -> WireT:
        return self._numbers[value]

    def from_wire(self, number: int) -> DomainT:
        try:
            return self._values[number]
        except KeyError as error:
            raise DataError(f"{number} is no {self._name}", field=self._name) from error


platforms: EnumTable[Platform, types.Platform] = EnumTable(
    "platform", {"android": types.PLATFORM_ANDROID, "desktop": types.PLATFORM_DESKTOP}
)
orientations: EnumTable[Orientation, types.Orientation] = EnumTable(
    "orientation",
    {
        "portrait": types.ORIENTATION_PORTRAIT,
        "landscape": types.ORIENTATION_LANDSCAPE,
        "portrait_reversed": types.ORIENTATION_PORTRAIT_REVERSED,
        "landscape_reversed": types.ORIENTATION_LANDSCAPE_REVERSED,
    },
)
image_formats: EnumTable[ImageFormat, types.ImageFormat] = EnumTable(
    "format", {"png": types.IMAGE_FORMAT_PNG, "jpeg": types.IMAGE_FORMAT_JPEG}
)
mouse_buttons: EnumTable[MouseButton, types.MouseButton] = EnumTable(
    "button",
    {"left": types.MOUSE_BUTTON_LEFT, "right": types.MOUSE_BUTTON_RIGHT, "middle": types.MOUSE_BUTTON_MIDDLE},
)
modifiers: EnumTable[Modifier, types.Modifier] = EnumTable(
    "modifiers",
    {
        "ctrl": types.MODIFIER_CTRL,
        "shift": types.MODIFIER_SHIFT,
        "alt": types.MODIFIER_ALT,
        "super": types.MODIFIER_SUPER,
    },
)
buttons: EnumTable[SystemButtonName, types.Button] = EnumTable(
    "button",
    {
        "back": types.BUTTON_BACK,
        "home": types.BUTTON_HOME,
        "recents": types.BUTTON_RECENTS,
        "enter": types.BUTTON_ENTER,
    },
)
terminate_statuses: EnumTable[TerminateStatus, types.TerminateStatus] = EnumTable(
    "status", {"success": types.TERMINATE_STATUS_SUCCESS, "failure": types.TERMINATE_STATUS_FAILURE}
)

_STATE_BITS: dict[UiState, int] = {
    cast(UiState, name.removeprefix("UI_STATE_").lower()): 1 << number
    for name, number in types.UiState.items()
    if number
}
# Screens repeat the same few sets of states; both directions are looked up, not computed, in the common case.
_SETS: dict[frozenset[UiState], int] = {}
_BITS: dict[int, frozenset[UiState]] = {}
_MAX_CACHED = 4096


def states_to_wire(states: frozenset[UiState]) -> int:
    """The bit set of `states`."""
    bits = _SETS.get(states)
    if bits is None:
        bits = sum(_STATE_BITS[state] for state in states)
        if len(_SETS) < _MAX_CACHED:
            _SETS[states] = bits
    return bits


def states_from_wire(bits: int) -> frozenset[UiState]:
    """The states of a bit set; a bit that is not known here is left out."""
    states = _BITS.get(bits)
    if states is None:
        states = frozenset(state for state, bit in _STATE_BITS.items() if bits & bit)
        if len(_BITS) < _MAX_CACHED:
            _BITS[bits] = states
    return states
