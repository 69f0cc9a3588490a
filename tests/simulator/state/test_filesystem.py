from __future__ import annotations

import pickle

import pytest

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.system_image import build_files


@pytest.fixture
def files() -> FileSystem:
    return build_files(VirtualClock())


def error_name(call: object, *arguments: object, **named: object) -> str:
    assert callable(call)
    with pytest.raises(FileSystemError) as caught:
        call(*arguments, **named)
    return caught.value.errno_name


def test_files_written_are_read_back_with_time_and_mode(files: FileSystem) -> None:
    files.clock.advance(60)
    files.write("/data/local/tmp/a", b"hello", mode=0o600)
    status = files.stat("/data/local/tmp/a")
    assert files.read("/data/local/tmp/a") == b"hello"
    assert (status.size, status.mode, status.mtime_s) == (5, 0o100600, files.clock.now_s())


@pytest.mark.parametrize(
    "alias",
    ["/sdcard", "/storage/self/primary", "/storage/emulated/0", "/data/media/0", "/mnt/sdcard", "/mnt/user/0/primary"],
)
def test_shared_storage_is_one_tree_under_every_alias(files: FileSystem, alias: str) -> None:
    files.write(f"{alias}/Download/x.txt", b"1")
    assert files.read("/sdcard/Download/x.txt") == b"1"
    assert files.realpath(f"{alias}/Download/x.txt") == "/storage/emulated/0/Download/x.txt"


@pytest.mark.parametrize(
    ("method", "arguments", "expected"),
    [
        ("read", ("/data/none",), "ENOENT"),
        ("read", ("/data",), "EISDIR"),
        ("read", ("/data/f/x",), "ENOTDIR"),
        ("read", ("",), "ENOENT"),
        ("list", ("/data/f",), "ENOTDIR"),
        ("write", ("/data/none/x", b""), "ENOENT"),
        ("write", ("/data", b""), "EISDIR"),
        ("write", ("/system/x", b""), "EROFS"),
        ("write", ("/x", b""), "EROFS"),
        ("write", (f"/data/{'n' * 256}", b""), "ENAMETOOLONG"),
        ("write", ("/data/a\udcff", b""), "EINVAL"),
        ("mkdir", ("/data",), "EEXIST"),
        ("mkdir", ("/data/a/b",), "ENOENT"),
        ("remove", ("/data/none",), "ENOENT"),
        ("remove", ("/none",), "ENOENT"),
        ("remove", ("/data/local",), "EISDIR"),
        ("rmdir", ("/data/local",), "ENOTEMPTY"),
        ("rmdir", ("/data/f",), "ENOTDIR"),
        ("rename", ("/data/none", "/data/x"), "ENOENT"),
        ("rename", ("/data/local", "/data/local/tmp/x"), "EINVAL"),
        ("rename", ("/data/f", "/data/local"), "EISDIR"),
        ("rename", ("/data/local", "/data/f"), "ENOTDIR"),
        ("rename", ("/data/app", "/data/local"), "ENOTEMPTY"),
        ("copy", ("/data/local", "/data/copy"), "EISDIR"),
        ("readlink", ("/data/f",), "EINVAL"),
        ("read", ("/data/loop",), "ELOOP"),
        ("chmod", ("/data/none", 0o644), "ENOENT"),
    ],
)
def test_file_operations_fail_as_on_linux(
    files: FileSystem, method: str, arguments: tuple[object, ...], expected: str
) -> None:
    files.write("/data/f", b"")
    files.symlink("/data/loop", "/data/loop")
    before = files.root
    assert error_name(getattr(files, method), *arguments) == expected
    assert files.root is before


def test_mount_points_can_be_emptied_but_not_removed(files: FileSystem) -> None:
    assert error_name(files.remove, "/sdcard/", recursive=True) == "EBUSY"
    assert files.list("/sdcard") == []
    assert error_name(files.rmdir, "/storage/emulated/0") == "EBUSY"
    assert error_name(files.rename, "/storage/emulated/0", "/data/x") == "EBUSY"
    files.write("/sdcard/again", b"1")


