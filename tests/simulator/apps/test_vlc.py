"""VLC on real MP4 files: folders, playlists, first run, and frames that follow the phone's clock."""

from __future__ import annotations

import numpy as np
import pytest
from hand import Hand
from media_files import grey_video, mp3

from device_farm.simulator.apps.vlc.frames import frame_at, media_info
from device_farm.simulator.apps.vlc.library import length_text
from device_farm.simulator.apps.vlc.schema import DATABASE, PACKAGE, SCHEMA
from device_farm.simulator.database import Database

VIDEOS = "/storage/emulated/0/VLCVideos"
SHADES = (40, 200)


def database(hand: Hand) -> Database:
    return Database(hand.phone.files, DATABASE, SCHEMA)


def entries(hand: Hand) -> list[tuple[str, str, int]]:
    rows = database(hand).query(
        "SELECT Playlist.name, Media.filename, r.position FROM PlaylistMediaRelation AS r JOIN Playlist ON"
        " id_playlist = r.playlist_id JOIN Media ON id_media = r.media_id ORDER BY Playlist.name, r.position"
    )
    return [(str(row[0]), str(row[1]), int(row[2])) for row in rows]


def filled() -> Hand:
    hand = Hand()
    for name in ("one.mp4", "two.mp4", "Three.mp4"):
        hand.phone.files.write(f"{VIDEOS}/{name}", grey_video(SHADES))
    hand.phone.files.write(f"{VIDEOS}/notes.txt", b"no media")
    hand.open(PACKAGE)
    return hand


def in_folder() -> Hand:
    hand = filled()
    hand.tap("Browse")
    hand.tap("Internal memory")
    hand.tap("VLCVideos")
    return hand


def shade_in_the_middle(hand: Hand) -> int:
    frame = hand.phone.frame()
    return int(np.median(frame[1100:1300, 300:780, :3]))


def test_new_phone_has_the_folder_for_videos_and_empty_tables() -> None:
    hand = Hand()
    assert hand.phone.files.is_dir(VIDEOS)
    assert database(hand).query("SELECT COUNT(*) FROM Media")[0][0] == 0


def test_folder_lists_media_with_their_lengths() -> None:
    hand = in_folder()
    assert hand.sees("Three.mp4") and hand.sees("0:04") and not hand.sees("notes.txt")


def test_selection_becomes_a_playlist_in_its_order_and_grows() -> None:
    hand = in_folder()
    hand.long_press("two.mp4")
    hand.tap("one.mp4")
    hand.tap(description="Add to playlist")
    hand.tap(resource_id="dialog_playlist_name")
    hand.type("Films")
    hand.tap("SAVE")
    assert entries(hand) == [("Films", "two.mp4", 0), ("Films", "one.mp4", 1)]
    hand.long_press("Three.mp4")
    hand.tap(description="Add to playlist")
    hand.tap("Films")
    assert entries(hand)[-1] == ("Films", "Three.mp4", 2)
    hand.tap("Playlists")
    assert hand.sees("3 tracks")


def test_name_that_is_taken_is_not_saved_again() -> None:
    hand = in_folder()
    for _ in range(2):
        hand.long_press("one.mp4")
        hand.tap(description="Add to playlist")
        hand.tap(resource_id="dialog_playlist_name")
        hand.type("Films")
        hand.tap("SAVE")
    assert hand.sees("Playlist Films already exists")
    assert len(entries(hand)) == 1


def test_playlist_keeps_its_order_when_a_file_is_gone_and_a_track_is_removed() -> None:
    hand = in_folder()
    for name in ("two.mp4", "one.mp4", "Three.mp4"):
        hand.long_press(name) if name == "two.mp4" else hand.tap(name)
    hand.tap(description="Add to playlist")
    hand.tap(resource_id="dialog_playlist_name")
    hand.type("Films")
    hand.tap("SAVE")
    hand.phone.files.remove(f"{VIDEOS}/two.mp4")
    hand.tap(description="More options")
    hand.tap("Refresh")
    assert entries(hand) == [("Films", "one.mp4", 0), ("Films", "Three.mp4", 1)]
    hand.tap("Playlists")
    hand.tap("Films")
    hand.tap(description="More Actions")
    hand.tap("Remove from playlist")
    assert entries(hand) == [("Films", "one.mp4", 0)]
    counts = database(hand).query("SELECT nb_video, duration FROM Playlist")[0]
    assert tuple(counts) == (1, 4000)


