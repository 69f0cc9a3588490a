"""One prepared SDK for all tests that only start phones from it, and fresh ones for those that spoil it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulator.rig import Rig, make_rig, need_adb, save_snapshot


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The console's token and the adb key are this test's own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("ANDROID_SDK_ROOT", "ANDROID_HOME", "ANDROID_AVD_HOME", "ANDROID_USER_HOME", "ANDROID_EMULATOR_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SDK whose virtual device has the snapshot `farm`."""
    need_adb()
    folder = tmp_path_factory.mktemp("prepared")
    rig = make_rig(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(rig.home))
        asyncio.run(save_snapshot(rig.config()))
    return folder


@pytest.fixture
def rig(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """A copy of the prepared SDK, free to be spoilt."""
    made = make_rig(tmp_path)
    shutil.copytree(prepared / "sdk" / "avd" / "farm.avd" / "snapshots", made.avd / "snapshots")
    monkeypatch.setenv("HOME", str(made.home))
    return made


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rig]:
    """Makes an SDK without a snapshot; keyword arguments lie over the AVD's config."""

    def make(**config: str) -> Rig:
        made = make_rig(tmp_path, **config)
        monkeypatch.setenv("HOME", str(made.home))
        return made

    return make
