"""Files driven by taps: the tree under /storage/emulated/0 is the truth."""

from __future__ import annotations

from hand import Hand

from device_farm.simulator.apps.browsing import SDCARD
from device_farm.types.ui_tree import UiNode

FILES = "com.google.android.documentsui"
STORAGE = "sdk_gphone64_x86_64"


def opened(*path: str) -> Hand:
    hand = Hand()
    hand.phone.files.write(f"{SDCARD}/aaa.txt", b"hello file")
    hand.open(FILES)
    hand.tap(description="Show roots")
    hand.tap(STORAGE)
    for name in path:
        hand.tap(name)
    return hand


def exists(hand: Hand, path: str) -> bool:
    return hand.phone.files.exists(f"{SDCARD}/{path}")


def titles(hand: Hand) -> list[str]:
    def is_title(node: UiNode) -> bool:
        return node.resource_id == "android:id/title" and "visible" in node.states

    return [node.text for node in hand.nodes(is_title)]


def test_folders_open_and_breadcrumbs_lead_back() -> None:
    hand = opened("Documents", "Markor", "Cooking")
    assert hand.sees("pancakes.md")
    hand.tap("Documents")
    assert hand.sees("letter.txt")
    hand.back()
    assert hand.sees("Alarms")
    hand.back()
    assert not hand.sees("Alarms")


def test_new_folder_is_made_where_the_person_is() -> None:
    hand = opened("Documents")
    hand.tap(description="More options")
    hand.tap("New folder")
    hand.type("Taxes")
    hand.tap("OK")
    assert hand.phone.files.is_dir(f"{SDCARD}/Documents/Taxes")
    assert hand.sees("Taxes")


def test_rename() -> None:
    hand = opened()
    hand.long_press("aaa.txt")
    hand.tap(description="More options")
    hand.tap("Rename")
    hand.fill("bbb.txt", resource_id="id/text1")
    hand.tap("OK")
    assert exists(hand, "bbb.txt") and not exists(hand, "aaa.txt")


def test_rename_to_a_taken_name_is_refused() -> None:
    hand = opened()
    hand.long_press("aaa.txt")
    hand.tap(description="More options")
    hand.tap("Rename")
    hand.fill("Music", resource_id="id/text1")
    hand.tap("OK")
    assert exists(hand, "aaa.txt") and hand.sees("Music already exists")


def test_delete_asks_first() -> None:
    hand = opened()
    hand.long_press("aaa.txt")
    hand.tap(description="Delete")
    hand.tap("Cancel")
    assert exists(hand, "aaa.txt")
    hand.tap(description="Delete")
    hand.tap("OK")
    assert not exists(hand, "aaa.txt") and not hand.sees("aaa.txt")


def test_move_to_another_folder() -> None:
    hand = opened()
    hand.long_press("aaa.txt")
    hand.tap(description="More options")
    hand.tap("Move to…")
    hand.tap("Music")
    hand.tap("Move")
    assert exists(hand, "Music/aaa.txt") and not exists(hand, "aaa.txt")
    assert hand.sees("Moved 1 item")


def test_copy_under_a_free_name() -> None:
    hand = opened()
    hand.long_press("aaa.txt")
    hand.tap(description="More options")
    hand.tap("Copy to…")
    hand.tap("Copy")
    assert exists(hand, "aaa.txt") and exists(hand, "aaa (1).txt")


def test_picker_can_be_left() -> None:
    hand = opened()
    hand.long_press("aaa.txt")
    hand.tap(description="More options")
    hand.tap("Move to…")
    hand.tap("Cancel")
    assert exists(hand, "aaa.txt") and not hand.sees("Move")


def test_several_files_are_deleted_together() -> None:
    hand = opened("Documents", "Reports")
    hand.long_press("summary.txt")
    hand.tap("budget_2023.csv")
    assert hand.sees("2 selected")
    hand.tap(description="Delete")
    assert hand.sees("Delete 2 items?")
    hand.tap("OK")
    assert hand.phone.files.list(f"{SDCARD}/Documents/Reports") == []


def test_sorting_by_size_is_remembered() -> None:
    hand = opened("Download")
    hand.tap(description="More options")
    hand.tap("Sort by…")
    hand.tap("Size (largest first)")
    assert titles(hand)[0] == "manual.pdf"
    hand.phone.activities.force_stop(FILES)
    hand.open(FILES)
    assert titles(hand)[0] == "manual.pdf"


def test_grid_shows_the_same_files() -> None:
    hand = opened("Download")
    names = titles(hand)
    hand.tap(description="Grid view")
    assert titles(hand) == names
    assert hand.node(description="List view")


def test_search_goes_below_the_folder() -> None:
    hand = opened()
    hand.tap(description="Search")
    hand.type("budget")
    assert titles(hand) == ["budget_2023.csv"]


def test_drawer_gathers_pictures_and_opens_one() -> None:
    hand = Hand()
    hand.open(FILES)
    hand.tap(description="Show roots")
    hand.tap("Images")
    names = titles(hand)
    assert names and all(name.endswith(".png") for name in names)
    hand.tap(names[0])
    # The gallery shows pictures, too.
    assert hand.sees("Open with")
    hand.tap("Files")
    assert hand.phone.activities.top.class_name.endswith("ImageActivity")
    assert hand.node(description=names[0])


def test_text_opens_in_the_notes_app() -> None:
    hand = opened()
    hand.tap("aaa.txt")
    # Chrome shows plain text, too.
    assert hand.sees("Open with") and hand.sees("Chrome")
    hand.tap("Markor")
    assert hand.phone.activities.top.short == "net.gsantner.markor/.activity.DocumentActivity"
    assert hand.node("hello file")
    hand.back()
    assert hand.sees("aaa.txt")


def test_name_with_signs_of_addresses_opens_its_own_file() -> None:
    hand = opened()
    hand.phone.files.write(f"{SDCARD}/50%41 #1?.md", b"the right one")
    hand.tap("50%41 #1?.md")
    assert hand.node("the right one")
    hand.back()
    hand.long_press("50%41 #1?.md")
    hand.tap(description="More options")
    hand.tap("Get info")
    assert hand.sees("13 B")


def test_get_info_tells_size_and_place() -> None:
    hand = opened()
    hand.long_press("aaa.txt")
    hand.tap(description="More options")
    hand.tap("Get info")
    assert hand.sees("10 B") and hand.sees("TXT document") and hand.sees(SDCARD)


def test_file_written_by_adb_is_listed_at_once() -> None:
    hand = opened("Download")
    hand.phone.files.write(f"{SDCARD}/Download/AAA_new.zip", b"PK")
    assert "AAA_new.zip" in titles(hand)
