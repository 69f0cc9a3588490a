"""Bounds of the wire, and the channel and server options that carry them."""

from __future__ import annotations

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
MAX_FILE_BYTES = 1024 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
MAX_SHELL_BYTES = MAX_MESSAGE_BYTES - 64 * 1024
MAX_COMMAND_BYTES = 1024 * 1024
MAX_KEY = 128

_SIZES = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # A screenshot in one frame and one window, without probing: a third less time for 300 kB on loopback.
    ("grpc.http2.max_frame_size", 4 * 1024 * 1024),
    ("grpc.http2.lookahead_bytes", 4 * 1024 * 1024),
    ("grpc.http2.bdp_probe", 0),
]

# so_reuseport off: a second farm on the same port has to fail, not to take half of the calls.
SERVER_OPTIONS: list[tuple[str, int]] = [
    *_SIZES,
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    # Without it a third ping within five minutes ends the connection, and with it every call that waits for a boot.
    ("grpc.http2.min_ping_interval_without_data_ms", 5000),
]

# A dead peer is noticed within half a minute; after a restart the next call finds the server within two seconds.
CHANNEL_OPTIONS: list[tuple[str, int]] = [
    *_SIZES,
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # As many as a long call needs; else two, and then one a minute.
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.use_local_subchannel_pool", 1),
]
