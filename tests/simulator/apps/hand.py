"""A person in front of a simulated phone: finds things by what the accessibility tree says, taps, types, looks."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.simulator.phone import SimulatedPhone
from device_farm.types.ui_tree import UiNode

KEY_BACK = 4
KEY_DEL = 67
KEY_MOVE_END = 123


class Hand:
    """Acts through `phone.input` only, as an agent would."""

    def __init__(self, phone: SimulatedPhone | None = None, *, seed: int = 1) -> None:
        self.phone = phone or SimulatedPhone.boot(seed=seed)

    # Looking

    def nodes(self, matches: Callable[[UiNode], bool]) -> list[UiNode]:
        return [node for node in self.phone.accessibility().walk() if matches(node)]

    def texts(self) -> list[str]:
        """Every text and description on the screen."""
        found = (part for node in self.phone.accessibility().walk() for part in (node.text, node.description))
        return [part for part in found if part]

    def sees(self, text: str) -> bool:
        return text in self.texts()

    def node(self, text: str = "", *, description: str = "", resource_id: str = "", hint: str = "") -> UiNode:
        """The last (topmost) node that fits all that is given. Fails with what is on the screen."""

        def matches(node: UiNode) -> bool:
            return (
                (not text or node.text == text)
                and (not description or node.description == description)
                and (not resource_id or node.resource_id.endswith(resource_id))
                and (not hint or node.hint == hint)
            )

        found = self.nodes(matches)
        wanted = text or description or resource_id or hint
        assert found, f"{wanted!r} is not on the screen: {self.texts()}"
        return found[-1]

    # Acting

    def tap(self, text: str = "", **fields: str) -> None:
        """Scrolls down to it where it is not in sight."""
        self.press(self._reach(text, **fields))

    def press(self, node: UiNode) -> None:
        self.phone.input.tap(*_centre(node))

    def long_press(self, text: str = "", **fields: str) -> None:
        self.phone.input.long_press(*_centre(self._reach(text, **fields)))

    def _reach(self, text: str, **fields: str) -> UiNode:
        for _ in range(12):
            try:
                return self.node(text, **fields)
            except AssertionError:
                before = self.texts()
                self.swipe_up()
                if self.texts() == before:
                    break
        return self.node(text, **fields)

    def swipe_up(self) -> None:
        self.phone.input.swipe(540, 1600, 540, 900, 600)

    def tap_at(self, node: UiNode, share: float) -> None:
        """Taps at `share` of the node's width: where on a slider."""
        box = node.bounds
        self.phone.input.tap(round(box.left + share * (box.right - 1 - box.left)), (box.top + box.bottom) // 2)

    def type(self, text: str) -> None:
        self.phone.input.text(text)

    def fill(self, text: str, **fields: str) -> None:
        """Taps a field, empties it, types."""
        node = self.node(**fields)
        self.press(node)
        self.phone.input.key(KEY_MOVE_END)
        for _ in self.node(**fields).text:
            self.phone.input.key(KEY_DEL)
        self.type(text)

    def back(self) -> None:
        self.phone.input.key(KEY_BACK)

    def open(self, package: str) -> None:
        self.phone.activities.launch_app(package)

    def switch_of(self, row: str) -> UiNode:
        """The switch on the same line as the text `row`."""
        label = self._reach(row)
        middle = (label.bounds.top + label.bounds.bottom) // 2
        found = self.nodes(lambda node: "checkable" in node.states and node.bounds.top <= middle <= node.bounds.bottom)
        assert found, f"no switch beside {row!r}"
        return found[-1]

    def pass_time(self, seconds: float) -> None:
        self.phone.clock.advance(seconds)
        self.phone.settle()


def _centre(node: UiNode) -> tuple[int, int]:
    box = node.bounds
    return (box.left + box.right) // 2, (box.top + box.bottom) // 2
