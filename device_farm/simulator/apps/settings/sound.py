"""Sound & vibration: volumes, ringing, Do Not Disturb, touch sounds.

Volumes are steps of an audio stream: 0 to 15 for media, 0 to 7 for the others (1 at least for calls), as in AOSP's
`AudioService`. Each lies in the system table under its stream's name with the speaker's suffix.
"""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.settings.pages import (
    Choice,
    Page,
    choice_row,
    link_row,
    main_switch,
    switch_row,
    tables_of,
)
from device_farm.simulator.apps.settings.tables import Tables
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One volume slider. `also` are further keys that follow it."""

    title: str
    key: str
    icon: str
    maximum: int
    minimum: int = 0
    default: int = 5

    @property
    def speaker_key(self) -> str:
        return f"{self.key}_speaker"


STREAMS: tuple[Stream, ...] = (
    Stream(title="Media volume", key="volume_music", icon="music_note", maximum=15),
    Stream(title="Call volume", key="volume_voice", icon="call", maximum=7, minimum=1, default=4),
    Stream(title="Ring & notification volume", key="volume_ring", icon="notifications", maximum=7),
    Stream(title="Alarm volume", key="volume_alarm", icon="alarm", maximum=7, minimum=1, default=6),
)
_MEDIA = "content://media/internal/audio/media"


def _sounds(default_number: int, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Name and URI; the first is the sound that a new phone has, whose setting carries no title."""
    first, *others = names
    titled = (
        (name, f"{_MEDIA}/{number}?title={name.replace(' ', '%20')}&canonical=1")
        for number, name in enumerate(others, start=default_number + 1)
    )
    return ((first, f"{_MEDIA}/{default_number}"), *titled)


RINGTONES = Choice(
    title="Phone ringtone",
    table="system",
    key="ringtone",
    options=_sounds(143, ("Flutey Phone", "Zen", "Atria", "Beats", "Callisto", "Dione", "Umbriel")),
    default=f"{_MEDIA}/143",
)
NOTIFICATION_SOUND = Choice(
    title="Default notification sound",
    table="system",
    key="notification_sound",
    options=_sounds(98, ("Pixie Dust", "Ping", "Chime", "Ding", "Bell", "Clink")),
    default=f"{_MEDIA}/98",
)
_DND_OFF = 0
_DND_PRIORITY = 1


def volume(tables: Tables, stream: Stream) -> int:
    """The stream's step; the speaker's value wins over the plain one, as the later writer."""
    plain = tables.number("system", stream.key, stream.default)
    return min(max(tables.number("system", stream.speaker_key, plain), stream.minimum), stream.maximum)


def set_volume(tables: Tables, stream: Stream, step: float) -> None:
    value = min(max(round(step), stream.minimum), stream.maximum)
    tables.put("system", stream.speaker_key, value)
    tables.put("system", stream.key, value)
    if stream.key == "volume_ring":
        tables.put("system", "volume_notification", value)
        tables.put("system", "volume_notification_speaker", value)
        # RINGER_MODE_VIBRATE is 1, RINGER_MODE_NORMAL 2.
        tables.put("global", "mode_ringer", 2 if value else 1)


def dnd_on(tables: Tables) -> bool:
    return tables.number("global", "zen_mode", _DND_OFF) != _DND_OFF


def set_dnd(tables: Tables, on: bool) -> None:
    tables.put("global", "zen_mode", _DND_PRIORITY if on else _DND_OFF)


class Sound(Page[None]):
    title = "Sound & vibration"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            *(self._volume_row(tables, stream) for stream in STREAMS),
            link_row(
                context,
                "Do Not Disturb",
                ".Settings$ZenModeSettingsActivity",
                summary="On" if dnd_on(tables) else "Off",
                icon="do_not_disturb_on",
            ),
            choice_row(context, RINGTONES),
            switch_row(context, "Vibrate for calls", "system", "vibrate_when_ringing", icon="vibration"),
            choice_row(context, NOTIFICATION_SOUND),
            link_row(context, "Vibration & haptics", ".Settings$VibrationSettingsActivity"),
            switch_row(context, "Dial pad tones", "system", "dtmf_tone", default=True),
            switch_row(context, "Screen locking sound", "system", "lockscreen_sounds_enabled", default=True),
            switch_row(context, "Charging sounds and vibration", "secure", "charging_sounds_enabled", default=True),
            switch_row(context, "Tap & click sounds", "system", "sound_effects_enabled", default=True),
        )

    def _volume_row(self, tables: Tables, stream: Stream) -> w.Widget:
        silent = stream.key == "volume_ring" and volume(tables, stream) == 0
        return w.Row(
            (
                w.Icon("vibration" if silent else stream.icon, colour="on_surface_variant"),
                w.Column(
                    (
                        w.Text(stream.title, style="body_large", resource_id="android:id/title"),
                        w.Slider(
                            volume(tables, stream),
                            stream.minimum,
                            stream.maximum,
                            stream.maximum - stream.minimum,
                            lambda step: set_volume(tables, stream, step),
                            key=stream.key,
                            description=stream.title,
                            resource_id="android:id/seekbar",
                        ),
                    ),
                    weight=1,
                ),
            ),
            gap=16,
            padding=(24, 4),
        )


class DoNotDisturb(Page[None]):
    title = "Do Not Disturb"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            main_switch("Do Not Disturb", dnd_on(tables), lambda on: set_dnd(tables, on)),
            w.SectionHeader("What can interrupt Do Not Disturb"),
            w.ListRow("People", "Starred contacts can interrupt"),
            w.ListRow("Apps", "No apps can interrupt"),
            w.ListRow("Alarms & other interruptions", "Alarms and media can interrupt"),
        )


class Vibration(Page[None]):
    title = "Vibration & haptics"

    def rows(self, context: Context[None]) -> tuple[w.Widget, ...]:
        tables = tables_of(context)
        return (
            main_switch(
                "Use vibration & haptics",
                tables.flag("system", "vibrate_on", True),
                lambda on: tables.put("system", "vibrate_on", on),
            ),
            w.SectionHeader("Calls"),
            switch_row(context, "Ring vibration", "system", "vibrate_when_ringing"),
            w.SectionHeader("Interactive haptics"),
            switch_row(
                context,
                "Touch feedback",
                "system",
                "haptic_feedback_enabled",
                summary="Vibrate when you touch things",
                default=True,
            ),
        )
