"""Schema of Tasks.org's `database`, version 88: its Room entities (tasks/tasks, data/schemas)."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "org.tasks"
DATABASE: Final = "database"
MAIN_CLASS: Final = "com.todoroo.astrid.activity.MainActivity"
SETTINGS_CLASS: Final = "org.tasks.preferences.MainPreferences"

LOCAL_ACCOUNT: Final = "3d5e7c5a9b"
DEFAULT_LIST: Final = "1d4a2f8be6"
"""uuids of the account and the list that a new phone has."""

_KEY = "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
_ID = "INTEGER PRIMARY KEY AUTOINCREMENT"
_OF_TASK = "FOREIGN KEY(`task`) REFERENCES `tasks`(`_id`) ON UPDATE NO ACTION ON DELETE CASCADE"

SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS android_metadata (locale TEXT);
CREATE TABLE IF NOT EXISTS `notification` (
    `uid` {_KEY}, `task` INTEGER NOT NULL, `timestamp` INTEGER NOT NULL, `type` INTEGER NOT NULL, `location` INTEGER,
    {_OF_TASK}
);
CREATE UNIQUE INDEX IF NOT EXISTS `index_notification_task` ON `notification` (`task`);
CREATE TABLE IF NOT EXISTS `tagdata` (
    `_id` {_ID}, `remoteId` TEXT, `name` TEXT, `color` INTEGER, `tagOrdering` TEXT, `td_icon` INTEGER,
    `td_order` INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS `userActivity` (
    `_id` {_ID}, `remoteId` TEXT, `message` TEXT, `picture` TEXT, `target_id` TEXT, `created_at` INTEGER
);
CREATE TABLE IF NOT EXISTS `attachment_file` (
    `file_id` {_ID}, `file_uuid` TEXT NOT NULL, `filename` TEXT NOT NULL, `uri` TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS `task_list_metadata` (`_id` {_ID}, `tag_uuid` TEXT, `filter` TEXT, `task_ids` TEXT);
CREATE TABLE IF NOT EXISTS `tasks` (
    `_id` {_KEY}, `title` TEXT, `importance` INTEGER NOT NULL, `dueDate` INTEGER NOT NULL,
    `hideUntil` INTEGER NOT NULL, `created` INTEGER NOT NULL, `modified` INTEGER NOT NULL,
    `completed` INTEGER NOT NULL, `deleted` INTEGER NOT NULL, `notes` TEXT, `estimatedSeconds` INTEGER NOT NULL,
    `elapsedSeconds` INTEGER NOT NULL, `timerStart` INTEGER NOT NULL, `notificationFlags` INTEGER NOT NULL,
    `lastNotified` INTEGER NOT NULL, `recurrence` TEXT, `repeat_from` INTEGER NOT NULL DEFAULT 0, `calendarUri` TEXT,
    `remoteId` TEXT, `collapsed` INTEGER NOT NULL, `parent` INTEGER NOT NULL, `order` INTEGER,
    `read_only` INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS `t_rid` ON `tasks` (`remoteId`);
CREATE INDEX IF NOT EXISTS `active_and_visible` ON `tasks` (`completed`, `deleted`, `hideUntil`);
CREATE TABLE IF NOT EXISTS `alarms` (
    `_id` {_KEY}, `task` INTEGER NOT NULL, `time` INTEGER NOT NULL, `type` INTEGER NOT NULL DEFAULT 0,
    `repeat` INTEGER NOT NULL DEFAULT 0, `interval` INTEGER NOT NULL DEFAULT 0, {_OF_TASK}
);
CREATE INDEX IF NOT EXISTS `index_alarms_task` ON `alarms` (`task`);
CREATE TABLE IF NOT EXISTS `places` (
    `place_id` {_KEY}, `uid` TEXT, `name` TEXT, `address` TEXT, `phone` TEXT, `url` TEXT, `latitude` REAL NOT NULL,
    `longitude` REAL NOT NULL, `place_color` INTEGER NOT NULL, `place_icon` INTEGER NOT NULL,
    `place_order` INTEGER NOT NULL, `radius` INTEGER NOT NULL DEFAULT 250
);
CREATE UNIQUE INDEX IF NOT EXISTS `place_uid` ON `places` (`uid`);
CREATE TABLE IF NOT EXISTS `geofences` (
    `geofence_id` {_KEY}, `task` INTEGER NOT NULL, `place` TEXT, `arrival` INTEGER NOT NULL,
    `departure` INTEGER NOT NULL, {_OF_TASK}
);
CREATE INDEX IF NOT EXISTS `index_geofences_task` ON `geofences` (`task`);
CREATE TABLE IF NOT EXISTS `tags` (
    `_id` {_KEY}, `task` INTEGER NOT NULL, `name` TEXT, `tag_uid` TEXT, `task_uid` TEXT, {_OF_TASK}
);
CREATE INDEX IF NOT EXISTS `index_tags_task` ON `tags` (`task`);
CREATE TABLE IF NOT EXISTS `filters` (
    `_id` {_KEY}, `title` TEXT, `sql` TEXT, `values` TEXT, `criterion` TEXT, `f_color` INTEGER, `f_icon` INTEGER,
    `f_order` INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS `caldav_lists` (
    `cdl_id` {_KEY}, `cdl_account` TEXT, `cdl_uuid` TEXT, `cdl_name` TEXT, `cdl_color` INTEGER NOT NULL,
    `cdl_ctag` TEXT, `cdl_url` TEXT, `cdl_icon` INTEGER, `cdl_order` INTEGER NOT NULL, `cdl_access` INTEGER NOT NULL,
    `cdl_last_sync` INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS `caldav_tasks` (
    `cd_id` {_KEY}, `cd_task` INTEGER NOT NULL, `cd_calendar` TEXT, `cd_remote_id` TEXT, `cd_object` TEXT,
    `cd_etag` TEXT, `cd_last_sync` INTEGER NOT NULL, `cd_deleted` INTEGER NOT NULL, `cd_remote_parent` TEXT,
    `gt_moved` INTEGER NOT NULL, `gt_remote_order` INTEGER NOT NULL,
    FOREIGN KEY(`cd_task`) REFERENCES `tasks`(`_id`) ON UPDATE NO ACTION ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS `index_caldav_tasks_cd_task` ON `caldav_tasks` (`cd_task`);
CREATE TABLE IF NOT EXISTS `caldav_accounts` (
    `cda_id` {_KEY}, `cda_uuid` TEXT, `cda_name` TEXT, `cda_url` TEXT, `cda_username` TEXT, `cda_password` TEXT,
    `cda_error` TEXT, `cda_account_type` INTEGER NOT NULL, `cda_collapsed` INTEGER NOT NULL,
    `cda_server_type` INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS `principals` (
    `id` {_KEY}, `account` INTEGER NOT NULL, `href` TEXT NOT NULL, `email` TEXT, `display_name` TEXT,
    FOREIGN KEY(`account`) REFERENCES `caldav_accounts`(`cda_id`) ON UPDATE NO ACTION ON DELETE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS `index_principals_account_href` ON `principals` (`account`, `href`);
CREATE TABLE IF NOT EXISTS `principal_access` (
    `id` {_KEY}, `principal` INTEGER NOT NULL, `list` INTEGER NOT NULL, `invite` INTEGER NOT NULL,
    `access` INTEGER NOT NULL,
    FOREIGN KEY(`principal`) REFERENCES `principals`(`id`) ON UPDATE NO ACTION ON DELETE CASCADE,
    FOREIGN KEY(`list`) REFERENCES `caldav_lists`(`cdl_id`) ON UPDATE NO ACTION ON DELETE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS `index_principal_access_list_principal` ON `principal_access` (`list`, `principal`);
CREATE INDEX IF NOT EXISTS `index_principal_access_principal` ON `principal_access` (`principal`);
CREATE TABLE IF NOT EXISTS `attachment` (
    `attachment_id` {_ID}, `task` INTEGER NOT NULL, `file` INTEGER NOT NULL, `file_uuid` TEXT NOT NULL, {_OF_TASK},
    FOREIGN KEY(`file`) REFERENCES `attachment_file`(`file_id`) ON UPDATE NO ACTION ON DELETE CASCADE
);
CREATE UNIQUE INDEX IF NOT EXISTS `index_attachment_task_file` ON `attachment` (`task`, `file`);
CREATE INDEX IF NOT EXISTS `index_attachment_task` ON `attachment` (`task`);
CREATE INDEX IF NOT EXISTS `index_attachment_file` ON `attachment` (`file`);
CREATE TABLE IF NOT EXISTS room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
INSERT OR IGNORE INTO `caldav_accounts` VALUES (1, '{LOCAL_ACCOUNT}', 'Local lists', NULL, NULL, NULL, NULL, 2, 0, -1);
INSERT OR IGNORE INTO `caldav_lists`
    VALUES (1, '{LOCAL_ACCOUNT}', '{DEFAULT_LIST}', 'Default list', 0, NULL, NULL, -1, -1, 0, 0);
PRAGMA user_version = 88;
"""
