"""`screenrecord` writes a video that a decoder reads."""

from __future__ import annotations

import cv2
import numpy as np
import pytest


def _frames(data: bytes, path: str) -> list[np.ndarray]:  # type: ignore[type-arg]
    with open(path, "wb") as file:
        file.write(data)
    video = cv2.VideoCapture(path)
    frames = []
    while (read := video.read())[0]:
        frames.append(read[1])
    return frames


def test_screenrecord_shows_the_screen_until_its_time_is_up(sh, tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert sh("screenrecord --time-limit 1 --size 108x240 /sdcard/out.mp4").exit_code == 0
    frames = _frames(sh("cat /sdcard/out.mp4").stdout, str(tmp_path / "out.mp4"))
    assert len(frames) >= 3
    assert frames[0].shape == (240, 108, 3)
    assert frames[0].std() > 5


def test_screenrecord_interrupted_leaves_a_whole_file(sh, tmp_path) -> None:  # type: ignore[no-untyped-def]
    sh("screenrecord --size 108x240 /sdcard/cut.mp4 & sleep 0; PID=$!; timeout 1 cat; kill -INT $PID; wait")
    assert _frames(sh("cat /sdcard/cut.mp4").stdout, str(tmp_path / "cut.mp4"))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("", "Must specify output file"),
        ("--time-limit 0 /sdcard/a.mp4", "Time limit 0s outside"),
        ("--size 0x5 /sdcard/a.mp4", "Invalid size '0x5'"),
        ("--nonsense /sdcard/a.mp4", "Unknown option"),
    ],
)
def test_screenrecord_refuses_bad_arguments(sh, arguments: str, complaint: str) -> None:  # type: ignore[no-untyped-def]
    result = sh(f"screenrecord {arguments}")
    assert result.exit_code != 0
    assert complaint in result.stderr.decode()