def test_history_has_what_was_played_the_latest_first() -> None:
    hand = in_folder()
    hand.tap("More")
    assert hand.sees("You have no playback history yet.")
    for name in ("one", "two"):
        hand.tap("Video")
        hand.tap(name)
        hand.back()
    hand.tap("More")
    titles = [node.text for node in hand.nodes(lambda node: node.resource_id.endswith("/title"))]
    assert [title for title in titles if title in ("one", "two")] == ["two", "one"]
    assert not hand.sees("You have no playback history yet.")


def test_player_shows_the_frame_that_the_clock_has_come_to() -> None:
    hand = in_folder()
    hand.tap("one.mp4")
    assert abs(shade_in_the_middle(hand) - SHADES[0]) < 12
    hand.pass_time(2.2)
    assert abs(shade_in_the_middle(hand) - SHADES[1]) < 12
    hand.pass_time(5)
    assert hand.node(resource_id="player_overlay_time").text == "0:04"
    hand.tap(description="Play")
    assert abs(shade_in_the_middle(hand) - SHADES[0]) < 12


def test_file_whose_name_has_signs_of_addresses_is_played() -> None:
    hand = Hand()
    hand.phone.files.write(f"{VIDEOS}/50%41 #1?.mp4", grey_video(SHADES))
    hand.open(PACKAGE)
    hand.tap("50%41 #1?")
    assert hand.node(resource_id="player_overlay_length").text == "0:04"
    assert hand.node(resource_id="player_overlay_title").text == "50%41 #1?"


def test_pause_keeps_the_frame_and_rewind_goes_back() -> None:
    hand = in_folder()
    hand.tap("one.mp4")
    hand.tap(description="Pause")
    before = hand.node(resource_id="player_overlay_time").text
    hand.pass_time(30)
    assert hand.node(resource_id="player_overlay_time").text == before
    hand.tap(description="Forward")
    assert hand.node(resource_id="player_overlay_time").text == "0:04"
    hand.tap(description="Rewind")
    assert abs(shade_in_the_middle(hand) - SHADES[0]) < 12


def test_file_that_is_no_video_does_not_break_the_app() -> None:
    hand = Hand()
    hand.phone.files.write(f"{VIDEOS}/broken.mp4", b"no video")
    hand.open(PACKAGE)
    hand.tap("broken")
    assert hand.sees("0:00")


def test_media_emptied_from_outside_are_found_anew() -> None:
    hand = filled()
    hand.phone.activities.force_stop(PACKAGE)
    for table in ("Media", "Playlist", "PlaylistMediaRelation"):
        database(hand).execute(f"DELETE FROM {table}")
    hand.open(PACKAGE)
    assert hand.sees("one")
    counts = database(hand).query("SELECT (SELECT COUNT(*) FROM Media), (SELECT COUNT(*) FROM File)")[0]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("data", [b"", b"no database at all"])
def test_broken_database_is_made_anew(data: bytes) -> None:
    hand = filled()
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(DATABASE, data)
    hand.open(PACKAGE)
    assert hand.sees("one")


def test_first_run_after_a_clear_asks_for_all_files() -> None:
    hand = filled()
    hand.phone.packages.clear(PACKAGE)
    hand.open(PACKAGE)
    hand.tap("Skip")
    assert not hand.sees("one")
    hand.tap("GRANT PERMISSION")
    hand.tap("OK")
    hand.tap("Allow access to manage all files")
    hand.back()
    assert hand.sees("one")


def test_frames_and_lengths_are_those_of_the_file() -> None:
    video = grey_video((10, 90, 170), seconds_each=1, frames_per_s=4)
    info = media_info("v.mp4", video)
    assert (info.duration_ms, info.width, info.height) == (3000, 64, 48)
    assert len({frame_at(video, at_ms, info.frames_per_s) for at_ms in (100, 1100, 2900)}) == 3
    assert frame_at(video, 99_999, info.frames_per_s) == frame_at(video, 2900, info.frames_per_s)
    assert frame_at(b"no video", 0, 1.0) == b""
    assert media_info("v.mp4", b"no video").duration_ms == 0
    assert abs(media_info("a.mp3", mp3("A", "B", 20)).duration_ms - 20_000) < 50


@pytest.mark.parametrize(("duration_ms", "expected"), [(0, "0:00"), (65_999, "1:05"), (3_600_000, "1:00:00")])
def test_length_text(duration_ms: int, expected: str) -> None:
    assert length_text(duration_ms) == expected
