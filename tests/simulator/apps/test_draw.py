"""Simple Draw: lines, colours, eraser, undo, and saving through the file picker in three formats."""

from __future__ import annotations

from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from hand import Hand

from device_farm.simulator.apps.draw.main import PACKAGE
from device_farm.simulator.apps.draw.picture import parsed_colour

PICTURES = "/storage/emulated/0/Pictures"


def opened() -> Hand:
    hand = Hand()
    hand.open(PACKAGE)
    return hand


def pixel(hand: Hand, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue, _ = hand.phone.frame()[y, x]
    return int(red), int(green), int(blue)


def saved(hand: Hand, name: str, ending: str) -> bytes:
    hand.tap(description="Save")
    hand.fill(name, resource_id="save_image_filename")
    hand.tap(f".{ending}")
    hand.tap("OK")
    hand.tap(description="Show roots")
    hand.tap("sdk_gphone64_x86_64")
    hand.tap("Pictures")
    hand.tap("SAVE")
    return hand.phone.files.read(f"{PICTURES}/{name}.{ending}")


def colours(data: bytes) -> set[tuple[int, ...]]:
    """The colours of whole pixels, as red, green, blue."""
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    found, counts = np.unique(decoded.reshape(-1, 3)[:, ::-1], axis=0, return_counts=True)
    return {tuple(map(int, colour)) for colour, count in zip(found, counts, strict=True) if count > 5000}


def test_swipe_leaves_a_line_where_the_finger_was() -> None:
    hand = opened()
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    assert pixel(hand, 500, 900) == (0, 0, 0) and pixel(hand, 500, 1000) == (255, 255, 255)


def test_bigger_brush_and_other_colour_paint_so() -> None:
    hand = opened()
    hand.tap_at(hand.node(resource_id="stroke_width_bar"), 1.0)
    hand.tap(description="Change color")
    hand.tap(description="#2196f3")
    hand.tap("OK")
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    assert pixel(hand, 500, 945) == (0x21, 0x96, 0xF3)


def test_undo_redo_and_eraser() -> None:
    hand = opened()
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    hand.tap(description="Undo")
    assert pixel(hand, 500, 900) == (255, 255, 255) and not hand.sees("Undo")
    hand.tap(description="Redo")
    assert pixel(hand, 500, 900) == (0, 0, 0)
    hand.tap(description="Eraser")
    hand.phone.input.swipe(500, 700, 500, 1100, 400)
    assert pixel(hand, 500, 900) == (255, 255, 255) and pixel(hand, 300, 900) == (0, 0, 0)


def test_eyedropper_takes_the_colour_under_the_finger() -> None:
    hand = opened()
    hand.tap(description="Change color")
    hand.fill("00AA55", resource_id="color_picker_new_hex")
    hand.tap("OK")
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    hand.tap(description="Change color")
    hand.tap(description="#f44336")
    hand.tap("OK")
    hand.tap(description="Eyedropper")
    hand.phone.input.tap(200, 900)
    hand.phone.input.swipe(200, 1300, 800, 1300, 400)
    assert pixel(hand, 500, 1300) == (0, 0xAA, 0x55)


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_picture_file_shows_what_was_drawn(ending: str) -> None:
    hand = opened()
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    found = sorted(colours(saved(hand, "line", ending)))
    # JPEG may change a shade by one or two.
    assert max(found[0]) <= 2 and found[-1] == (255, 255, 255)


def test_svg_file_has_one_path_a_line() -> None:
    hand = opened()
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    hand.phone.input.tap(600, 1200)
    root = ElementTree.fromstring(saved(hand, "line", "svg"))
    assert [child.tag.rpartition("}")[2] for child in root] == ["rect", "path", "path"]
    assert root[1].get("stroke") == "#000000" and root[1].get("d", "").startswith("M200.")


def test_file_that_exists_is_only_overwritten_after_a_question() -> None:
    hand = opened()
    hand.phone.files.write(f"{PICTURES}/line.png", b"older")
    assert saved(hand, "line", "png") == b"older"
    assert hand.sees("Overwrite line.png?")
    hand.tap("Cancel")
    hand.tap("SAVE")
    hand.tap("OK")
    assert colours(hand.phone.files.read(f"{PICTURES}/line.png")) == {(255, 255, 255)}


def test_leaving_asks_about_a_drawing_that_is_not_saved() -> None:
    hand = opened()
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    hand.back()
    assert hand.sees("You have unsaved changes. Save before exit?")
    hand.tap("Discard")
    assert hand.phone.activities.top.package != PACKAGE


def test_saved_drawing_is_left_without_a_question() -> None:
    hand = opened()
    hand.phone.input.swipe(200, 900, 800, 900, 400)
    saved(hand, "line", "png")
    hand.back()
    assert hand.phone.activities.top.package != PACKAGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1a2B3c", 0xFF1A2B3C), ("#000000", 0xFF000000), (" ffffff ", 0xFFFFFFFF), ("12345", None), ("xyzxyz", None)],
)
def test_hexadecimal_colour(text: str, expected: int | None) -> None:
    assert parsed_colour(text) == expected
