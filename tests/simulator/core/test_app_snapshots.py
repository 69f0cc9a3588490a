"""A new phone carries AndroidWorld's snapshots of its apps' data, and restoring one undoes what was changed."""

from __future__ import annotations

from device_farm.simulator.apps.helpers.app_snapshots import FOLDER, PACKAGES
from device_farm.simulator.phone import SimulatedPhone


def _digest(phone: SimulatedPhone, folder: str) -> list[tuple[str, int, int, bytes]]:
    return [
        (path.removeprefix(folder), stat.mode, stat.uid, phone.files.read(path) if stat.is_file else b"")
        for path, stat in phone.files.walk(folder)
    ]


def test_each_app_of_the_set_up_is_there_with_a_snapshot_equal_to_its_data() -> None:
    phone = SimulatedPhone.boot(seed=3)
    assert [package for package in PACKAGES if phone.packages.get(package) is None] == []
    for package in PACKAGES:
        assert _digest(phone, f"{FOLDER}/{package}") == _digest(phone, f"/data/data/{package}")


def test_snapshots_share_their_content_with_the_data() -> None:
    phone = SimulatedPhone.boot(seed=3)
    for path, stat in phone.files.walk(FOLDER):
        if stat.is_file:
            original = path.replace(FOLDER, "/data/data")
            assert phone.files.read(path) is phone.files.read(original)
