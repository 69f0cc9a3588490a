"""The phone's adb daemon: transport, streams and services, written from the public protocol description."""
