"""The gallery driven by taps: real pictures, and the files of the shared storage as the truth."""

from __future__ import annotations

import zlib

import cv2
import numpy as np
import pytest
from hand import Hand

from device_farm.simulator.apps.browsing import SDCARD
from device_farm.simulator.intents import VIEW, Intent

GALLERY = "com.simplemobiletools.gallery.pro"
RED, BLUE = (0, 0, 255), (255, 0, 0)


def picture(colour: tuple[int, int, int], ending: str = ".png", side: int = 64) -> bytes:
    """One colour (blue, green, red) all over."""
    _, data = cv2.imencode(ending, np.full((side, side, 3), colour, np.uint8))
    return data.tobytes()


def put(hand: Hand, path: str, data: bytes) -> None:
    files = hand.phone.files
    folder = f"{SDCARD}/{path}".rpartition("/")[0]
    files.mkdir(folder, parents=True)
    files.write(f"{SDCARD}/{path}", data)


def emptied() -> Hand:
    hand = Hand()
    for path, status in list(hand.phone.files.walk(SDCARD)):
        if not status.is_dir:
            hand.phone.files.remove(path)
    return hand


def names(hand: Hand, folder: str) -> list[str]:
    files = hand.phone.files
    return sorted(name for name in files.list(f"{SDCARD}/{folder}") if files.is_file(f"{SDCARD}/{folder}/{name}"))


def colour_at(hand: Hand, x: int, y: int) -> tuple[int, int, int]:
    """Red, green, blue of a pixel of the screen."""
    red, green, blue, _ = hand.phone.frame()[y, x]
    return int(red), int(green), int(blue)


def test_folders_show_their_newest_picture() -> None:
    hand = emptied()
    put(hand, "DCIM/old.png", picture(BLUE))
    hand.pass_time(60)
    put(hand, "DCIM/new.jpg", picture(RED, ".jpg"))
    put(hand, "Pictures/Trip/one.png", picture(BLUE))
    hand.open(GALLERY)
    assert hand.sees("DCIM") and hand.sees("2") and hand.sees("Trip")
    box = hand.node(resource_id="dir_thumbnail", text="").bounds
    tile = next(
        node
        for node in hand.nodes(lambda node: node.resource_id.endswith("dir_holder"))
        if any(child.text == "DCIM" for child in node.walk())
    )
    red, green, blue = colour_at(hand, tile.bounds.center.x, tile.bounds.center.y)
    assert red > 240 and green < 15 and blue < 15
    assert abs(box.width - box.height) <= 2


def test_nothing_to_show_says_so() -> None:
    hand = emptied()
    hand.open(GALLERY)
    assert hand.sees("No media files have been found.")


def test_viewer_shows_real_pixels_and_enlarges() -> None:
    hand = emptied()
    pixels = np.full((500, 500, 3), 255, np.uint8)
    pixels[240:260, 240:260] = 0
    _, data = cv2.imencode(".png", pixels)
    put(hand, "DCIM/dot.png", data.tobytes())
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.tap(resource_id="media_item_holder")
    box = hand.node(resource_id="gestures_view").bounds

    def dark_share() -> float:
        frame = hand.phone.frame()[box.center.y - 400 : box.center.y + 400, 140:940, :3]
        return float((frame.max(axis=2) < 60).mean())

    small = dark_share()
    assert 0.001 < small < 0.01
    hand.tap(resource_id="gestures_view")
    hand.tap(resource_id="gestures_view")
    assert dark_share() > 4 * small


def test_swipe_goes_to_the_picture_beside() -> None:
    hand = emptied()
    put(hand, "DCIM/a.png", picture(BLUE))
    hand.pass_time(60)
    put(hand, "DCIM/b.png", picture(RED))
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.press(hand.nodes(lambda node: node.resource_id.endswith("media_item_holder"))[0])
    assert hand.sees("b.png")
    hand.phone.input.swipe(900, 1200, 150, 1200, 300)
    assert hand.sees("a.png")
    hand.phone.input.swipe(150, 1200, 900, 1200, 300)
    assert hand.sees("b.png")


def test_copy_to_another_folder_of_the_tree() -> None:
    hand = emptied()
    put(hand, "DCIM/receipt.jpg", picture(RED, ".jpg"))
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.long_press(resource_id="media_item_holder")
    hand.tap(description="More options")
    hand.tap("Copy to")
    hand.tap("Other folder")
    hand.tap("Internal")
    hand.phone.input.swipe(540, 1300, 540, 900, 600)
    hand.tap("Download")
    hand.tap("OK")
    assert names(hand, "Download") == ["receipt.jpg"] and names(hand, "DCIM") == ["receipt.jpg"]


