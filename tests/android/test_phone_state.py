"""What is in front, as `dumpsys window` of several Android versions says it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.android.state import parse_state, state_candidates
from device_farm.errors import GuestError
from device_farm.types.geometry import Size
from device_farm.types.observation import Foreground

SIZE = "    init=1080x2400 420dpi cur=1080x2400 app=1080x2337 rng=1080x1017-2337x2274\n"
CLOCK = "FARM_TIME=1760000000.250000000\n"


@pytest.mark.parametrize(
    ("lines", "app", "window"),
    [
        (
            "  mCurrentFocus=Window{1f u0 com.android.settings/com.android.settings.Settings}\n",
            "com.android.settings",
            "com.android.settings.Settings",
        ),
        ("  mCurrentFocus=Window{1f u0 com.x/.Main}\n", "com.x", "com.x.Main"),
        ("  mCurrentFocus=Window{1f u10 com.x/com.x.A$B}\n", "com.x", "com.x.A$B"),
        ("  mCurrentFocus=Window{41 com.x/com.x.Main}\n", "com.x", "com.x.Main"),
        ("  mCurrentFocus=Window{1f u0 NotificationShade}\n", "com.android.systemui", "NotificationShade"),
        (
            "  mCurrentFocus=Window{1f u0 PopupWindow:a1}\n  mFocusedApp=ActivityRecord{2 u0 com.x/.Main t7}\n",
            "com.x",
            "PopupWindow:a1",
        ),
        ("  mCurrentFocus=null\n  mFocusedApp=ActivityRecord{2 u0 com.x/.Main t7}\n", "com.x", "com.x.Main"),
        (
            "  mCurrentFocus=null\n  mFocusedApp=AppWindowToken{9 Token{8 ActivityRecord{7 u0 com.x/.Main t7}}}\n",
            "com.x",
            "com.x.Main",
        ),
        ("  mCurrentFocus=null\n  mFocusedApp=null\n", "", ""),
    ],
)
def test_parse_state_reads_the_foreground(lines: str, app: str, window: str) -> None:
    state = parse_state(lines + SIZE + CLOCK)
    assert state.foreground == Foreground(app=app, window=window)
    assert state.screen == Size(1080, 2400)
    assert state.time_s == 1760000000.25


@pytest.mark.parametrize(
    ("rotation", "size", "wanted"),
    [
        ("mRotation=0", "1080x2400", "portrait"),
        ("mRotation=ROTATION_0", "1080x2400", "portrait"),
        ("mRotation=ROTATION_90", "2400x1080", "landscape"),
        ("mRotation=1", "2400x1080", "landscape"),
        ("mRotation=2", "1080x2400", "portrait_reversed"),
        ("mRotation=ROTATION_270", "2400x1080", "landscape_reversed"),
        ("", "2400x1080", "landscape"),
        ("", "1080x2400", "portrait"),
    ],
)
def test_parse_state_reads_the_orientation(rotation: str, size: str, wanted: str) -> None:
    state = parse_state(f"mCurrentFocus=null\n  cur={size} app=1x1\n {rotation}\n{CLOCK}")
    assert state.orientation == wanted
    assert f"{state.screen.width}x{state.screen.height}" == size


def test_a_clock_without_nanoseconds_counts_seconds() -> None:
    assert parse_state(f"mCurrentFocus=null\n{SIZE}FARM_TIME=1760000000.N\n").time_s == 1760000000.0


@pytest.mark.parametrize("output", ["", CLOCK, SIZE + CLOCK, "mCurrentFocus=null\n" + SIZE])
def test_an_output_that_lacks_a_part_is_a_guest_error(output: str) -> None:
    with pytest.raises(GuestError, match="unreadable"):
        parse_state(output)


def test_the_candidates_cover_old_and_new_androids() -> None:
    commands = state_candidates()
    assert "dumpsys window displays" in commands[0]
    assert "dumpsys window windows" in commands[1]


@given(st.text(max_size=120))
def test_noise_raises_nothing_but_guest_errors(noise: str) -> None:
    for output in (noise, f"mCurrentFocus={noise}\n{SIZE}{CLOCK}", f"mCurrentFocus=null cur={noise}\n{CLOCK}"):
        with contextlib.suppress(GuestError):
            parse_state(output)
