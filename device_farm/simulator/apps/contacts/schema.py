"""Schema of `contacts2.db`, the contacts provider's database.

Table and column names are those of Android's ContactsProvider (platform/packages/providers/ContactsProvider), kept to
the tables that hold a person's contacts; the tables of synchronisation, presence and social streams are left out.
"""

from __future__ import annotations

CONTACTS_PACKAGE = "com.google.android.contacts"
PROVIDER_PACKAGE = "com.android.providers.contacts"
DATABASE_PATH = f"/data/data/{PROVIDER_PACKAGE}/databases/contacts2.db"

NAME_MIMETYPE = "vnd.android.cursor.item/name"
PHONE_MIMETYPE = "vnd.android.cursor.item/phone_v2"
EMAIL_MIMETYPE = "vnd.android.cursor.item/email_v2"
ORGANIZATION_MIMETYPE = "vnd.android.cursor.item/organization"
NOTE_MIMETYPE = "vnd.android.cursor.item/note"

MIMETYPES: tuple[str, ...] = (
    EMAIL_MIMETYPE,
    "vnd.android.cursor.item/im",
    "vnd.android.cursor.item/nickname",
    ORGANIZATION_MIMETYPE,
    PHONE_MIMETYPE,
    "vnd.android.cursor.item/sip_address",
    NAME_MIMETYPE,
    "vnd.android.cursor.item/postal-address_v2",
    "vnd.android.cursor.item/identity",
    "vnd.android.cursor.item/photo",
    "vnd.android.cursor.item/group_membership",
    NOTE_MIMETYPE,
)

_USAGE_COLUMNS = """
    custom_ringtone TEXT,
    send_to_voicemail INTEGER NOT NULL DEFAULT 0,
    times_contacted INTEGER NOT NULL DEFAULT 0,
    last_time_contacted INTEGER,
    starred INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER NOT NULL DEFAULT 0"""
_SYNC_COLUMNS = ", ".join(f"sync{number} TEXT" for number in range(1, 5))
_DATA_COLUMNS = ", ".join(f"data{number} TEXT" for number in range(1, 16))
_MIMETYPE_ROWS = ", ".join(f"({number}, '{name}')" for number, name in enumerate(MIMETYPES, start=1))

SCHEMA = f"""
CREATE TABLE accounts (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, account_name TEXT, account_type TEXT, data_set TEXT
);
CREATE TABLE contacts (
    _id INTEGER PRIMARY KEY AUTOINCREMENT,
    name_raw_contact_id INTEGER REFERENCES raw_contacts(_id),
    photo_id INTEGER REFERENCES data(_id),
    photo_file_id INTEGER,{_USAGE_COLUMNS},
    has_phone_number INTEGER NOT NULL DEFAULT 0,
    lookup TEXT,
    status_update_id INTEGER REFERENCES data(_id),
    contact_last_updated_timestamp INTEGER
);
CREATE TABLE deleted_contacts (
    contact_id INTEGER PRIMARY KEY, contact_deleted_timestamp INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE raw_contacts (
    _id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER REFERENCES accounts(_id),
    sourceid TEXT,
    raw_contact_is_read_only INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    dirty INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    contact_id INTEGER REFERENCES contacts(_id),
    aggregation_mode INTEGER NOT NULL DEFAULT 0,
    aggregation_needed INTEGER NOT NULL DEFAULT 1,{_USAGE_COLUMNS},
    display_name TEXT,
    display_name_alt TEXT,
    display_name_source INTEGER NOT NULL DEFAULT 0,
    phonetic_name TEXT,
    phonetic_name_style TEXT,
    sort_key TEXT,
    phonebook_label TEXT,
    phonebook_bucket INTEGER,
    sort_key_alt TEXT,
    phonebook_label_alt TEXT,
    phonebook_bucket_alt INTEGER,
    name_verified INTEGER NOT NULL DEFAULT 0,
    {_SYNC_COLUMNS}
);
CREATE INDEX raw_contacts_contact_id_index ON raw_contacts (contact_id);
CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY AUTOINCREMENT, mimetype TEXT NOT NULL);
CREATE UNIQUE INDEX mime_type ON mimetypes (mimetype);
CREATE TABLE data (
    _id INTEGER PRIMARY KEY AUTOINCREMENT,
    package_id INTEGER,
    mimetype_id INTEGER REFERENCES mimetypes(_id) NOT NULL,
    raw_contact_id INTEGER REFERENCES raw_contacts(_id) NOT NULL,
    is_read_only INTEGER NOT NULL DEFAULT 0,
    is_primary INTEGER NOT NULL DEFAULT 0,
    is_super_primary INTEGER NOT NULL DEFAULT 0,
    data_version INTEGER NOT NULL DEFAULT 0,
    {_DATA_COLUMNS},
    data_sync1 TEXT, data_sync2 TEXT, data_sync3 TEXT, data_sync4 TEXT
);
CREATE INDEX data_raw_contact_id ON data (raw_contact_id);
CREATE INDEX data_mimetype_data1_index ON data (mimetype_id, data1);
CREATE TABLE phone_lookup (
    data_id INTEGER REFERENCES data(_id) NOT NULL,
    raw_contact_id INTEGER REFERENCES raw_contacts(_id) NOT NULL,
    normalized_number TEXT NOT NULL,
    min_match TEXT NOT NULL
);
CREATE TABLE groups (
    _id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER REFERENCES accounts(_id),
    title TEXT,
    notes TEXT,
    deleted INTEGER NOT NULL DEFAULT 0,
    group_visible INTEGER NOT NULL DEFAULT 0
);
CREATE VIEW view_contacts AS
    SELECT contacts._id AS _id, raw_contacts.display_name AS display_name,
        raw_contacts.display_name_alt AS display_name_alt, raw_contacts.sort_key AS sort_key,
        raw_contacts.phonebook_label AS phonebook_label, contacts.lookup AS lookup,
        contacts.has_phone_number AS has_phone_number, contacts.starred AS starred,
        contacts.times_contacted AS times_contacted, contacts.last_time_contacted AS last_time_contacted,
        contacts.custom_ringtone AS custom_ringtone, contacts.send_to_voicemail AS send_to_voicemail,
        contacts.photo_id AS photo_id, contacts.name_raw_contact_id AS name_raw_contact_id,
        contacts.contact_last_updated_timestamp AS contact_last_updated_timestamp
    FROM contacts JOIN raw_contacts ON contacts.name_raw_contact_id = raw_contacts._id
    WHERE raw_contacts.deleted = 0;
CREATE VIEW view_data AS
    SELECT data._id AS _id, data.raw_contact_id AS raw_contact_id, raw_contacts.contact_id AS contact_id,
        mimetypes.mimetype AS mimetype, raw_contacts.display_name AS display_name, contacts.starred AS starred,
        contacts.lookup AS lookup, data.is_primary AS is_primary, data.is_super_primary AS is_super_primary,
        {", ".join(f"data.data{number} AS data{number}" for number in range(1, 16))}
    FROM data JOIN mimetypes ON data.mimetype_id = mimetypes._id
    JOIN raw_contacts ON data.raw_contact_id = raw_contacts._id
    JOIN contacts ON raw_contacts.contact_id = contacts._id
    WHERE raw_contacts.deleted = 0;
INSERT INTO mimetypes (_id, mimetype) VALUES {_MIMETYPE_ROWS};
"""