def test_file_system_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(FileSystemError("ENOSPC", "/data/x")))
    assert (error.errno_name, error.path, error.reason) == ("ENOSPC", "/data/x", "No space left on device")


def test_fork_shares_everything_and_changes_nothing(files: FileSystem) -> None:
    files.write("/sdcard/a", b"1")
    twin = files.fork()
    assert twin.root is files.root
    twin.write("/sdcard/a", b"2")
    twin.remove("/sdcard/Music", recursive=True)
    assert files.read("/sdcard/a") == b"1"
    assert files.is_dir("/sdcard/Music")


def test_restore_brings_the_tree_back_in_place(files: FileSystem) -> None:
    state = files.snapshot()
    files.write("/sdcard/a", b"1")
    files.capacity_bytes = 0
    files.restore(state)
    assert not files.exists("/sdcard/a")
    assert files.free_bytes > 0


def test_full_disk_refuses_data_and_keeps_what_is_there(files: FileSystem) -> None:
    files.write("/sdcard/keep", b"12345")
    files.capacity_bytes = files.used_bytes + 10
    assert error_name(files.write, "/sdcard/big", b"x" * 11) == "ENOSPC"
    assert error_name(files.append, "/sdcard/keep", b"x" * 11) == "ENOSPC"
    files.write("/sdcard/small", b"x" * 10)
    assert error_name(files.write, "/sdcard/another", b"") == "ENOSPC"
    files.rename("/sdcard/small", "/sdcard/renamed")
    files.remove("/sdcard/renamed")
    assert files.read("/sdcard/keep") == b"12345"
    assert files.free_bytes == 10


def test_sparse_file_takes_space_but_no_memory(files: FileSystem) -> None:
    files.write("/data/big", b"ab")
    used = files.used_bytes
    files.set_size("/data/big", 3_000_000_000)
    assert files.used_bytes - used == 2_999_999_998
    assert error_name(files.read, "/data/big") == "EFBIG"
    files.set_size("/data/big", 4)
    assert files.read("/data/big") == b"ab\0\0"


def test_copy_shares_data_and_keeps_structure(files: FileSystem) -> None:
    files.mkdir("/data/a/b", parents=True)
    files.write("/data/a/b/f", b"data")
    files.copy("/data/a", "/data/c", recursive=True)
    files.write("/data/a/b/f", b"other")
    assert files.read("/data/c/b/f") == b"data"
    assert files.tree_bytes("/data/c") == 4


def test_glob_and_walk_are_sorted_and_hide_dot_files(files: FileSystem) -> None:
    for name in ("b.txt", "a.txt", ".hidden.txt", "c.md"):
        files.write(f"/sdcard/Documents/{name}", b"")
    assert files.glob("/sdcard/Documents/*.txt") == ["/sdcard/Documents/a.txt", "/sdcard/Documents/b.txt"]
    assert files.glob("/sdcard/Documents/.*") == ["/sdcard/Documents/.hidden.txt"]
    assert files.glob("/sdcard/Docu*/[!ab]*") == ["/sdcard/Documents/c.md"]
    paths = [path for path, _ in files.walk("/storage/emulated/0/Documents")]
    assert paths == sorted(paths)


def test_a_directorys_time_is_that_of_its_last_entry_made_or_removed(files: FileSystem) -> None:
    files.mkdir("/data/d")
    made_s = files.clock.now_s()
    files.clock.advance(10)
    files.write("/data/d/f", b"")
    entered_s = files.clock.now_s()
    files.clock.advance(10)
    files.write("/data/d/f", b"more")
    assert made_s < files.stat("/data/d").mtime_s == entered_s < files.stat("/data/d/f").mtime_s


def test_root_changes_identity_with_every_change_only(files: FileSystem) -> None:
    before = files.root
    files.list("/sdcard")
    assert files.root is before
    files.touch("/sdcard/x")
    assert files.root is not before
