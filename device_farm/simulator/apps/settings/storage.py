"""Storage: how much of the phone is used, and by what kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from device_farm.simulator.apps.browsing import SDCARD, Entry, FileKind, size_text
from device_farm.simulator.apps.settings.pages import PACKAGE, Page, link_row
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.intents import MAIN, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

_CATEGORIES: tuple[tuple[str, str, tuple[FileKind, ...]], ...] = (
    ("Images", "image", ("image",)),
    ("Videos", "movie", ("video",)),
    ("Audio", "music_note", ("audio",)),
    ("Documents & other", "folder", ("document", "text", "archive", "app", "other")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageUse:
    """Bytes in use, by category of the shared storage and for the apps' own data."""

    total_bytes: int
    used_bytes: int
    apps_bytes: int
    system_bytes: int
    by_category: Mapping[str, int]


def storage_use(files: FileSystem) -> StorageUse:
    """Adds up the files as they are now."""
    totals = dict.fromkeys((name for name, _, _ in _CATEGORIES), 0)
    names = {kind: name for name, _, kinds in _CATEGORIES for kind in kinds}
    if files.is_dir(SDCARD):
        for path, stat in files.walk(SDCARD):
            if not files.is_dir(path):
                entry = Entry(
                    name=path.rpartition("/")[2],
                    path=path,
                    is_folder=False,
                    size_bytes=stat.size,
                    modified_s=stat.mtime_s,
                )
                totals[names[entry.kind]] += entry.size_bytes
    apps = files.tree_bytes("/data/data") if files.is_dir("/data/data") else 0
    system = max(0, files.used_bytes - apps - sum(totals.values()))
    return StorageUse(
        total_bytes=files.capacity_bytes,
        used_bytes=files.used_bytes,
        apps_bytes=apps,
        system_bytes=system,
        by_category=totals,
    )


def storage_summary(files: FileSystem) -> str:
    used = round(100 * files.used_bytes / files.capacity_bytes)
    return f"{used}% used - {size_text(files.free_bytes)} free"


class Storage(Page[None]):
    title = "Storage"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        use = storage_use(context.files)
        return (
            w.Column(
                (
                    w.Text(size_text(use.used_bytes), style="headline", resource_id=f"{PACKAGE}:id/usage_summary"),
                    w.Text(
                        f"{size_text(use.total_bytes)} total",
                        colour="on_surface_variant",
                        resource_id=f"{PACKAGE}:id/total_summary",
                    ),
                    w.Progress(use.used_bytes / use.total_bytes),
                ),
                gap=8,
                padding=(24, 12),
            ),
            link_row(
                context,
                "Apps",
                ".Settings$ManageApplicationsActivity",
                summary=size_text(use.apps_bytes),
                icon="apps",
            ),
            *(
                w.ListRow(name, size_text(use.by_category[name]), icon, on_tap=lambda: _browse(context))
                for name, icon, _ in _CATEGORIES
            ),
            w.ListRow("System", size_text(use.system_bytes), "settings"),
        )


def _browse(context: Context[None]) -> None:
    context.start(Intent(action=MAIN, package="com.google.android.documentsui"))
