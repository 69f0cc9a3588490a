"""Schema of `events.db`, version 8: the Room entities of Simple Calendar Pro (SimpleMobileTools/Simple-Calendar)."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "com.simplemobiletools.calendar.pro"
DATABASE: Final = "events.db"
MAIN_CLASS: Final = f"{PACKAGE}.activities.MainActivity"
EVENT_CLASS: Final = f"{PACKAGE}.activities.EventActivity"
TASK_CLASS: Final = f"{PACKAGE}.activities.TaskActivity"
SETTINGS_CLASS: Final = f"{PACKAGE}.activities.SettingsActivity"
EVENT_TYPES_CLASS: Final = f"{PACKAGE}.activities.ManageEventTypesActivity"
ABOUT_CLASS: Final = "com.simplemobiletools.commons.activities.AboutActivity"

REGULAR_EVENT_TYPE: Final = 1
REGULAR_EVENT_COLOUR: Final = 0xFF0B57D0 - (1 << 32)
"""The theme's primary colour, as the signed number that Android stores colours as."""

EVENT_COLUMNS: Final = (
    ("start_ts", int),
    ("end_ts", int),
    ("title", str),
    ("location", str),
    ("description", str),
    ("reminder_1_minutes", int),
    ("reminder_2_minutes", int),
    ("reminder_3_minutes", int),
    ("reminder_1_type", int),
    ("reminder_2_type", int),
    ("reminder_3_type", int),
    ("repeat_interval", int),
    ("repeat_rule", int),
    ("repeat_limit", int),
    ("repetition_exceptions", str),
    ("attendees", str),
    ("import_id", str),
    ("time_zone", str),
    ("flags", int),
    ("event_type", int),
    ("parent_id", int),
    ("last_updated", int),
    ("source", str),
    ("availability", int),
    ("color", int),
    ("type", int),
)
"""Name and type of every column but the key, in the order of the entity."""

_EVENT_DEFINITIONS = ", ".join(
    f"`{name}` {'INTEGER' if kind is int else 'TEXT'} NOT NULL" for name, kind in EVENT_COLUMNS
)

SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS android_metadata (locale TEXT);
CREATE TABLE IF NOT EXISTS `events` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, {_EVENT_DEFINITIONS});
CREATE UNIQUE INDEX IF NOT EXISTS `index_events_id` ON `events` (`id`);
CREATE TABLE IF NOT EXISTS `event_types` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT, `title` TEXT NOT NULL, `color` INTEGER NOT NULL,
    `caldav_calendar_id` INTEGER NOT NULL, `caldav_display_name` TEXT NOT NULL, `caldav_email` TEXT NOT NULL,
    `type` INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS `index_event_types_id` ON `event_types` (`id`);
CREATE TABLE IF NOT EXISTS `widgets` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT, `widget_id` INTEGER NOT NULL, `period` INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS `index_widgets_widget_id` ON `widgets` (`widget_id`);
CREATE TABLE IF NOT EXISTS `tasks` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT, `task_id` INTEGER NOT NULL, `start_ts` INTEGER NOT NULL,
    `flags` INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS `index_tasks_id_task_id` ON `tasks` (`id`, `task_id`);
CREATE TABLE IF NOT EXISTS room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
INSERT OR IGNORE INTO `event_types` VALUES
    ({REGULAR_EVENT_TYPE}, 'Regular event', {REGULAR_EVENT_COLOUR}, 0, '', '', 0);
PRAGMA user_version = 8;
"""
