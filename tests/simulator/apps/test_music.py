"""Retro Music on real MP3 files: library, playlists, queue, player, export."""

from __future__ import annotations

import pytest
from hand import Hand
from media_files import mp3

from device_farm.simulator.apps.music.library import readable
from device_farm.simulator.apps.music.schema import PACKAGE, PLAYLIST_SCHEMA, QUEUE_SCHEMA
from device_farm.simulator.database import Database
from device_farm.simulator.intents import Intent

MUSIC = "/storage/emulated/0/Music"
DATABASES = f"/data/data/{PACKAGE}/databases"
SCAN = "android.intent.action.MEDIA_SCANNER_SCAN_FILE"


def entries(hand: Hand) -> list[tuple[str, str]]:
    rows = Database(hand.phone.files, f"{DATABASES}/playlist.db", PLAYLIST_SCHEMA).query(
        "SELECT playlist_name, title FROM PlaylistEntity JOIN SongEntity ON playlist_id = playlist_creator_id"
        " ORDER BY song_key"
    )
    return [(str(row[0]), str(row[1])) for row in rows]


def queue(hand: Hand) -> list[str]:
    database = Database(hand.phone.files, f"{DATABASES}/music_playback_state.db", QUEUE_SCHEMA)
    return [str(row[0]) for row in database.query("SELECT title FROM playing_queue")]


def filled() -> Hand:
    hand = Hand()
    for title, seconds in (("Alpha", 61), ("Bravo", 125), ("Carol's Song", 30), ("Too short", 5)):
        hand.phone.files.write(f"{MUSIC}/{title}.mp3", mp3(title, "Ines", seconds))
    hand.phone.files.write(f"{MUSIC}/noise.mp3", b"not music")
    hand.open(PACKAGE)
    hand.tap("Songs")
    return hand


def test_songs_are_those_that_last_and_lengths_are_those_of_the_files() -> None:
    hand = filled()
    assert hand.sees("Alpha") and hand.sees("Ines") and not hand.sees("Too short") and not hand.sees("noise")
    hand.tap("Albums")
    hand.tap("Music")
    assert [node.text for node in hand.nodes(lambda node: node.resource_id.endswith("/time"))] == [
        "01:00",
        "02:04",
        "00:29",
    ]


def test_selection_goes_into_a_new_playlist_in_its_order() -> None:
    hand = filled()
    hand.long_press("Carol's Song")
    hand.tap("Alpha")
    hand.tap(description="Add to playlist")
    hand.tap("New playlist")
    hand.type("Mix 7")
    hand.tap("Create")
    assert entries(hand) == [("Mix 7", "Carol's Song"), ("Mix 7", "Alpha")]
    hand.long_press("Bravo")
    hand.tap(description="Add to playlist")
    hand.tap("Mix 7")
    assert entries(hand)[-1] == ("Mix 7", "Bravo")


def test_song_is_removed_from_a_playlist() -> None:
    hand = filled()
    hand.long_press("Alpha")
    hand.tap("Bravo")
    hand.tap(description="Add to playlist")
    hand.tap("New playlist")
    hand.type("Two")
    hand.tap("Create")
    hand.tap("Playlists")
    hand.tap("Two")
    hand.press(hand.nodes(lambda node: node.resource_id.endswith("/menu"))[0])
    hand.tap("Remove from playlist")
    hand.tap("Remove")
    assert entries(hand) == [("Two", "Bravo")]


def test_enqueued_songs_wait_in_an_empty_queue_and_play_next_goes_behind_the_current() -> None:
    hand = filled()
    hand.long_press("Bravo")
    hand.tap("Alpha")
    hand.tap(description="Add to playing queue")
    assert queue(hand) == ["Bravo", "Alpha"]
    hand.long_press("Carol's Song")
    hand.tap(description="Play next")
    assert queue(hand) == ["Bravo", "Carol's Song", "Alpha"]


def test_music_moves_on_with_the_clock() -> None:
    hand = filled()
    hand.tap("Alpha")
    assert queue(hand) == ["Alpha", "Bravo", "Carol's Song"]
    hand.pass_time(90)
    hand.tap(resource_id="miniPlayerTitle")
    assert hand.node(resource_id="/title").text == "Bravo"
    assert hand.node(resource_id="songCurrentProgress").text == "00:30"
    hand.tap(description="Play/Pause")
    hand.pass_time(60)
    assert hand.node(resource_id="songCurrentProgress").text == "00:30"
    hand.tap(description="Play/Pause")
    hand.pass_time(1000)
    hand.tap(description="Now playing queue")
    assert hand.sees("Up next • 00:00")


def test_artists_history_and_most_played_list_songs() -> None:
    hand = filled()
    hand.tap("Artists")
    hand.tap("Ines")
    hand.tap("Bravo")
    hand.back()
    hand.tap("For you")
    for page in ("History", "Most played"):
        hand.tap(description=page)
        assert hand.sees("Bravo") and not hand.sees("Alpha")
        hand.back()
    hand.tap(description="Last added")
    assert hand.sees("Alpha")


def test_playlist_is_saved_where_the_picker_says() -> None:
    hand = filled()
    hand.long_press("Alpha")
    hand.tap(description="Add to playlist")
    hand.tap("New playlist")
    hand.type("To keep")
    hand.tap("Create")
    hand.tap("Playlists")
    hand.press(hand.nodes(lambda node: node.resource_id.endswith("/menu"))[0])
    hand.tap("Save as file")
    hand.tap("SAVE")
    text = hand.phone.files.read_text("/storage/emulated/0/Download/To keep.m3u")
    assert text.startswith("#EXTM3U\n#EXTINF:") and text.endswith(f"{MUSIC}/Alpha.mp3")


def test_scanner_broadcast_shows_new_files_while_the_app_is_open() -> None:
    hand = filled()
    hand.phone.files.write(f"{MUSIC}/late.mp3", mp3("Late", "Mei", 40))
    hand.phone.files.remove(f"{MUSIC}/Alpha.mp3")
    hand.phone.callbacks.broadcast(Intent(action=SCAN, data=f"file://{MUSIC}"))
    hand.tap("Albums")
    hand.tap("Songs")
    assert hand.sees("Late") and not hand.sees("Alpha")


def test_scanner_broadcast_brings_back_databases_that_are_gone() -> None:
    hand = Hand()
    hand.phone.files.remove(f"{DATABASES}/music_playback_state.db")
    hand.phone.callbacks.broadcast(Intent(action=SCAN, data=f"file://{MUSIC}"))
    assert hand.phone.files.is_file(f"{DATABASES}/music_playback_state.db")


@pytest.mark.parametrize("name", ["playlist.db", "music_playback_state.db"])
def test_broken_database_is_an_empty_one(name: str) -> None:
    hand = filled()
    hand.tap("Alpha")
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(f"{DATABASES}/{name}", b"no database")
    hand.open(PACKAGE)
    hand.tap("Playlists")
    assert hand.sees("You have no playlists")


@pytest.mark.parametrize(("duration_ms", "expected"), [(999, "00:00"), (61_500, "01:01"), (3_600_000, "01:00:00")])
def test_readable_length(duration_ms: int, expected: str) -> None:
    assert readable(duration_ms) == expected
