"""Changes that any use of a device brings: what was looked at last, caches, counters, logs. Every goal allows them.

Only places whose name says so are listed. A place that holds what a person would miss or mind is never here: settings
of the system, documents, contacts, messages, events, alarms, timers.
"""

from __future__ import annotations

import re
from typing import Final

_REMEMBERED: Final = (
    r"(?:.*[_.-])?(?:last|last_?used|recent|recently|recents|history|opened|launch(?:es|ed)?|session|timestamp|"
    r"first_run|firstrun|onboarding|tips?|selected_tab|current_tab|scroll|cursor|window|viewed|visited|usage)(?:[_.-].*)?"
)
"""Preferences that remember what was on the screen, by words within their keys."""

_DESKTOP: Final = r"cache|config|dbus|gnupg|pki|mozilla|vnc|gtkrc\S*|xsession\S*|ICEauthority|Xauthority"

USUAL: Final[tuple[tuple[str, str], ...]] = (
    ("a preference that remembers what was looked at", rf"preference \S+ (?i:{_REMEMBERED})"),
    ("what an application notes of its first run", r"preference \S+/first_run\.xml .*"),
    (
        "a note editor's recent documents and cursor positions",
        r"preference \S*markor\S* (?:pref_key__)?\S*(?:LINE|POS|RECENT|POPULAR)\S*",
    ),
    (
        "statistics and telemetry",
        r"(?:row|preference|file) /data/data/\S*(?:measurement|analytics|crashlytics|datatransport|firebase).*",
    ),
    ("background work that is planned", r"row /data/data/\S*/androidx\.work\.workdb .*"),
    ("web views", r"(?:preference|file) /data/data/\S*(?:WebView|webview|app_chrome).*"),
    (
        "caches and logs of applications",
        r"file (?:/data/data/\S*/(?:cache|code_cache|logs?|no_backup)|\S*/\.(?:cache|thumbnails))(?:/.*)?",
    ),
    ("caches of applications on the shared storage", r"file /storage/emulated/0/Android/(?:data|media|obb)(?:/.*)?"),
    ("what Android notes of profiles", r"file /data/data/\S*/(?:profileInstalled|profileinstaller\S*)"),
    ("an alarm's next time, which follows from the alarm", r"row \S*/alarms\.db alarm_instances/\d+"),
    (
        "a clock's empty lists of timers",
        r"preference \S*deskclock\S* (?:timers_list|next_timer_id|default_.*|selected_.*)",
    ),
    (
        "settings that Android counts and dates itself",
        r"setting \w+/(?:\S*(?:_last_|_count|timestamp|_time_millis)\S*|boot_count)",
    ),
    ("how often do not disturb was switched", r"setting global/zen_mode_config_etag"),
    ("the last orientation", r"setting system/user_rotation"),
    ("which hint was shown", r"setting \w+/\S*(?:_tip|_hint|_seen|suggestion)\S*"),
    ("a desktop's recent files", r"file ~/\.local/share/(?:recently-used\.xbel|gvfs-metadata|xorg)(?:/.*)?"),
    ("a desktop's own settings, window positions among them", rf"file ~/\.(?:{_DESKTOP})(?:/.*)?"),
    ("what a shell remembers", r"file ~/\.(?:bash|zsh|sh|python)_history"),
    ("folders that a desktop makes for itself", r"file ~/\.local(?:/(?:share|state)(?:/\w[^/]*)?)?"),
    ("lock files of open documents", r"file \S*/\.~lock\.[^/]*#"),
)
"""Each with why it is no side effect: the whole place has to match."""

_PATTERNS: Final = tuple(re.compile(pattern) for _, pattern in USUAL)


def is_usual(place: str) -> bool:
    """Whether a change of this place says nothing about what was done to the device."""
    return any(pattern.fullmatch(place) for pattern in _PATTERNS)
