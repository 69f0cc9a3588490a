"""The database of Joplin 2.14 (`JoplinDatabase.ts`), with the columns that AndroidWorld's rows have.

Left out are the FTS4 and spellfix tables: what adb writes into `notes_normalized` must work with any SQLite. The app
searches `notes_normalized` itself.
"""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "net.cozic.joplin"
DATABASE_NAME: Final = "joplin.sqlite"

_NOTES: Final = """
CREATE TABLE IF NOT EXISTS folders (
  id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT "", created_time INT NOT NULL, updated_time INT NOT NULL,
  user_created_time INT NOT NULL DEFAULT 0, user_updated_time INT NOT NULL DEFAULT 0,
  encryption_cipher_text TEXT NOT NULL DEFAULT "", encryption_applied INT NOT NULL DEFAULT 0,
  parent_id TEXT NOT NULL DEFAULT "", is_shared INT NOT NULL DEFAULT 0, share_id TEXT NOT NULL DEFAULT "",
  master_key_id TEXT NOT NULL DEFAULT "", icon TEXT NOT NULL DEFAULT "", user_data TEXT NOT NULL DEFAULT "",
  deleted_time INT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS folders_title ON folders (title);
CREATE INDEX IF NOT EXISTS folders_updated_time ON folders (updated_time);
CREATE TABLE IF NOT EXISTS notes (
  id TEXT PRIMARY KEY, parent_id TEXT NOT NULL DEFAULT "", title TEXT NOT NULL DEFAULT "",
  body TEXT NOT NULL DEFAULT "", created_time INT NOT NULL, updated_time INT NOT NULL,
  is_conflict INT NOT NULL DEFAULT 0, latitude NUMERIC NOT NULL DEFAULT 0, longitude NUMERIC NOT NULL DEFAULT 0,
  altitude NUMERIC NOT NULL DEFAULT 0, author TEXT NOT NULL DEFAULT "", source_url TEXT NOT NULL DEFAULT "",
  is_todo INT NOT NULL DEFAULT 0, todo_due INT NOT NULL DEFAULT 0, todo_completed INT NOT NULL DEFAULT 0,
  source TEXT NOT NULL DEFAULT "", source_application TEXT NOT NULL DEFAULT "",
  application_data TEXT NOT NULL DEFAULT "", `order` NUMERIC NOT NULL DEFAULT 0,
  user_created_time INT NOT NULL DEFAULT 0, user_updated_time INT NOT NULL DEFAULT 0,
  encryption_cipher_text TEXT NOT NULL DEFAULT "", encryption_applied INT NOT NULL DEFAULT 0,
  markup_language INT NOT NULL DEFAULT 1, is_shared INT NOT NULL DEFAULT 0, share_id TEXT NOT NULL DEFAULT "",
  conflict_original_id TEXT NOT NULL DEFAULT "", master_key_id TEXT NOT NULL DEFAULT "",
  user_data TEXT NOT NULL DEFAULT ""
);
CREATE INDEX IF NOT EXISTS notes_title ON notes (title);
CREATE INDEX IF NOT EXISTS notes_updated_time ON notes (updated_time);
CREATE INDEX IF NOT EXISTS notes_is_todo ON notes (is_todo);
CREATE INDEX IF NOT EXISTS notes_order ON notes (`order`);
CREATE TABLE IF NOT EXISTS notes_normalized (
  id TEXT NOT NULL, title TEXT NOT NULL DEFAULT "", body TEXT NOT NULL DEFAULT "",
  user_created_time INT NOT NULL DEFAULT 0, user_updated_time INT NOT NULL DEFAULT 0,
  is_todo INT NOT NULL DEFAULT 0, todo_completed INT NOT NULL DEFAULT 0, parent_id TEXT NOT NULL DEFAULT "",
  latitude NUMERIC NOT NULL DEFAULT 0, longitude NUMERIC NOT NULL DEFAULT 0, altitude NUMERIC NOT NULL DEFAULT 0,
  source_url TEXT NOT NULL DEFAULT "", todo_due INT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS notes_normalized_id ON notes_normalized (id);
"""

