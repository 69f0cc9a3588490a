"""Protobuf to domain and back. With `server` and `client`, the only place that sees `device_farm.pb`."""
