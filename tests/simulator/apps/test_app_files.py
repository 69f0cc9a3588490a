"""What notes and files share: names, order, sizes, preferences, Markdown, file operations."""

from __future__ import annotations

import random
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.simulator.apps.browsing import Entry, file_uri, free_name, mimetype_of, ordered, path_of, size_text
from device_farm.simulator.apps.file_actions import (
    delete_entries,
    entries_below,
    entries_of,
    make_folder,
    rename_entry,
    transfer_entries,
)
from device_farm.simulator.apps.files.seed import seeded_files
from device_farm.simulator.apps.notes.filetypes import is_text_name, split_extension, usable_name, word_counts
from device_farm.simulator.apps.notes.markdown import Block, parse_markdown, plain
from device_farm.simulator.apps.notes.seed import seeded_notes
from device_farm.simulator.apps.preferences import PreferenceValue, decode_preferences, encode_preferences
from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.system_image import build_files

ROOT = "/storage/emulated/0/Documents"


def fresh_files() -> FileSystem:
    files = build_files(VirtualClock())
    files.mkdir(f"{ROOT}/a")
    files.mkdir(f"{ROOT}/b")
    files.write(f"{ROOT}/a/one.txt", b"one")
    files.write(f"{ROOT}/two.md", b"two two")
    return files


def entry(name: str, size: int = 0, modified: float = 0.0, folder: bool = False) -> Entry:
    return Entry(name=name, path=f"/{name}", is_folder=folder, size_bytes=size, modified_s=modified)


def test_order_puts_folders_first_and_breaks_ties_by_name() -> None:
    entries = (entry("b.txt", 5), entry("A.md", 5), entry("z", folder=True), entry("c", 1, 9.0))
    assert [item.name for item in ordered(entries, "name")] == ["z", "A.md", "b.txt", "c"]
    assert [item.name for item in ordered(entries, "size", reverse=True)] == ["z", "A.md", "b.txt", "c"]
    assert next(item.name for item in ordered(entries, "date", reverse=True, folders_first=False)) == "c"
    assert [item.name for item in ordered(entries, "name", reverse=True, folders_first=False)] == [
        "z",
        "c",
        "b.txt",
        "A.md",
    ]


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (900, "900 B"), (901, "0.90 kB"), (12_345, "12.3 kB"), (5_000_000, "5.00 MB")]
)
def test_size_text_uses_decimal_units(size: int, text: str) -> None:
    assert size_text(size) == text


def test_free_name_counts_before_the_ending() -> None:
    taken = {"a.txt", "a (1).txt", "folder"}
    assert free_name("a.txt", taken.__contains__) == "a (2).txt"
    assert free_name("folder", taken.__contains__) == "folder (1)"
    assert free_name("new.md", taken.__contains__) == "new.md"


def test_mimetypes_follow_the_ending() -> None:
    assert [mimetype_of(name) for name in ("a.MD", "b.png", "c", ".hidden")] == [
        "text/markdown",
        "image/png",
        "application/octet-stream",
        "application/octet-stream",
    ]


@given(st.text(max_size=20))
def test_path_comes_back_from_its_address(name: str) -> None:
    assert path_of(file_uri(f"/sdcard/{name}")) == f"/sdcard/{name}"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///sdcard/a b#1.md", "/sdcard/a b#1.md"),
        ("/sdcard/a.md", "/sdcard/a.md"),
        ("content://media/1", ""),
        ("", ""),
    ],
)
def test_path_of_an_address_from_outside(uri: str, path: str) -> None:
    assert path_of(uri) == path


def test_transfer_moves_copies_and_avoids_taken_names() -> None:
    files = fresh_files()
    assert transfer_entries(files, [f"{ROOT}/two.md"], f"{ROOT}/a", move=False) == ""
    assert transfer_entries(files, [f"{ROOT}/two.md"], f"{ROOT}/a", move=True) == ""
    assert sorted(files.list(f"{ROOT}/a")) == ["one.txt", "two (1).md", "two.md"]
    assert not files.exists(f"{ROOT}/two.md")


def test_transfer_refuses_a_folder_into_itself() -> None:
    files = fresh_files()
    assert "itself" in transfer_entries(files, [f"{ROOT}/a"], f"{ROOT}/a", move=True)
    assert files.exists(f"{ROOT}/a/one.txt")


