"""Calls about the nodes of the screen: finding, waiting, reading, setting text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from device_farm.simulator.uiautomator.errors import ObjectNotFoundError
from device_farm.simulator.uiautomator.hierarchy import object_info
from device_farm.simulator.uiautomator.port import AutomatedPhone
from device_farm.simulator.uiautomator.selector import Place, SelectorError, select

POLL_S = 0.25
"""Phone time between two looks of a wait."""

Selector = Mapping[str, Any] | str
"""A selector, or the name of an object that `childBy...` returned."""


class Objects:
    """The nodes of one phone's screen, as clients name them."""

    def __init__(self, phone: AutomatedPhone) -> None:
        self._phone = phone
        self._named: dict[str, Callable[[], list[Place]]] = {}

    def methods(self) -> Mapping[str, Callable[..., Awaitable[Any]]]:
        return {
            "exist": self.exist,
            "count": self.count,
            "objInfo": self.info,
            "objInfoOfAllInstances": self.info_of_all,
            "getText": self.get_text,
            "setText": self.set_text,
            "clearTextField": self.clear_text_field,
            "waitForExists": self.wait_for_exists,
            "waitUntilGone": self.wait_until_gone,
            "getChildCount": self.child_count,
            "childByText": self.child_by_text,
            "childByDescription": self.child_by_description,
            "childByInstance": self.child_by_instance,
            "getUiObject": self.name_object,
            "removeUiObject": self.forget_object,
        }

    def find(self, selector: Selector) -> Place:
        """The first node that `selector` picks. Raises ObjectNotFoundError."""
        found = self._select(selector)
        if not found:
            raise ObjectNotFoundError(selector)
        return found[0]

    def exists(self, selector: Selector) -> bool:
        return bool(self._select(selector))

    def _select(self, selector: Selector, *, all_instances: bool = False) -> list[Place]:
        if isinstance(selector, str):
            if selector not in self._named:
                raise SelectorError(f"no object is named {selector!r}")
            return self._named[selector]()
        if not isinstance(selector, Mapping):
            raise SelectorError(f"a selector is an object, got {selector!r}")
        return select(self._phone.tree(), selector, all_instances=all_instances)

    async def exist(self, selector: Selector) -> bool:
        return self.exists(selector)

    async def count(self, selector: Selector) -> int:
        return len(self._select(selector, all_instances=True))

    async def info(self, selector: Selector) -> dict[str, Any]:
        return object_info(self.find(selector))

    async def info_of_all(self, selector: Selector) -> list[dict[str, Any]]:
        return [object_info(place) for place in self._select(selector, all_instances=True)]

    async def child_count(self, selector: Selector) -> int:
        return len(self.find(selector).node.children)

    async def get_text(self, selector: Selector) -> str:
        return self.find(selector).node.text

    async def set_text(self, selector: Selector, text: str) -> bool:
        place = self.find(selector)
        if "editable" not in place.node.states:
            return False
        if "focused" not in place.node.states:
            self._phone.press(place.node.bounds.center)
        self._phone.replace_text(text)
        return True

    async def clear_text_field(self, selector: Selector) -> None:
        await self.set_text(selector, "")

    async def wait_for_exists(self, selector: Selector, timeout: int) -> bool:
        return await self._wait(lambda: self.exists(selector), timeout)

    async def wait_until_gone(self, selector: Selector, timeout: int) -> bool:
        return await self._wait(lambda: not self.exists(selector), timeout)

    async def _wait(self, holds: Callable[[], bool], timeout_ms: int) -> bool:
        left_s = timeout_ms / 1000
        while not holds():
            if left_s <= 0:
                return False
            step_s = min(POLL_S, left_s)
            await self._phone.sleep(step_s)
            left_s -= step_s
        return True

    # Objects with a name

    async def child_by_text(self, collection: Selector, child: Selector, text: str, scroll: bool = False) -> str:
        return self._name_child(collection, child, lambda place: _has(place, "text", text))

    async def child_by_description(self, collection: Selector, child: Selector, text: str, scroll: bool = False) -> str:
        return self._name_child(collection, child, lambda place: _has(place, "description", text))

    async def child_by_instance(self, collection: Selector, child: Selector, instance: int) -> str:
        return self._name(lambda: self._children(collection, child)[instance : instance + 1])

    async def name_object(self, selector: Selector) -> str:
        return self._name(lambda: self._select(selector))

    async def forget_object(self, name: str) -> None:
        self._named.pop(name, None)

    def _name_child(self, collection: Selector, child: Selector, fits: Callable[[Place], bool]) -> str:
        def look() -> list[Place]:
            return [place for place in self._children(collection, child) if fits(place)]

        if not look():
            raise ObjectNotFoundError(child)
        return self._name(look)

    def _children(self, collection: Selector, child: Selector) -> list[Place]:
        if isinstance(collection, str) or isinstance(child, str):
            raise SelectorError("childBy... takes selectors, not names")
        kinds = [*(collection.get("childOrSibling") or []), "child"]
        parts = [*(collection.get("childOrSiblingSelector") or []), child]
        return self._select({**collection, "childOrSibling": kinds, "childOrSiblingSelector": parts})

    def _name(self, look: Callable[[], list[Place]]) -> str:
        name = f"object-{len(self._named) + 1}"
        self._named[name] = look
        return name


def _has(place: Place, field: str, text: str) -> bool:
    return any(getattr(node, field) == text for node in place.node.walk())
