"""Seeded content comes once in a phone's life: clearing an app's data empties it, as on a real phone."""

from __future__ import annotations

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.toolkit.app import AppContext

_MARKS = "/data/vendor/simulator/seeded"


def first_start(context: AppContext) -> bool:
    """True at the first call for this package since the factory image; leaves a mark."""
    mark = f"{_MARKS}/{context.package}"
    if context.files.exists(mark):
        return False
    save_file(context.files, mark, b"")
    return True
