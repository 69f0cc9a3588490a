"""Notes driven by taps: the files under Documents/Markor are the truth."""

from __future__ import annotations

from hand import Hand

from device_farm.simulator.apps.notes.options import NOTEBOOK, QUICKNOTE_PATH, TO_DO_PATH
from device_farm.simulator.intents import SEND, VIEW, Intent

MARKOR = "net.gsantner.markor"


def opened() -> Hand:
    hand = Hand()
    hand.open(MARKOR)
    return hand


def write(hand: Hand, name: str, text: str) -> None:
    hand.phone.files.write(f"{NOTEBOOK}/{name}", text.encode())


def read(hand: Hand, name: str) -> str:
    return hand.phone.files.read_text(f"{NOTEBOOK}/{name}")


def exists(hand: Hand, name: str) -> bool:
    return hand.phone.files.exists(f"{NOTEBOOK}/{name}")


def editor(hand: Hand) -> str:
    return hand.node(resource_id="highlighting_editor").text


def test_new_note_is_made_edited_and_saved() -> None:
    hand = opened()
    hand.tap(description="Create a new file or folder")
    hand.type("plans")
    hand.tap("OK")
    assert read(hand, "plans.md") == ""
    hand.tap(resource_id="highlighting_editor")
    hand.type("first line")
    hand.tap(description="Save")
    assert read(hand, "plans.md") == "first line"
    hand.type(" and more")
    hand.back()
    hand.back()
    assert read(hand, "plans.md") == "first line and more"
    assert hand.sees("plans.md")


def test_type_list_gives_the_ending() -> None:
    hand = opened()
    hand.tap(description="Create a new file or folder")
    hand.type("log")
    hand.back()
    hand.tap("Markdown")
    hand.tap("Plain Text")
    assert hand.node(resource_id="new_file_dialog__ext").text == ".txt"
    hand.tap("OK")
    assert exists(hand, "log.txt")


def test_ending_is_put_behind_any_name_and_remembered() -> None:
    hand = opened()
    hand.tap(description="Create a new file or folder")
    hand.type("done.md")
    hand.tap("OK")
    assert exists(hand, "done.md.md")
    hand.back()
    hand.back()
    hand.tap(description="Create a new file or folder")
    hand.tap("Markdown")
    hand.tap("None")
    hand.type("plain")
    hand.tap("OK")
    assert exists(hand, "plain")
    hand.back()
    hand.back()
    hand.tap(description="Create a new file or folder")
    assert hand.node(resource_id="new_file_dialog__ext").text == "" and hand.sees("None")


def test_new_folder_is_made_and_entered() -> None:
    hand = opened()
    hand.tap(description="Create a new file or folder")
    hand.type("Ideas")
    hand.tap("FOLDER")
    assert hand.phone.files.is_dir(f"{NOTEBOOK}/Ideas")
    hand.tap("Ideas")
    assert hand.sees("Empty directory")
    hand.back()
    assert hand.sees("Markor")


def test_existing_note_is_opened_not_replaced() -> None:
    hand = opened()
    write(hand, "keep.md", "old text")
    hand.tap(description="Create a new file or folder")
    hand.type("keep")
    hand.tap("OK")
    assert editor(hand) == "old text"
    assert read(hand, "keep.md") == "old text"


def test_rename_by_long_press() -> None:
    hand = opened()
    write(hand, "aaa.md", "text")
    hand.long_press("aaa.md")
    hand.tap(description="Rename")
    hand.fill("bbb.md", resource_id="new_name")
    hand.tap("OK")
    assert exists(hand, "bbb.md") and not exists(hand, "aaa.md")
    assert hand.sees("bbb.md")


def test_delete_asks_and_takes_all_selected() -> None:
    hand = opened()
    write(hand, "aaa.md", "1")
    write(hand, "aab.md", "2")
    hand.long_press("aaa.md")
    hand.tap("aab.md")
    assert hand.sees("2 selected")
    hand.tap(description="Delete")
    hand.tap("CANCEL")
    assert exists(hand, "aaa.md")
    hand.tap(description="Delete")
    hand.tap("OK")
    assert not exists(hand, "aaa.md") and not exists(hand, "aab.md")


def test_move_and_copy_to_a_folder() -> None:
    hand = opened()
    write(hand, "aaa.md", "text")
    hand.long_press("aaa.md")
    hand.tap(description="More options")
    hand.tap("Copy")
    hand.tap("Office")
    hand.tap("SELECT THIS FOLDER")
    assert exists(hand, "aaa.md") and exists(hand, "Office/aaa.md")
    hand.long_press("aaa.md")
    hand.tap(description="More options")
    hand.tap("Move")
    hand.tap("Places")
    hand.tap("SELECT THIS FOLDER")
    assert not exists(hand, "aaa.md") and read(hand, "Places/aaa.md") == "text"


def test_undo_and_redo_bring_texts_back() -> None:
    hand = opened()
    write(hand, "aaa.md", "one")
    hand.tap("aaa.md")
    hand.tap(resource_id="highlighting_editor")
    hand.type(" two")
    hand.type(" three")
    hand.tap(description="Undo")
    assert editor(hand) == "one two"
    hand.tap(description="Redo")
    assert editor(hand) == "one two three"
    hand.tap(description="Save")
    assert read(hand, "aaa.md") == "one two three"


