"""MIME types that Android's providers give their `content:` URIs, for intents that name none."""

from __future__ import annotations

import re
from typing import Final

# (pattern of authority and path, type). Sources: AOSP ContactsProvider2, MediaProvider, CalendarProvider2 `getType`.
_TYPES: Final = (
    (r"(contacts|com\.android\.contacts)/people", "vnd.android.cursor.dir/person"),
    (r"(contacts|com\.android\.contacts)/people/\d+", "vnd.android.cursor.item/person"),
    (r"com\.android\.contacts/contacts", "vnd.android.cursor.dir/contact"),
    (r"com\.android\.contacts/contacts/(lookup/[^/]+/)?\d+", "vnd.android.cursor.item/contact"),
    (r"com\.android\.contacts/raw_contacts", "vnd.android.cursor.dir/raw_contact"),
    (r"com\.android\.contacts/raw_contacts/\d+", "vnd.android.cursor.item/raw_contact"),
    (r"media/[^/]+/images/media", "vnd.android.cursor.dir/image"),
    (r"media/[^/]+/video/media", "vnd.android.cursor.dir/video"),
    (r"media/[^/]+/audio/media", "vnd.android.cursor.dir/audio"),
    (r"com\.android\.calendar/time(/-?\d+)?", "time/epoch"),
    (r"com\.android\.calendar/events", "vnd.android.cursor.dir/event"),
    (r"com\.android\.calendar/events/\d+", "vnd.android.cursor.item/event"),
)


def content_type(uri: str) -> str:
    """The type that the URI's provider gives it; empty where it gives none."""
    scheme, _, rest = uri.partition("://")
    if scheme != "content":
        return ""
    path = re.split(r"[?#]", rest, maxsplit=1)[0].rstrip("/")
    return next((kind for pattern, kind in _TYPES if re.fullmatch(pattern, path)), "")
