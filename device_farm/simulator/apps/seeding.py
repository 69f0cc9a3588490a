"""Seeded content comes once in a phone's life: clearing an app's data empties it, as on a real phone."""

from __future__ import annotations

from collections.abc import Mapping

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.toolkit.app import AppContext

_OLDEST_S = 8 * 7 * 86400
_MARKS = "/data/vendor/simulator/seeded"


def write_seeded(context: AppContext, contents: Mapping[str, bytes]) -> None:
    """Writes seeded files with times of the last eight weeks, so that they have an order by date."""
    generator = context.random("times")
    for path, data in contents.items():
        save_file(context.files, path, data)
        context.files.touch(path, mtime_s=context.now_s - generator.randrange(3600, _OLDEST_S))


def first_start(context: AppContext) -> bool:
    """True at the first call for this package since the factory image; leaves a mark."""
    mark = f"{_MARKS}/{context.package}"
    if context.files.exists(mark):
        return False
    save_file(context.files, mark, b"")
    return True
