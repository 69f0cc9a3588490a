"""Records on the phone, and the preferences of the recorder under the real app's keys."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from device_farm.simulator.apps.file_actions import entries_of
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.preferences import PreferenceValue
from device_farm.simulator.apps.recorder.sound import SAMPLE_RATES, Format, SoundSpec, duration_s, silence
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.toolkit.app import AppContext

PACKAGE: Final = "com.dimowner.audiorecorder"
RECORDS: Final = f"/storage/emulated/0/Android/data/{PACKAGE}/files/Music/records"
FORMATS: Final[tuple[Format, ...]] = ("m4a", "wav", "3gp")
_PREFERENCES: Final = f"{PACKAGE}.data.PrefsImpl"

NAMINGS: Final = ("record", "date", "timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A recording; `created_s` is Unix time."""

    name: str
    path: str
    size_bytes: int
    length_s: float
    created_s: float

    @property
    def format(self) -> str:
        return self.path.rpartition(".")[2]


class RecorderStore:
    """The recorder's files and settings, read anew at each call."""

    def __init__(self, context: AppContext) -> None:
        self._files = context.files
        self._preferences = PreferenceStore(context.files, PACKAGE, _PREFERENCES)

    # Settings

    @property
    def first_run(self) -> bool:
        return self._preferences.flag("is_first_run", True)

    def end_first_run(self) -> None:
        self._preferences.put(is_first_run=False, is_store_dir_public=False, is_migrated=True)

    @property
    def asks_for_name(self) -> bool:
        return self._preferences.flag("is_ask_rename_after_stop_recording", True)

    @property
    def naming(self) -> str:
        return self._preferences.text("setting_naming_format", NAMINGS[0])

    @property
    def spec(self) -> SoundSpec:
        kind = self._preferences.text("setting_recording_format", "m4a")
        rate = self._preferences.number("setting_sample_rate", 44100)
        return SoundSpec(
            format=next((known for known in FORMATS if known == kind), "m4a"),
            sample_rate_hz=rate if rate in SAMPLE_RATES else 44100,
            bit_rate_bps=self._preferences.number("setting_bitrate", 128000),
            channels=1 if self._preferences.number("setting_channel_count", 2) == 1 else 2,
        )

    def put(self, **values: PreferenceValue) -> None:
        self._preferences.put(**values)

    def flag(self, key: str) -> bool:
        return self._preferences.flag(key)

    def reset(self) -> None:
        self.put(
            setting_naming_format=NAMINGS[0],
            setting_recording_format="m4a",
            setting_sample_rate=44100,
            setting_bitrate=128000,
            setting_channel_count=2,
        )

    # Records

    def records(self) -> tuple[Record, ...]:
        """Newest first; what is not a sound file is left out."""
        found = [
            Record(
                name=entry.name.rpartition(".")[0],
                path=entry.path,
                size_bytes=entry.size_bytes,
                length_s=duration_s(self._files.read(entry.path)),
                created_s=entry.modified_s,
            )
            for entry in entries_of(self._files, RECORDS)
            if not entry.is_folder and entry.name.rpartition(".")[2].lower() in FORMATS
        ]
        return tuple(sorted(found, key=lambda record: (-record.created_s, record.name)))

    def active(self) -> Record | None:
        """The record that the main screen shows: the one chosen last, else the newest."""
        records = self.records()
        chosen = self._preferences.text("active_record")
        return next((record for record in records if record.path == chosen), records[0] if records else None)

    def choose(self, path: str) -> None:
        self.put(active_record=path)

    def free_name(self, now: datetime) -> str:
        """The name of the next record without its ending."""
        match self.naming:
            case "date":
                name = f"{now:%Y-%m-%d_%H-%M-%S}"
            case "timestamp":
                name = str(int(now.timestamp() * 1000))
            case _:
                name = f"Record-{self._preferences.number('record_counter') + 1}"
        return name if not self._taken(name) else self._numbered(name)

    def _numbered(self, name: str) -> str:
        number = 1
        while self._taken(f"{name}-{number}"):
            number += 1
        return f"{name}-{number}"

    def _taken(self, name: str) -> bool:
        return any(self._files.exists(f"{RECORDS}/{name}.{ending}") for ending in FORMATS)

    def save(self, name: str, length_s: float) -> str:
        """Writes a new record and returns its path. Raises FileSystemError."""
        spec = self.spec
        path = f"{RECORDS}/{name}.{spec.format}"
        save_file(self._files, path, silence(length_s, spec))
        self.put(record_counter=self._preferences.number("record_counter") + 1, active_record=path)
        return path

    def rename(self, path: str, name: str) -> str:
        """Gives a record another name; returns what went wrong."""
        target = f"{posixpath.dirname(path)}/{name}.{path.rpartition('.')[2]}"
        if target == path:
            return ""
        if not name or "/" in name or not self._files.exists(path):
            return "Failed to rename the record!"
        if self._files.exists(target):
            return "File with this name is already exists!"
        try:
            self._files.rename(path, target)
        except FileSystemError as error:
            return str(error)
        if self._preferences.text("active_record") == path:
            self.choose(target)
        return ""

    def delete(self, path: str) -> str:
        try:
            self._files.remove(path)
        except FileSystemError as error:
            return str(error)
        return ""


def clock_text(seconds: float) -> str:
    """`02:05`, with hours from one hour on."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours:02d}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes:02d}:{whole % 60:02d}"


def spec_text(spec: SoundSpec) -> str:
    """`M4a, 44.1kHz, 128kbps, Stereo`."""
    rate = f"{spec.sample_rate_hz / 1000:.4g}kHz"
    bits = "" if spec.format == "wav" else f", {spec.bit_rate_bps // 1000}kbps"
    return f"{spec.format.capitalize()}, {rate}{bits}, {'Stereo' if spec.channels == 2 else 'Mono'}"
