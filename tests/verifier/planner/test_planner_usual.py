"""Which changes are usual: what programs note for themselves, never what belongs to a person."""

from __future__ import annotations

import pytest

from verifier.planner.usual import is_usual


@pytest.mark.parametrize(
    "place",
    [
        "preference /data/data/net.gsantner.markor/shared_prefs/app.xml pref_key__recent_documents",
        "preference /data/data/com.a/shared_prefs/prefs.xml last_tab",
        "preference /data/data/com.a/shared_prefs/first_run.xml seen",
        "row /data/data/com.a/databases/google_app_measurement.db events/3",
        "file /data/data/com.a/cache/picture.jpg",
        "file /data/data/com.a/files/logs/today.txt",
        "file /storage/emulated/0/Pictures/.thumbnails/3.jpg",
        "file ~/.cache/thumbnails/x.png",
        "file ~/.config/Mousepad/accels.scm",
        "file ~/Documents/.~lock.budget.ods#",
        "setting global/boot_count",
    ],
)
def test_what_programs_note_for_themselves_is_usual(place: str) -> None:
    assert is_usual(place)


@pytest.mark.parametrize(
    "place",
    [
        "file /storage/emulated/0/Documents/logs/today.txt",
        "file /storage/emulated/0/Download/analytics.csv",
        "file /storage/emulated/0/Documents/Markor/last.md",
        "file ~/Documents/log/app.log",
        "file ~/cache/x",
        "file ~/webview.txt",
        "row /data/data/com.google.android.deskclock/databases/alarms.db alarm_templates/1",
        "preference /data/data/com.google.android.deskclock/shared_prefs/p.xml timer_state_1",
        "contact 3",
        "message 3",
        "event 3",
        "setting system/screen_brightness",
        "setting global/wifi_on",
        "package com.example",
    ],
)
def test_what_belongs_to_a_person_is_never_usual(place: str) -> None:
    assert not is_usual(place)
