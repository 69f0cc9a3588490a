"""What the device shows: the application in front, text on the screen, the state of an element."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.observation import ObserveRequest
from device_farm.types.trajectory import Evidence
from device_farm.types.ui_tree import UiNode, UiState
from verifier.rules.base import shown


async def _nodes(device: Device) -> list[UiNode]:
    tree = (await device.observe(ObserveRequest(screenshot=False))).ui_tree
    if tree is None:
        raise VerifierError("the device gave no UI tree")
    return [node for node in tree.walk() if "visible" in node.states and node.bounds.area > 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForegroundApp:
    """`app` (a package or application name) is in front; `window` is part of its activity or title."""

    app: str
    window: str = ""

    async def check(self, device: Device) -> Evidence:
        front = (await device.observe(ObserveRequest(screenshot=False, ui_tree=False))).foreground
        holds = front.app.casefold() == self.app.casefold() and self.window.casefold() in front.window.casefold()
        return Evidence(
            probe="application in front",
            observed=f"{front.app} {front.window}".rstrip(),
            expected=f"{self.app} {self.window}".rstrip(),
            holds=holds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TextVisible:
    """Some visible element's text, description or value contains `text`, whatever its case."""

    text: str

    async def check(self, device: Device) -> Evidence:
        labels = [part for node in await _nodes(device) for part in (node.text, node.description, node.value) if part]
        holds = any(self.text.casefold() in label.casefold() for label in labels)
        return Evidence(
            probe="text on the screen", observed=shown(" | ".join(labels)), expected=shown(self.text), holds=holds
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementState:
    """The one element with this resource id has (or, with `on` false, lacks) a state such as `checked`."""

    resource_id: str
    state: UiState
    on: bool = True

    async def check(self, device: Device) -> Evidence:
        found = [node for node in await _nodes(device) if node.resource_id == self.resource_id]
        observed = ", ".join(sorted(found[0].states)) if len(found) == 1 else f"{len(found)} such elements"
        return Evidence(
            probe=f"element {self.resource_id}",
            observed=observed,
            expected=self.state if self.on else f"not {self.state}",
            holds=len(found) == 1 and (self.state in found[0].states) is self.on,
        )
