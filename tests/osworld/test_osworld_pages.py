"""Turning pages and choosing objects of a presentation, on a fake one whose panel says late what has happened."""

from __future__ import annotations

import pytest

from device_farm.types.action import Action, PressKey, Wait
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from gui_agent.benchmarks.base import Look
from gui_agent.benchmarks.osworld.experts.osworld_impress import choose_object, has_text, turn_to
from gui_agent.benchmarks.ui import ExpertStuck, Plain

OBJECTS = (("image", ""), ("panel", ""), ("panel", "some text"), ("table", "more"))


class FakeShow:
    """Keys act at once; what the screen says of them comes `late` looks after."""

    def __init__(self, pages: int = 6, *, late: int = 0) -> None:
        self.page, self.chosen, self.keys = 1, -1, 0
        self._pages, self._late = pages, late
        self._said: list[tuple[int, int]] = [(1, -1)]

    def play(self, script: Plain) -> None:
        action = next(script)
        while True:
            if not isinstance(action, Look):
                self._act(action)
            self._said.append((self.page, self.chosen))
            try:
                action = script.send(self._observation())
            except StopIteration:
                return

    def _act(self, action: Action) -> None:
        match action:
            case PressKey(key="page_down"):
                self._turn(1)
            case PressKey(key="page_up"):
                self._turn(-1)
            case PressKey(key="tab"):
                self.keys += 1
                self.chosen = (self.chosen + 1) % len(OBJECTS)
            case Wait():
                pass
            case _:
                raise AssertionError(f"the fake show does not know {action}")

    def _turn(self, pages: int) -> None:
        self.keys += 1
        self.page = min(max(self.page + pages, 1), self._pages)

    def _observation(self) -> Observation:
        page, chosen = self._said[max(0, len(self._said) - 1 - self._late)]
        panel = UiNode(
            role="document frame",
            text="Slides View",
            bounds=Rect(0, 0, 10, 100),
            states=frozenset({"visible"}),
            children=tuple(_node("panel", number == page, f"Slide {number}") for number in range(1, self._pages + 1)),
        )
        shapes = [_node(role, place == chosen, f"Shape {place}", said) for place, (role, said) in enumerate(OBJECTS)]
        document = UiNode(
            role="document presentation",
            bounds=Rect(10, 0, 100, 100),
            states=frozenset({"visible"}),
            children=(_node("panel", False, "PageShape: x"), *shapes),
        )
        return Observation(
            sequence=1,
            screen=Size(100, 100),
            orientation="landscape",
            device_time_s=0.0,
            foreground=Foreground(app="soffice"),
            ui_tree=UiTree(roots=(panel, document)),
        )


def _node(role: str, selected: bool, name: str, said: str = "") -> UiNode:
    states: set[UiState] = {"visible", "selected"} if selected else {"visible"}
    box = Rect(0, 0, 10, 10)
    inside = (UiNode(role="paragraph", bounds=box, value=said),) if said else ()
    return UiNode(role=role, text=name, bounds=box, states=frozenset(states), children=inside)


@pytest.mark.parametrize("late", [0, 1, 3])
def test_page_is_turned_to_with_as_many_keys_as_pages(late: int) -> None:
    show = FakeShow(late=late)
    show.play(turn_to(4))
    assert (show.page, show.keys) == (4, 3)
    show.play(turn_to(2))
    assert (show.page, show.keys) == (2, 5)


def test_page_that_is_not_there_is_said() -> None:
    with pytest.raises(ExpertStuck, match="page 9 does not show"):
        FakeShow().play(turn_to(9))


@pytest.mark.parametrize("late", [0, 1, 3])
def test_first_object_that_is_meant_is_chosen(late: int) -> None:
    show = FakeShow(late=late)
    show.play(choose_object(has_text))
    assert (show.chosen, show.keys) == (2, 3)
    show.play(choose_object(lambda node: node.role == "table"))
    assert (show.chosen, show.keys) == (3, 4)


def test_object_that_is_not_there_is_said() -> None:
    with pytest.raises(ExpertStuck, match="no such object"):
        FakeShow().play(choose_object(lambda node: node.role == "chart"))