def test_move_to_a_folder_with_pictures() -> None:
    hand = emptied()
    put(hand, "DCIM/one.png", picture(RED))
    put(hand, "Pictures/two.png", picture(BLUE))
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.long_press(resource_id="media_item_holder")
    hand.tap(description="More options")
    hand.tap("Move to")
    hand.tap("Pictures")
    assert names(hand, "Pictures") == ["one.png", "two.png"] and names(hand, "DCIM") == []


@pytest.mark.parametrize(
    ("answer", "left"), [("Skip", ["a.png"]), ("Overwrite", ["a.png"]), ("Keep both", ["a (1).png", "a.png"])]
)
def test_taken_name_asks_what_to_do(answer: str, left: list[str]) -> None:
    hand = emptied()
    put(hand, "DCIM/a.png", picture(RED))
    put(hand, "Pictures/a.png", picture(BLUE))
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.long_press(resource_id="media_item_holder")
    hand.tap(description="More options")
    hand.tap("Copy to")
    hand.tap("Pictures")
    hand.tap(answer)
    assert names(hand, "Pictures") == left
    kept = hand.phone.files.read(f"{SDCARD}/Pictures/a.png")
    assert kept == picture(RED if answer == "Overwrite" else BLUE)


def test_rename_delete_and_restore() -> None:
    hand = emptied()
    put(hand, "DCIM/a.png", picture(RED))
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.long_press(resource_id="media_item_holder")
    hand.tap(description="More options")
    hand.tap("Rename")
    hand.fill("better", resource_id="rename_item_name")
    hand.tap("OK")
    assert names(hand, "DCIM") == ["better.png"]
    hand.long_press(resource_id="media_item_holder")
    hand.tap(description="Delete")
    hand.tap("Yes")
    assert names(hand, "DCIM") == []
    hand.back()
    hand.tap("Recycle Bin")
    hand.long_press(resource_id="media_item_holder")
    hand.tap(description="More options")
    hand.tap("Restore selected files")
    assert names(hand, "DCIM") == ["better.png"]


def test_properties_tell_the_resolution() -> None:
    hand = emptied()
    put(hand, "DCIM/a.png", picture(RED, side=120))
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.long_press(resource_id="media_item_holder")
    hand.tap(description="Properties")
    assert hand.sees("120 x 120 (0.0MP)") and hand.sees("a.png")


def test_broken_picture_is_a_placeholder() -> None:
    hand = emptied()
    put(hand, "DCIM/bad.png", b"not a picture")
    put(hand, "DCIM/empty.jpg", b"")
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.press(hand.nodes(lambda node: node.resource_id.endswith("media_item_holder"))[0])
    assert hand.sees("Unknown file")


def test_picture_that_claims_too_many_pixels_is_not_decoded() -> None:
    hand = emptied()
    data = bytearray(picture(RED))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    put(hand, "DCIM/huge.png", bytes(data))
    hand.open(GALLERY)
    hand.tap("DCIM")
    hand.tap(resource_id="media_item_holder")
    assert hand.sees("Unknown file")


def test_hidden_folders_are_left_out() -> None:
    hand = emptied()
    put(hand, "Pictures/Secret/.nomedia", b"")
    put(hand, "Pictures/Secret/a.png", picture(RED))
    hand.open(GALLERY)
    assert hand.sees("No media files have been found.")


def test_picture_of_another_app_is_shown() -> None:
    hand = emptied()
    put(hand, "Download/photo.png", picture(RED))
    hand.phone.activities.start(
        Intent(action=VIEW, data=f"file://{SDCARD}/Download/photo.png", type="image/png", package=GALLERY)
    )
    assert hand.sees("photo.png")
    box = hand.node(resource_id="gestures_view").bounds
    assert colour_at(hand, box.center.x, box.center.y)[0] > 240


def test_after_a_clear_access_is_asked_for() -> None:
    hand = emptied()
    put(hand, "DCIM/a.png", picture(RED))
    hand.phone.packages.clear(GALLERY)
    hand.open(GALLERY)
    assert not hand.sees("DCIM")
    hand.tap("All files")
    hand.tap("Allow access to manage all files")
    hand.back()
    assert hand.sees("DCIM")