_REST: Final = """
CREATE TABLE IF NOT EXISTS tags (
  id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT "", created_time INT NOT NULL, updated_time INT NOT NULL,
  user_created_time INT NOT NULL DEFAULT 0, user_updated_time INT NOT NULL DEFAULT 0,
  encryption_cipher_text TEXT NOT NULL DEFAULT "", encryption_applied INT NOT NULL DEFAULT 0,
  is_shared INT NOT NULL DEFAULT 0, parent_id TEXT NOT NULL DEFAULT "", user_data TEXT NOT NULL DEFAULT ""
);
CREATE TABLE IF NOT EXISTS note_tags (
  id TEXT PRIMARY KEY, note_id TEXT NOT NULL, tag_id TEXT NOT NULL, created_time INT NOT NULL,
  updated_time INT NOT NULL, user_created_time INT NOT NULL DEFAULT 0, user_updated_time INT NOT NULL DEFAULT 0,
  encryption_cipher_text TEXT NOT NULL DEFAULT "", encryption_applied INT NOT NULL DEFAULT 0,
  is_shared INT NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS resources (
  id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT "", mime TEXT NOT NULL, filename TEXT NOT NULL DEFAULT "",
  created_time INT NOT NULL, updated_time INT NOT NULL, user_created_time INT NOT NULL DEFAULT 0,
  user_updated_time INT NOT NULL DEFAULT 0, file_extension TEXT NOT NULL DEFAULT "",
  encryption_cipher_text TEXT NOT NULL DEFAULT "", encryption_applied INT NOT NULL DEFAULT 0,
  encryption_blob_encrypted INT NOT NULL DEFAULT 0, size INT NOT NULL DEFAULT -1,
  is_shared INT NOT NULL DEFAULT 0, share_id TEXT NOT NULL DEFAULT "", master_key_id TEXT NOT NULL DEFAULT "",
  user_data TEXT NOT NULL DEFAULT "", blob_updated_time INT NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS settings (`key` TEXT PRIMARY KEY, `value` TEXT);
CREATE TABLE IF NOT EXISTS alarms (
  id INTEGER PRIMARY KEY AUTOINCREMENT, note_id TEXT NOT NULL, trigger_time INT NOT NULL
);
CREATE TABLE IF NOT EXISTS item_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, item_type INT NOT NULL, item_id TEXT NOT NULL, type INT NOT NULL,
  created_time INT NOT NULL, source INT NOT NULL DEFAULT 1, before_change_item TEXT NOT NULL DEFAULT ""
);
CREATE TABLE IF NOT EXISTS deleted_items (
  id INTEGER PRIMARY KEY, item_type INT NOT NULL, item_id TEXT NOT NULL, deleted_time INT NOT NULL,
  sync_target INT NOT NULL
);
CREATE TABLE IF NOT EXISTS sync_items (
  id INTEGER PRIMARY KEY, sync_target INT NOT NULL, sync_time INT NOT NULL DEFAULT 0, item_type INT NOT NULL,
  item_id TEXT NOT NULL, sync_disabled INT NOT NULL DEFAULT "0", sync_disabled_reason TEXT NOT NULL DEFAULT "",
  force_sync INT NOT NULL DEFAULT 0, item_location INT NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS revisions (
  id TEXT PRIMARY KEY, parent_id TEXT NOT NULL DEFAULT "", item_type INT NOT NULL, item_id TEXT NOT NULL,
  item_updated_time INT NOT NULL, title_diff TEXT NOT NULL DEFAULT "", body_diff TEXT NOT NULL DEFAULT "",
  metadata_diff TEXT NOT NULL DEFAULT "", encryption_cipher_text TEXT NOT NULL DEFAULT "",
  encryption_applied INT NOT NULL DEFAULT 0, updated_time INT NOT NULL, created_time INT NOT NULL
);
CREATE TABLE IF NOT EXISTS key_values (
  id INTEGER PRIMARY KEY AUTOINCREMENT, `key` TEXT NOT NULL, `value` TEXT NOT NULL, `type` INT NOT NULL,
  updated_time INT NOT NULL
);
CREATE TABLE IF NOT EXISTS version (version INT NOT NULL, table_fields_version INT NOT NULL DEFAULT 0);
"""

SCHEMA: Final = _NOTES + _REST
