"""The file tree against a real temporary directory: the same operations give the same results and the same tree."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from device_farm.simulator.clock import VirtualClock
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError

NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
DATA = st.binary(max_size=8)


class FileTreeModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.real = Path(tempfile.mkdtemp())
        self.files = FileSystem(VirtualClock())
        self.files.mkdir("/t")
        self.snapshots: list[tuple[FileSystem, dict[str, bytes | None]]] = []

    def teardown(self) -> None:
        shutil.rmtree(self.real)

    def both(self, ours: object, theirs: object) -> None:
        """Runs both; they succeed together or fail with the same errno."""
        assert callable(ours) and callable(theirs)
        ours_error = theirs_error = ""
        try:
            theirs()
        except OSError as error:
            theirs_error = errno.errorcode[error.errno or 0]
        try:
            ours()
        except FileSystemError as error:
            ours_error = error.errno_name
        assert ours_error == theirs_error

    @rule(path=PATHS, data=DATA)
    def write(self, path: str, data: bytes) -> None:
        self.both(lambda: self.files.write(f"/t/{path}", data), lambda: (self.real / path).write_bytes(data))

    @rule(path=PATHS, data=DATA)
    def append(self, path: str, data: bytes) -> None:
        def append_to_file() -> None:
            with (self.real / path).open("ab") as stream:
                stream.write(data)

        self.both(lambda: self.files.append(f"/t/{path}", data), append_to_file)

    @rule(path=PATHS)
    def mkdir(self, path: str) -> None:
        self.both(lambda: self.files.mkdir(f"/t/{path}"), lambda: (self.real / path).mkdir())

    @rule(path=PATHS)
    def remove(self, path: str) -> None:
        self.both(lambda: self.files.remove(f"/t/{path}"), lambda: (self.real / path).unlink())

    @rule(path=PATHS)
    def rmdir(self, path: str) -> None:
        self.both(lambda: self.files.rmdir(f"/t/{path}"), lambda: (self.real / path).rmdir())

    @rule(old=PATHS, new=PATHS)
    def rename(self, old: str, new: str) -> None:
        # The kernel may look at either path first; where both are wrong, the errors may differ.
        if (self.real / old).exists() and (self.real / new).parent.is_dir():
            if (self.real / old).is_dir() and old != new and f"{old}/".startswith(f"{new}/"):
                return
            self.both(
                lambda: self.files.rename(f"/t/{old}", f"/t/{new}"),
                lambda: os.rename(self.real / old, self.real / new),
            )

    @rule()
    def fork(self) -> None:
        self.snapshots.append((self.files.fork(), self.tree_on_disk()))

    def tree_on_disk(self) -> dict[str, bytes | None]:
        return {
            str(path.relative_to(self.real)): path.read_bytes() if path.is_file() else None
            for path in self.real.rglob("*")
        }

    @staticmethod
    def tree(files: FileSystem) -> dict[str, bytes | None]:
        return {
            path.removeprefix("/t/"): files.read(path) if status.is_file else None
            for path, status in files.walk("/t")
            if path != "/t"
        }

    @invariant()
    def trees_agree(self) -> None:
        assert self.tree(self.files) == self.tree_on_disk()

    @invariant()
    def forks_never_change(self) -> None:
        for files, tree in self.snapshots[-3:]:
            assert self.tree(files) == tree

    @invariant()
    def used_space_is_the_sum_of_all_files(self) -> None:
        total = sum(status.size for _, status in self.files.walk("/t") if status.is_file)
        assert self.files.used_bytes - self.files.base_used_bytes == total


TestFileTreeModel = FileTreeModel.TestCase
TestFileTreeModel.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
