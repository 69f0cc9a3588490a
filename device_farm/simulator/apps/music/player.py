"""The playing queue and what is playing: the queue is a table, the place in it follows from the phone's clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from device_farm.simulator.apps.music.library import Song, song_of, whole
from device_farm.simulator.apps.music.schema import PACKAGE, QUEUE, QUEUE_SCHEMA
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.database import Database
from device_farm.simulator.toolkit.app import AppContext

_POSITION, _TRACK_MS, _SINCE_MS = "POSITION", "POSITION_IN_TRACK", "playing_since_ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """Where the player is: number in the queue, milliseconds into the song, and whether it runs."""

    queue: tuple[Song, ...]
    position: int
    track_ms: int
    running: bool

    @property
    def song(self) -> Song:
        return self.queue[self.position]


@dataclass(frozen=True, slots=True)
class Player:
    database: Database
    preferences: PreferenceStore
    now_ms: int

    def _queue(self) -> tuple[Song, ...]:
        rows = self.database.query(
            "SELECT _id, title, artist, album, album_artist, composer, track, year, duration, _data, date_modified"
            " FROM playing_queue ORDER BY rowid"
        )
        return tuple(song_of(row) for row in rows)

    def _store(self, songs: Sequence[Song]) -> None:
        values = [
            (
                *(song.id, song.title, song.track, song.year, song.duration_ms, song.path, song.modified_s),
                *(song.album_id, song.album, song.artist_id, song.artist),
                *(song.composer or None, song.album_artist or None),
            )
            for song in songs
        ]
        for table in ("playing_queue", "original_playing_queue"):
            self.database.execute(f"DELETE FROM {table}")
            self.database.execute_many(f"INSERT INTO {table} VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", values)

    def playing(self) -> Playing | None:
        """None where the queue is empty. A song that is over is followed by the next; the last one ends the music."""
        queue = self._queue()
        if not queue:
            return None
        stored = self.preferences.load()
        position = min(max(0, whole(stored.get(_POSITION))), len(queue) - 1)
        track_ms, since_ms = whole(stored.get(_TRACK_MS)), whole(stored.get(_SINCE_MS))
        if not since_ms:
            return Playing(queue=queue, position=position, track_ms=track_ms, running=False)
        track_ms += max(0, self.now_ms - since_ms)
        while track_ms >= max(1, queue[position].duration_ms):
            if position == len(queue) - 1:
                return Playing(queue=queue, position=position, track_ms=0, running=False)
            track_ms -= max(1, queue[position].duration_ms)
            position += 1
        return Playing(queue=queue, position=position, track_ms=track_ms, running=True)

    def _go(self, position: int, track_ms: int, *, running: bool) -> None:
        since = {_SINCE_MS: self.now_ms if running else 0}
        self.preferences.put(**{_POSITION: position, _TRACK_MS: track_ms}, **since)

    def open(self, songs: Sequence[Song], position: int, *, start: bool) -> None:
        """Replaces the queue."""
        self._store(songs)
        self._go(position, 0, running=start)

    def enqueue(self, songs: Sequence[Song], *, next_one: bool = False) -> None:
        """Adds songs at the end, or behind the one that plays. An empty queue begins with them, without playing."""
        playing = self.playing()
        if playing is None:
            self.open(songs, 0, start=False)
            return
        queue = playing.queue
        place = playing.position + 1 if next_one else len(queue)
        self._keep(playing)
        self._store((*queue[:place], *songs, *queue[place:]))

    def remove(self, place: int) -> None:
        playing = self.playing()
        if playing is None:
            return
        self._store((*playing.queue[:place], *playing.queue[place + 1 :]))
        if place < playing.position:
            self._go(playing.position - 1, playing.track_ms, running=playing.running)
        elif place == playing.position:
            self._go(playing.position, 0, running=playing.running)
        else:
            self._keep(playing)

    def clear(self) -> None:
        self._store(())
        self._go(0, 0, running=False)

    def _keep(self, playing: Playing) -> None:
        self._go(playing.position, playing.track_ms, running=playing.running)

    def play_at(self, place: int) -> None:
        self._go(place, 0, running=True)

    def toggle(self) -> None:
        playing = self.playing()
        if playing is not None:
            self._go(playing.position, playing.track_ms, running=not playing.running)

    def step(self, by: int) -> None:
        """To another song of the queue, from the last on to the first."""
        playing = self.playing()
        if playing is not None:
            self._go((playing.position + by) % len(playing.queue), 0, running=playing.running)

    def seek(self, track_ms: int) -> None:
        playing = self.playing()
        if playing is not None:
            self._go(playing.position, track_ms, running=playing.running)


def player_of(context: AppContext) -> Player:
    return Player(
        room_database(context, QUEUE, QUEUE_SCHEMA),
        PreferenceStore(context.files, PACKAGE),
        int(context.now_s * 1000),
    )
