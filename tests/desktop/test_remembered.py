"""What is not asked for again: the parts of the screen that have not changed, and that the tree is the same for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from desktop_rig import TREE, Rig, nodes

from device_farm.desktop.bus import GuestBus
from device_farm.desktop.device import DesktopDevice
from device_farm.desktop.freshness import TILE_PX, TOLD_S, Freshness
from device_farm.desktop.remembered import Memory, SeenCell, SeenObject, union
from device_farm.types.action import Action, PressKey, Scroll, TypeText
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode

SIZE = Size(100, 50)
LEFT, RIGHT = Rect(0, 0, 16, 16), Rect(64, 16, 80, 32)


def black() -> np.ndarray:
    return np.zeros((SIZE.height, SIZE.width, 4), np.uint8)


def looked(*changes: tuple[float, Point | None]) -> Freshness:
    """A black screen at 0 s, then looks at the times given, each with one more pixel changed."""
    freshness, pixels = Freshness(SIZE), black()
    freshness.look(pixels, 0.0)
    for now_s, at in changes:
        if at is not None:
            pixels[at.y, at.x, 1] += 1
        freshness.look(pixels, now_s)
    return freshness


def cell(value: str, box: Rect) -> UiNode:
    return UiNode(role="table cell", bounds=box, text="A1", value=value)


def test_nothing_is_settled_before_a_look_and_all_is_new_at_the_first() -> None:
    assert not Freshness(SIZE).settled(LEFT, 100.0, 100.0)
    assert not looked().settled(LEFT, 0.0, 0.0) and looked().settled(LEFT, TOLD_S, 1000.0)


def test_only_the_tile_that_changed_is_new() -> None:
    freshness = looked((5.0, Point(RIGHT.left, RIGHT.top)))
    assert freshness.settled(LEFT, 5.0, 5.0) and not freshness.settled(RIGHT, 5.0, 5.0)
    assert not freshness.settled(Rect(0, 0, 100, 50), 5.0, 5.0)


def test_a_box_counts_up_to_its_last_pixel() -> None:
    corner = Rect(0, 0, TILE_PX, TILE_PX)
    assert looked((5.0, Point(TILE_PX, 0))).settled(corner, 5.0, 5.0)
    assert not looked((5.0, Point(TILE_PX - 1, TILE_PX - 1))).settled(corner, 5.0, 5.0)
    assert not looked((5.0, Point(99, 49))).settled(Rect(96, 48, 100, 50), 5.0, 5.0)


def test_what_was_read_soon_after_a_change_holds_until_that_is_four_times_as_old() -> None:
    """A change seen at 5 s. Read then, it is read again; read 0.5 s later it holds to 7 s; 4 s later for good."""
    freshness = looked((5.0, Point(0, 0)), (9.0, None))
    assert not freshness.settled(LEFT, 5.0, 5.1)
    assert freshness.settled(LEFT, 5.5, 6.9) and not freshness.settled(LEFT, 5.5, 7.0)
    assert freshness.settled(LEFT, 5.0 + TOLD_S, 1000.0)


def test_a_box_of_no_area_or_off_the_screen_is_never_settled() -> None:
    freshness = looked()
    for box in (Rect(5, 5, 5, 9), Rect(200, 200, 210, 210)):
        assert not freshness.settled(box, 9.0, 9.0)


def test_an_object_is_remembered_in_its_frame_and_with_all_that_it_covers() -> None:
    memory = Memory(freshness=looked((5.0, Point(RIGHT.left, RIGHT.top))))
    node = UiNode(role="label", bounds=LEFT, text="Sum")
    for path, covers in (("small", LEFT), ("large", union(LEFT, RIGHT))):
        memory.objects[path] = SeenObject(
            node=node, role=node.role, frame="here", covers=covers, read_s=4.0, interfaces=frozenset(), below=()
        )
    small = memory.still("small", "here", 4.0)
    assert small is not None and small.node is node
    assert memory.still("small", "elsewhere", 4.0) is None and memory.still("unknown", "here", 4.0) is None
    assert memory.still("large", "here", 4.0) is None
    assert not small.draws_nothing and replace(small, node=replace(node, text="")).draws_nothing


def test_a_text_may_be_cut_where_its_cell_is_narrower() -> None:
    """Nine pixels a letter at 17 pixels of height: ten letters fit into 90 pixels, not into 89."""
    boxes = {"fits": Rect(0, 0, 90, 17), "cut": Rect(0, 0, 89, 17), "large": Rect(0, 0, 90, 50)}
    cells = {
        name: SeenCell(path="/1", node=cell("1234567890", box), box=None, read_s=9.0, text_s=9.0, box_s=9.0)
        for name, box in boxes.items()
    }
    assert {name for name, one in cells.items() if one.may_be_cut} == {"cut", "large"}


def test_cells_are_remembered_by_view_as_long_as_they_look_the_same() -> None:
    memory = Memory(freshness=looked((5.0, Point(RIGHT.left, RIGHT.top))))
    known = {
        (at, 0): SeenCell(path="/1", node=cell("1", box), box=None, read_s=4.0, text_s=4.0, box_s=4.0)
        for at, box in enumerate((LEFT, RIGHT))
    }
    memory.keep_cells("view", known)
    assert set(memory.still_cells("view", 4.0)) == {(0, 0)} and memory.still_cells("another view", 4.0) == {}
    assert memory.cells("view") == known


def test_the_last_views_of_sheets_are_kept() -> None:
    memory = Memory(freshness=looked())
    for view in (*range(6), 3):
        memory.keep_cells(view, {})
    assert list(memory.sheets) == [2, 4, 5, 3]


def test_union_leaves_empty_boxes_out() -> None:
    empty = Rect(3, 3, 3, 9)
    assert union(LEFT, RIGHT) == Rect(0, 0, 80, 32)
    assert union(empty, LEFT) == union(LEFT, empty) == LEFT


def told(seen: Observation) -> list[tuple[object, ...]]:
    return [(node.role, node.text, node.value, node.bounds, node.states, node.description) for node in nodes(seen)]


@pytest.mark.timeout(400)
def test_a_remembered_sheet_is_the_sheet_as_it_is(
    rig: Rig, desktop: DesktopDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each action the tree from memory equals the one of a device that remembers nothing, for fewer questions."""
    asked: list[str] = []
    ask = GuestBus.ask

    async def counted(bus: GuestBus, destination: str, path: str, interface: str, member: str, *more: Any) -> list[Any]:
        asked.append(member)
        return await ask(bus, destination, path, interface, member, *more)

    monkeypatch.setattr(GuestBus, "ask", counted)

    def value(tree: list[tuple[object, ...]], name: str) -> object:
        return next((one[2] for one in tree if one[0] == "table cell" and one[1] == name), None)

    last: list[object] = []

    def settled(tree: list[tuple[object, ...]]) -> bool:
        """Ten looks in a row with the same tree: a second or more."""
        last.append(tree)
        return len(last) >= 10 and all(one == tree for one in last[-10:])

    async def both(
        formula: str, *actions: Action
    ) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], int, int]:
        for action in actions:
            await desktop.act_and_observe(action, TREE)
        await rig.until(desktop, lambda seen: value(told(seen), "D4") == formula, formula, within_s=60.0)
        # Programs tell late what they have painted; what is compared is the sheet at rest.
        await rig.until(desktop, lambda seen: settled(told(seen)), "a sheet at rest", within_s=60.0)
        last.clear()
        questions = []
        # One of several looks in a row may be the one at which a change is old enough to be read again.
        for _ in range(4):
            asked.clear()
            remembered = await desktop.observe(TREE)
            questions.append(len(asked))
        asked.clear()
        desktop.forget_looks()
        anew = await desktop.observe(TREE)
        return told(remembered), told(anew), min(questions), len(asked)

    async def scenario() -> None:
        rows = "\n".join(",".join(str(row * 100 + column) for column in range(8)) for row in range(40))
        await desktop.push("sheet.csv", rows.encode())
        await desktop.shell("soffice --calc --infilter=CSV:44,34,76 ~/sheet.csv > /dev/null 2>&1 &")
        await rig.until(desktop, lambda seen: value(told(seen), "B2") == "101", "the sheet", within_s=60.0)
        edits: dict[str, tuple[Action, ...]] = {
            "a formula": (TypeText(text="=A2*2\n"),),
            "what it is of": (TypeText(text="77\n"),),
            "undo": (PressKey(key="z", modifiers=("ctrl",)),),
            "a scroll": (Scroll(at=Point(300, 400), dx=0, dy=1),),
            "a menu": (PressKey(key="f10"), PressKey(key="down")),
            "no menu": (PressKey(key="escape"), PressKey(key="escape")),
            "a dialog": (PressKey(key="1", modifiers=("ctrl",)),),
            "no dialog": (PressKey(key="escape"),),
        }
        cells_of = {"a formula": "D4", "what it is of": "A2"}
        formulas, formula = {"a formula": "200", "what it is of": "154", "undo": "200"}, "303"
        for what, actions in edits.items():
            formula = formulas.get(what, formula)
            if what in cells_of:
                await rig.go_to_cell(desktop, cells_of[what])
            remembered, anew, few, many = await both(formula, *actions)
            assert remembered == anew, (what, [one for one in remembered if one not in anew][:3])
            assert len(anew) > 300, what
            assert 4 * few < many, (what, few, many)

    rig.run(scenario())
