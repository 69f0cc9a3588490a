"""The tables of the farm's state."""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = 1
metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

hosts = sa.Table(
    "hosts",
    metadata,
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
)

# The devices of hosts that joined: a restarted controller knows what will come back.
devices = sa.Table(
    "devices",
    metadata,
    sa.Column("id", sa.String(256), primary_key=True),
    sa.Column("host", sa.String(128), nullable=False),
    sa.Column("template", sa.String(128), nullable=False),
    sa.Column("backend", sa.Text, nullable=False),
    sa.Column("platform", sa.String(16), nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
)

# `how` is NULL while the lease is open.
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("owner", sa.String(128), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("device_id", sa.String(256), nullable=False),
    sa.Column("ttl_s", sa.Float, nullable=False),
    sa.Column("granted_s", sa.Float, nullable=False),
    sa.Column("deadline_s", sa.Float, nullable=False),
    sa.Column("preempted_at_s", sa.Float),
    sa.Column("token_hash", sa.LargeBinary, nullable=False),
    sa.Column("how", sa.String(16), index=True),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("ended_s", sa.Float),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("time_s", sa.Float, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(256), nullable=False),
    sa.Column("state", sa.String(32), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