def test_move_into_the_same_folder_changes_nothing() -> None:
    files = fresh_files()
    assert transfer_entries(files, [f"{ROOT}/two.md"], ROOT, move=True) == ""
    assert files.exists(f"{ROOT}/two.md")


def test_rename_and_new_folder_refuse_taken_names() -> None:
    files = fresh_files()
    assert rename_entry(files, f"{ROOT}/a", "b") == "b already exists"
    assert make_folder(files, ROOT, "a") == "a already exists"
    assert rename_entry(files, f"{ROOT}/a", "c") == ""
    assert files.exists(f"{ROOT}/c/one.txt")


def test_delete_takes_whole_folders_and_names_what_is_missing() -> None:
    files = fresh_files()
    assert delete_entries(files, [f"{ROOT}/a"]) == ""
    assert "No such file" in delete_entries(files, [f"{ROOT}/a"])


def test_entries_hide_dot_files_and_are_found_below() -> None:
    files = fresh_files()
    files.write(f"{ROOT}/.hidden", b"")
    assert [item.name for item in entries_of(files, ROOT)] == ["a", "b", "two.md"]
    assert len(entries_of(files, ROOT, hidden=True)) == 4
    assert [item.path for item in entries_below(files, ROOT, "ONE")] == [f"{ROOT}/a/one.txt"]
    assert entries_of(files, f"{ROOT}/gone") == ()


@pytest.mark.parametrize(
    ("entered", "name"), [(" a ", "a"), ("a/b", "a_b"), ("..", ""), ("", ""), ("Q: what?", "Q_ what_")]
)
def test_usable_name_replaces_what_a_name_cannot_hold(entered: str, name: str) -> None:
    assert usable_name(entered) == name


@given(st.text(max_size=30))
def test_usable_name_is_one_path_component(entered: str) -> None:
    name = usable_name(entered)
    assert "/" not in name and name not in (".", "..")
    assert not name or PurePosixPath(name).name == name


def test_note_names() -> None:
    assert split_extension("a.b.md") == ("a.b", ".md")
    assert split_extension(".hidden") == (".hidden", "")
    assert is_text_name("X.TXT") and not is_text_name("x.png")
    assert word_counts("a b\nc") == (2, 3, 5) and word_counts("") == (0, 0, 0)


def test_markdown_blocks() -> None:
    source = "# Title #\nline one\nline *two*\n\n- [x] done\n  - [ ] open\n3. three\n> said\n---\n```\nx = 1\n"
    assert parse_markdown(source) == (
        Block(kind="heading", text="Title", level=1),
        Block(kind="text", text="line one line two"),
        Block(kind="checked", text="done"),
        Block(kind="unchecked", text="open", level=1),
        Block(kind="number", text="three", number=3),
        Block(kind="quote", text="said"),
        Block(kind="rule"),
        Block(kind="code", text="x = 1"),
    )


def test_plain_removes_inline_marks() -> None:
    assert plain("**bold** _it_ `code` ~~gone~~ [link](http://x) ![pic](y) snake_case_name 2*3*4") == (
        "bold it code gone link pic snake_case_name 2*3*4"
    )


@given(st.text(max_size=200))
def test_markdown_takes_any_text(source: str) -> None:
    assert all(isinstance(block, Block) for block in parse_markdown(source))


_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=12)


@given(
    st.dictionaries(
        st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=8),
        st.one_of(st.booleans(), st.integers(-(2**40), 2**40), _TEXT, st.frozensets(_TEXT, max_size=3)),
        max_size=5,
    )
)
def test_preferences_come_back_as_they_went(values: dict[str, PreferenceValue]) -> None:
    assert decode_preferences(encode_preferences(values)) == values


def test_broken_preferences_read_as_empty() -> None:
    assert decode_preferences(b"<map><int") == {}
    assert decode_preferences(b'<map><int name="a" value="x"/></map>') == {"a": 0}


def test_seeded_files_and_notes_follow_from_the_seed() -> None:
    assert seeded_files(random.Random(5)) == seeded_files(random.Random(5)) != seeded_files(random.Random(6))
    assert seeded_notes(random.Random(5)) == seeded_notes(random.Random(5))
    assert all(
        data.startswith(b"\x89PNG") for path, data in seeded_files(random.Random(5)).items() if path.endswith("png")
    )