def test_file_without_ending_opens_as_text() -> None:
    hand = opened()
    write(hand, "aaa", "words")
    hand.tap("aaa")
    assert editor(hand) == "words"


def test_document_is_shared_from_its_menu() -> None:
    hand = opened()
    write(hand, "aaa.md", "for you")
    hand.tap("aaa.md")
    hand.tap(description="More options")
    hand.tap("Share")
    hand.tap("Plain Text")
    assert hand.sees("Sharing text") and hand.sees("for you")
    hand.tap("SMS Messenger")
    hand.type("+15550001111")
    hand.tap(resource_id="new_conversation_confirm")
    assert hand.node(resource_id="thread_type_message").text == "for you"


def test_first_start_goes_through_introduction_and_access() -> None:
    hand = opened()
    hand.phone.packages.clear(MARKOR)
    hand.open(MARKOR)
    for _ in range(4):
        hand.tap("NEXT")
    hand.tap("DONE")
    hand.tap("OK")
    hand.tap("Allow access to manage all files")
    hand.back()
    assert hand.sees("Create a new file or folder")


def test_sort_menu_changes_the_order_and_lasts() -> None:
    hand = opened()
    write(hand, "big.txt", "x" * 9000)
    hand.tap(description="Sort by")
    hand.tap("Size")
    hand.tap(description="Sort by")
    hand.tap("Reverse order")
    names = [node.text for node in hand.nodes(lambda node: node.resource_id.endswith("item__title"))]
    assert names[4] == "big.txt"
    hand.phone.reboot()
    hand.open(MARKOR)
    again = [node.text for node in hand.nodes(lambda node: node.resource_id.endswith("item__title"))]
    assert again == names


def test_search_finds_notes_in_folders() -> None:
    hand = opened()
    hand.tap(description="Search")
    hand.type("lisb")
    hand.tap("lisbon.md")
    assert "Tram 28" in editor(hand)


def test_preview_shows_markdown_without_marks() -> None:
    hand = opened()
    write(hand, "aaa.md", "# Title\n\n- [ ] **bold** task\n")
    hand.tap("aaa.md")
    hand.tap(description="View mode")
    assert hand.sees("Title") and hand.sees("bold task")
    hand.tap(description="Edit mode")
    assert editor(hand).startswith("# Title")


def test_search_in_the_document_lists_lines() -> None:
    hand = opened()
    write(hand, "aaa.md", "alpha\nbeta\nalphabet\n")
    hand.tap("aaa.md")
    hand.tap(description="Search")
    hand.type("alpha")
    assert hand.sees("2 results") and hand.sees("Line 3")


def test_marks_are_put_at_the_start_of_the_line() -> None:
    hand = opened()
    write(hand, "aaa.md", "")
    hand.tap("aaa.md")
    hand.tap(resource_id="highlighting_editor")
    hand.type("milk")
    hand.tap(description="Check list")
    hand.tap(description="Save")
    assert read(hand, "aaa.md") == "- [ ] milk"


def test_todo_and_quicknote_are_files() -> None:
    hand = opened()
    hand.tap("To-Do")
    assert editor(hand) == hand.phone.files.read_text(TO_DO_PATH)
    hand.tap("QuickNote")
    hand.tap(resource_id="highlighting_editor")
    hand.type("remember")
    hand.back()
    hand.tap("Files")
    assert hand.phone.files.read_text(QUICKNOTE_PATH) == "remember"


def test_home_saves_what_was_typed() -> None:
    hand = opened()
    write(hand, "aaa.md", "start")
    hand.tap("aaa.md")
    hand.tap(resource_id="highlighting_editor")
    hand.phone.input.key(123)
    hand.type("!")
    hand.phone.input.key(3)
    assert read(hand, "aaa.md") == "start!"


def test_change_on_disk_shows_while_nothing_was_typed() -> None:
    hand = opened()
    write(hand, "aaa.md", "old")
    hand.tap("aaa.md")
    write(hand, "aaa.md", "new")
    assert editor(hand) == "new"
    hand.back()
    assert read(hand, "aaa.md") == "new"


def test_typed_text_wins_over_a_change_on_disk() -> None:
    hand = opened()
    write(hand, "aaa.md", "old")
    hand.tap("aaa.md")
    hand.tap(resource_id="highlighting_editor")
    hand.phone.input.key(123)
    hand.type("er")
    write(hand, "aaa.md", "other")
    hand.tap(description="Save")
    assert read(hand, "aaa.md") == "older"


def test_view_and_send_intents() -> None:
    hand = Hand()
    hand.phone.activities.start(Intent(action=VIEW, data=f"file://{TO_DO_PATH}", type="text/plain", package=MARKOR))
    assert editor(hand) == hand.phone.files.read_text(TO_DO_PATH)
    hand.phone.activities.start(
        Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": "shared words"})
    )
    hand.tap("Markor")
    hand.tap("Add to QuickNote")
    assert hand.phone.files.read_text(QUICKNOTE_PATH) == "shared words\n"


def test_file_pushed_by_adb_is_listed() -> None:
    hand = opened()
    write(hand, "AAA_pushed.txt", "x")
    assert hand.sees("AAA_pushed.txt")
