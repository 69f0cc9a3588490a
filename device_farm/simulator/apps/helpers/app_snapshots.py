"""AndroidWorld's app snapshots: copies of the apps' data that its set-up leaves behind and its tasks put back."""

from __future__ import annotations

from typing import Final

from device_farm.simulator.filesystem import FileSystem

FOLDER: Final = "/data/data/android_world/snapshots"

PACKAGES: Final = (
    "ca.zgrs.clipper",
    "code.name.monkey.retromusic",
    "com.android.camera2",
    "com.android.chrome",
    "com.android.settings",
    "com.arduia.expense",
    "com.dimowner.audiorecorder",
    "com.example.androidworld",
    "com.flauschcode.broccoli",
    "com.google.android.contacts",
    "com.google.android.deskclock",
    "com.google.android.dialer",
    "com.google.android.documentsui",
    "com.google.androidenv.miniwob",
    "com.simplemobiletools.calendar.pro",
    "com.simplemobiletools.draw.pro",
    "com.simplemobiletools.gallery.pro",
    "com.simplemobiletools.smsmessenger",
    "de.dennisguse.opentracks",
    "net.cozic.joplin",
    "net.gsantner.markor",
    "net.osmand",
    "org.tasks",
    "org.videolan.vlc",
)
"""The apps that AndroidWorld sets up."""


def save_app_snapshots(files: FileSystem) -> None:
    """Copies the data of the packages that are there; the copies share their content with the originals."""
    files.mkdir(FOLDER, parents=True)
    for package in PACKAGES:
        data = f"/data/data/{package}"
        if files.is_dir(data):
            files.copy(data, f"{FOLDER}/{package}", recursive=True, preserve=True)
