"""Folders that a killed farm leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from device_farm.desktop import leftovers
from device_farm.desktop.leftovers import HeldFolder, sweep

MAKE = """
import sys, time
from pathlib import Path
from device_farm.desktop.leftovers import HeldFolder
held = HeldFolder("farm-x-", Path(sys.argv[1]))
(held.path / "disk").write_bytes(b"x")
print(held.path, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _old_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_YOUNG_S", 0.0)


def test_folder_goes_with_the_death_of_its_maker_and_not_before(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", MAKE, str(tmp_path)], stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        path = Path(maker.stdout.readline().strip())
        sweep("farm-x-", tmp_path)
        assert (path / "disk").exists()
        maker.kill()
        maker.wait()
        sweep("farm-x-", tmp_path)
        assert not path.exists()


def test_other_names_files_links_and_young_folders_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "farm-x-file").write_text("x")
    (tmp_path / "farm-x-link").symlink_to(tmp_path / "other")
    sweep("farm-x-", tmp_path)
    monkeypatch.setattr(leftovers, "_YOUNG_S", 60.0)
    (tmp_path / "farm-x-young").mkdir()
    sweep("farm-x-", tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["farm-x-file", "farm-x-link", "farm-x-young", "other"]


def test_folder_of_this_process_is_held_until_it_is_removed(tmp_path: Path) -> None:
    held = HeldFolder("farm-x-", tmp_path)
    sweep("farm-x-", tmp_path)
    assert held.path.is_dir() and held.path.stat().st_mode & 0o777 == 0o700
    held.remove()
    held.remove()
    assert list(tmp_path.iterdir()) == []
