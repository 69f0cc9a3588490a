"""Layout: where boxes end up. Sizes are given in pixels through nodes, so that the numbers can be checked by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.toolkit.layout import natural, place
from device_farm.simulator.toolkit.metrics import px, sides
from device_farm.simulator.toolkit.node import FILL, Node


def _box(width: int, height: int, *, weight: float = 0.0) -> Node:
    node = Node()
    node.width, node.height, node.weight = width, height, weight
    return node


def _container(axis: str, *children: Node, **fields: object) -> Node:
    node = Node(axis)  # type: ignore[arg-type]
    node.children = list(children)
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _areas(node: Node) -> list[tuple[int, int, int, int]]:
    return [(child.left, child.top, child.right, child.bottom) for child in node.children]


@pytest.mark.parametrize(("dp", "expected"), [(0, 0), (1, 3), (8, 21), (48, 126), (411.43, 1080), (914.3, 2400)])
def test_px_rounds_half_up(dp: float, expected: int) -> None:
    assert px(dp) == expected


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        (0.0, (0, 0, 0, 0)),
        (8, (21, 21, 21, 21)),
        ((8, 16), (21, 42, 21, 42)),
        ((1, 2, 3, 4), (3, 5, 8, 11)),
    ],
)
def test_sides_takes_one_two_or_four_lengths(padding, expected) -> None:
    assert sides(padding) == expected


@pytest.mark.parametrize(
    ("main", "tops"),
    [("start", [0, 60]), ("center", [20, 80]), ("end", [40, 100]), ("between", [0, 100])],
)
def test_column_places_children_along_its_main_axis(main: str, tops: list[int]) -> None:
    column = _container("column", _box(50, 50), _box(50, 50), main=main, gap=10)
    place(column, 0, 0, 200, 150)
    assert [area[1] for area in _areas(column)] == tops


@pytest.mark.parametrize(
    ("cross", "left", "right"), [("start", 0, 50), ("center", 75, 125), ("end", 150, 200), ("stretch", 0, 50)]
)
def test_column_places_children_across(cross: str, left: int, right: int) -> None:
    column = _container("column", _box(50, 50), cross=cross)
    place(column, 0, 0, 200, 100)
    assert _areas(column) == [(left, 0, right, 50)]


def test_column_stretches_what_has_no_width() -> None:
    column = _container("column", _container("stack", _box(10, 10)))
    place(column, 5, 5, 200, 100)
    assert _areas(column) == [(5, 5, 205, 15)]


def test_weights_share_what_is_left() -> None:
    row = _container("row", _box(40, 20), _box(0, 20, weight=1), _box(0, 20, weight=3), gap=10)
    place(row, 0, 0, 240, 20)
    assert [(area[0], area[2]) for area in _areas(row)] == [(0, 40), (50, 95), (105, 240)]


def test_fill_takes_the_rest_of_a_row() -> None:
    row = _container("row", _box(40, 20), _box(FILL, 20))
    place(row, 0, 0, 100, 20)
    assert _areas(row)[1] == (40, 0, 100, 20)


def test_padding_lies_inside_the_box() -> None:
    column = _container("column", _box(50, 50), padding=(10, 20, 30, 40))
    assert natural(column, 500) == (90, 110)
    place(column, 0, 0, 90, 110)
    assert _areas(column) == [(10, 20, 60, 70)]


@pytest.mark.parametrize(
    ("where", "corner"),
    [
        ("top_start", (0, 0)),
        ("top_end", (90, 0)),
        ("center", (45, 45)),
        ("bottom_start", (0, 90)),
        ("bottom_end", (90, 90)),
        ("start", (0, 45)),
        ("end", (90, 45)),
    ],
)
def test_stack_puts_a_child_into_its_corner(where: str, corner: tuple[int, int]) -> None:
    stack = _container("stack", _box(10, 10), places=(where,))
    place(stack, 0, 0, 100, 100)
    assert _areas(stack)[0][:2] == corner


def test_scroll_clamps_its_offset_and_shifts_children() -> None:
    scroll = _container("scroll", *[_box(50, 100) for _ in range(5)], scroll_px=1000)
    place(scroll, 0, 0, 50, 300)
    assert (scroll.scroll_max, scroll.scroll_px) == (200, 200)
    assert [area[1] for area in _areas(scroll)] == [-200, -100, 0, 100, 200]


def test_list_makes_only_rows_in_sight() -> None:
    made: list[int] = []

    def row(index: int) -> Node:
        made.append(index)
        return _box(10, 10)

    node = _container("list", count=1000, row=row, row_px=100, scroll_px=250)
    place(node, 0, 0, 50, 300)
    assert made == [2, 3, 4, 5]
    assert [child.top for child in node.children] == [-50, 50, 150, 250]


def test_grid_wraps_into_equal_cells() -> None:
    grid = _container("grid", *[_box(FILL, 30) for _ in range(5)], columns=3, gap=10)
    assert natural(grid, 320) == (320, 70)
    place(grid, 0, 0, 320, 70)
    assert _areas(grid)[4] == (110, 40, 210, 70)


def test_column_that_is_too_high_squeezes_what_scrolls() -> None:
    scroll = _container("scroll", _box(50, 500))
    column = _container("column", _box(50, 40), scroll, _box(50, 40))
    place(column, 0, 0, 50, 200)
    assert _areas(column) == [(0, 0, 50, 40), (0, 40, 50, 160), (0, 160, 50, 200)]
    assert scroll.scroll_max == 380


@settings(max_examples=60, deadline=None)
@given(
    widths=st.lists(st.tuples(st.integers(0, 300), st.sampled_from([0.0, 1.0, 2.5])), min_size=1, max_size=6),
    room=st.integers(0, 1080),
    gap=st.integers(0, 20),
)
def test_row_never_leaves_its_box_when_it_fits(widths, room, gap) -> None:
    row = _container("row", *[_box(width, 10, weight=weight) for width, weight in widths], gap=gap)
    place(row, 0, 0, room, 10)
    areas = _areas(row)
    assert all(right >= left for left, _, right, _ in areas)
    assert all(first[2] <= second[0] for first, second in pairwise(areas))
    if room >= gap * (len(widths) - 1):
        assert areas[-1][2] <= room
