"""The camera: first-run questions, photos, videos, modes; and that what it writes are pictures and films."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hand import Hand

from device_farm.simulator.apps.camera.screens import PACKAGE
from device_farm.simulator.apps.camera.storage import FRAMES_MAX, PHOTOS, VIDEOS, video
from device_farm.simulator.apps.mpeg4 import duration_s
from device_farm.simulator.intents import Intent


def opened() -> Hand:
    hand = Hand()
    for folder in (PHOTOS, VIDEOS):
        for name in hand.phone.files.list(folder) if hand.phone.files.is_dir(folder) else []:
            hand.phone.files.remove(f"{folder}/{name}", recursive=True)
    hand.open(PACKAGE)
    return hand


def photos(hand: Hand) -> list[str]:
    return sorted(hand.phone.files.list(PHOTOS))


def picture(data: bytes) -> np.ndarray:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded


def test_shutter_writes_one_photo() -> None:
    hand = opened()
    hand.tap(description="Shutter")
    [name] = photos(hand)
    assert name.startswith("IMG_20231015_1534") and name.endswith(".jpg")
    assert picture(hand.phone.files.read(f"{PHOTOS}/{name}")).shape == (1920, 1440, 3)
    assert hand.sees("Photo taken")


def test_two_photos_of_one_second_have_two_names() -> None:
    hand = opened()
    hand.tap(description="Shutter")
    hand.tap(description="Shutter")
    assert len(photos(hand)) == 2


def test_lenses_and_phones_see_different_things() -> None:
    hand = opened()
    hand.tap(description="Shutter")
    hand.tap(description="Options")
    hand.tap(description="Back camera")
    hand.tap(description="Shutter")
    other = Hand(seed=9)
    other.open(PACKAGE)
    other.tap(description="Shutter")
    taken = [hand.phone.files.read(f"{PHOTOS}/{name}") for name in photos(hand)]
    taken += [other.phone.files.read(f"{PHOTOS}/{name}") for name in photos(other) if name.startswith("IMG_")]
    assert len(taken) == len(set(taken)) == 3


def test_same_phone_takes_the_same_photo() -> None:
    taken = []
    for _ in range(2):
        hand = opened()
        hand.tap(description="Shutter")
        taken.append(hand.phone.files.read(f"{PHOTOS}/{photos(hand)[0]}"))
    assert taken[0] == taken[1]


def test_video_lasts_as_long_as_it_was_recorded_whatever_the_date() -> None:
    hand = opened()
    hand.phone.input.swipe(100, 800, 900, 800, 300)
    hand.tap("Video")
    hand.tap(description="Shutter")
    hand.phone.clock.set(hand.phone.clock.now_s() + 3 * 365 * 86_400)
    hand.pass_time(3)
    assert hand.sees("00:03")
    hand.tap(description="Shutter")
    [name] = hand.phone.files.list(VIDEOS)
    assert duration_s(hand.phone.files.read(f"{VIDEOS}/{name}")) == pytest.approx(3.5, abs=0.6)


def test_video_mode_records_a_film(tmp_path) -> None:  # type: ignore[no-untyped-def]
    hand = opened()
    hand.phone.input.swipe(100, 800, 900, 800, 300)
    hand.tap("Video")
    hand.tap(description="Shutter")
    hand.pass_time(3)
    assert hand.sees("00:03") and hand.phone.files.list(VIDEOS) == []
    hand.tap(description="Shutter")
    [name] = hand.phone.files.list(VIDEOS)
    data = hand.phone.files.read(f"{VIDEOS}/{name}")
    assert name.startswith("VID_") and name.endswith(".mp4") and 3.0 <= duration_s(data) <= 4.0
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    film = cv2.VideoCapture(str(path))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 35 and film.read()[1].shape == (640, 480, 3)
    assert photos(hand) == []


def test_leaving_ends_the_recording() -> None:
    hand = opened()
    hand.tap(description="Toggle mode list")
    hand.tap("Video")
    hand.tap(description="Shutter")
    hand.pass_time(2)
    hand.phone.activities.home()
    assert len(hand.phone.files.list(VIDEOS)) == 1


def test_long_video_has_no_more_frames_than_allowed() -> None:
    asked: list[float] = []

    def frame(at_s: float) -> bytes:
        asked.append(at_s)
        return b"jpeg"

    assert abs(duration_s(video(frame, 3600.0)) - 3600.0) < 1.0
    assert len(asked) == FRAMES_MAX


def test_cleared_camera_asks_for_the_place_and_goes_on_with_next() -> None:
    hand = opened()
    hand.phone.packages.clear(PACKAGE)
    hand.open(PACKAGE)
    hand.tap("Allow")
    hand.tap("NEXT")
    hand.tap(description="Shutter")
    assert len(photos(hand)) == 1


def test_granted_place_is_not_asked_for() -> None:
    hand = opened()
    hand.phone.packages.clear(PACKAGE)
    hand.phone.packages.grant(PACKAGE, "android.permission.ACCESS_COARSE_LOCATION")
    hand.open(PACKAGE)
    assert hand.sees("NEXT") and not hand.sees("Allow")


def test_another_app_gets_the_picture_that_it_asked_for() -> None:
    hand = opened()
    hand.phone.activities.start(Intent(action="android.media.action.IMAGE_CAPTURE"))
    assert hand.phone.activities.top.class_name.endswith("CaptureActivity")
    hand.tap(description="Shutter")
    assert len(photos(hand)) == 1 and hand.phone.activities.top.class_name.endswith("CameraLauncher")
