"""Names and tables of Pro Expense 1.0.0-beta05: package, database version 6 of its Room schema."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "com.arduia.expense"
DATABASE: Final = "accounting.db"
DATABASE_PATH: Final = f"/data/data/{PACKAGE}/databases/{DATABASE}"

# Room's own check of the schema: a database without this hash is refused by the real app.
_IDENTITY_HASH = "27085a6798a70569f4984067458b86b2"

SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS android_metadata (locale TEXT);
CREATE TABLE IF NOT EXISTS `expense` (`expense_id` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, `name` TEXT,
  `amount` INTEGER NOT NULL, `category` INTEGER NOT NULL, `note` TEXT, `created_date` INTEGER NOT NULL,
  `modified_date` INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS `backup` (`backup_id` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, `name` TEXT NOT NULL,
  `path` TEXT NOT NULL, `created_date` INTEGER NOT NULL, `item_total` INTEGER NOT NULL, `worker_id` TEXT NOT NULL,
  `is_completed` INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
INSERT OR REPLACE INTO room_master_table (id, identity_hash) VALUES (42, '{_IDENTITY_HASH}');
"""
