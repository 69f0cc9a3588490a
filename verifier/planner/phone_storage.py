"""Goals about files on the phone's storage in the words of longer tasks, and about recordings, photos, drawings."""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass
from functools import partial
from typing import Final

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.file_checks import Gone, Moved, SameBytes
from verifier.planner.phone_files import STORAGE, on
from verifier.planner.places import file, kept_by
from verifier.planner.plan import Given, Kind, Plan
from verifier.planner.wording import LAST, TEXT, Values, forms
from verifier.rules.base import AllOf, Probe, guest_output, shown
from verifier.rules.files import exists

RECORDS: Final = f"{STORAGE}/Android/data/com.dimowner.audiorecorder/files/Music/records"
PHOTOS: Final = ("jpg", "jpeg", "png", "heic", "dng", "webp")
VIDEOS: Final = ("mp4", "3gp", "mkv", "webm", "mov")
_CAMERA_FOLDERS: Final = tuple(f"{STORAGE}/{name}" for name in ("DCIM", "Pictures", "Movies"))


async def files_below(device: Device, folders: tuple[str, ...]) -> frozenset[str]:
    """The files that are not empty, without hidden ones; a folder that is not there has none."""
    found: set[str] = set()
    for folder in folders:
        if await exists(device, folder):
            listed = await guest_output(device, f"find {shlex.quote(folder)} -type f -size +0 -not -path '*/.*'")
            found |= set(listed.splitlines())
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneNewFile:
    """One file more than at the start lies below `folders`, with one of `endings` (none: any) and in `names` (same).

    Nothing that lay there is gone.
    """

    folders: tuple[str, ...]
    endings: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    async def bind(self, given: Given) -> Probe:
        before = await files_below(given.before(), self.folders)
        return NewFile(folders=self.folders, before=before, endings=self.endings, names=self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """Below `folders` lie the files of `before` and one more, of the wanted ending and name."""

    folders: tuple[str, ...]
    before: frozenset[str]
    endings: tuple[str, ...]
    names: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        after = await files_below(device, self.folders)
        new, gone = sorted(after - self.before), sorted(self.before - after)
        wanted = [*(f"*.{ending}" for ending in self.endings), *self.names] or ["any name"]
        return Evidence(
            probe=f"new files below {', '.join(self.folders)}",
            observed=shown(f"new {new}, gone {gone}"),
            expected=f"one new, none gone: {' or '.join(wanted)}",
            holds=len(new) == 1 and not gone and self._fits(new[0]),
        )

    def _fits(self, path: str) -> bool:
        name = posixpath.basename(path)
        ending = posixpath.splitext(name)[1].lstrip(".").lower()
        return ending in (self.endings or (ending,)) and name in (self.names or (name,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What lies at `source` lies at `target` as well. Raises (when bound) VerifierError where nothing did."""

    source: str
    target: str

    async def bind(self, given: Given) -> Probe:
        if not await exists(given.source, self.source):
            raise VerifierError(f"there was no {self.source} at the start")
        data = await given.source.pull(self.source)
        return AllOf(probes=(SameBytes(path=self.source, data=data), SameBytes(path=self.target, data=data)))


def _path(values: Values, folder: str = "folder", name: str = "file") -> str:
    return f"{STORAGE}/{values[folder]}/{values[name]}"


def _delete(values: Values) -> Plan:
    return on((_path(values),), Gone(path=_path(values)))


def _move(values: Values) -> Plan:
    source, target = _path(values), _path(values, "into")
    return on((source, target), Moved(source=source, target=target))


def _copy(values: Values) -> Plan:
    target = _path(values, "into")
    copied = Copied(source=_path(values), target=target)
    return Plan(checks=(copied,), allowed=(file(target), kept_by("com.simplemobiletools.gallery.pro", rows=True)))


def _record(values: Values) -> Plan:
    name = values.get("file")
    # The recorder puts its own ending behind whatever it is given.
    names = () if name is None else (name, f"{name}.m4a")
    check = OneNewFile(folders=(RECORDS,), names=names)
    return Plan(checks=(check,), allowed=(file(RECORDS), kept_by("com.dimowner.audiorecorder", rows=True)))


def _take(endings: tuple[str, ...], values: Values) -> Plan:
    check = OneNewFile(folders=_CAMERA_FOLDERS, endings=endings)
    allowed = (*(file(folder, new=True) for folder in _CAMERA_FOLDERS), kept_by("com.android.camera2", rows=True))
    return Plan(checks=(check,), allowed=allowed)


def _draw(values: Values) -> Plan:
    path = f"{STORAGE}/Pictures/{values['file']}"
    check = OneNewFile(folders=(f"{STORAGE}/Pictures",), names=(values["file"],))
    return Plan(checks=(check,), allowed=(file(path), kept_by("com.simplemobiletools.draw.pro", rows=True)))


_phone = partial(Kind, platform="android")
_FILE, _FOLDER, _INTO = rf"(?P<file>{TEXT})", rf"(?P<folder>{TEXT})", rf"(?P<into>{TEXT})"
_OF_PHONE: Final = r"the phone's storage \([\w -]+\)"
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="delete a file of a folder",
        forms=forms(rf"in the folder {_FOLDER} of {_OF_PHONE}, delete the file (?P<file>{LAST})"),
        plan=_delete,
    ),
    _phone(
        name="move a file between folders",
        forms=forms(
            rf"move the file {_FILE} from the folder {_FOLDER} into the folder {_INTO}; both are in {_OF_PHONE}"
        ),
        plan=_move,
    ),
    _phone(
        name="copy a picture",
        forms=forms(rf"use Simple Gallery Pro to copy {_FILE} from {_FOLDER} to {_INTO}, under the same name"),
        plan=_copy,
    ),
    _phone(
        name="record sound",
        forms=forms(
            "make a sound recording with Audio Recorder and save it",
            rf'make a sound recording with Audio Recorder and give it the name "(?P<file>{TEXT})"',
        ),
        plan=_record,
    ),
    _phone(
        name="take a photo",
        forms=forms("take a single photo with the camera"),
        plan=partial(_take, PHOTOS),
    ),
    _phone(
        name="record a video",
        forms=forms("record a single video with the camera"),
        plan=partial(_take, VIDEOS),
    ),
    _phone(
        name="make a drawing",
        forms=forms(
            rf"make a new drawing with Simple Draw Pro and save it as {_FILE} in the Pictures folder of {_OF_PHONE}"
        ),
        plan=_draw,
    ),
)
