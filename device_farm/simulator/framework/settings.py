"""`settings get|put|delete|list|reset NAMESPACE ...`."""

from __future__ import annotations

from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.settings_defaults import NAMESPACES
from device_farm.simulator.shell.process import Process

_VERBS = ("get", "put", "delete", "reset", "list")


async def settings(process: Process) -> int:
    arguments = Arguments(process.args)
    _skip_user(arguments)
    verb = arguments.next()
    if verb is None or verb in ("help", "-h"):
        process.print("Settings provider (settings) commands:\n  get, put, delete, reset, list")
        return 255 if verb is None else 0
    if verb not in _VERBS:
        raise ArgumentError(f"Unknown command: {verb}")
    _skip_user(arguments)
    namespace = (arguments.next() or "").lower()
    if namespace not in NAMESPACES:
        raise ArgumentError(f"Invalid namespace '{namespace}'" if namespace else "Bad arguments")
    match verb:
        case "get":
            value = process.phone.settings.get(namespace, _key(arguments))
            process.print("null" if value is None else value)
        case "put":
            _put(process, arguments, namespace)
        case "delete":
            deleted = process.phone.settings.delete(namespace, _key(arguments))
            process.print(f"Deleted {int(deleted)} rows")
        case "reset":
            process.phone.settings.reset(namespace)
        case _:
            for key, value in process.phone.settings.list(namespace):
                process.print(f"{key}={value}")
    return 0


def _put(process: Process, arguments: Arguments, namespace: str) -> None:
    key = _key(arguments)
    value = arguments.next()
    if value is None:
        raise ArgumentError("Bad arguments")
    extra = arguments.rest
    if extra not in ([], ["default"]) and extra[:1] != ["--tag"]:
        raise ArgumentError("Too many arguments")
    process.phone.settings.put(namespace, key, value)


def _skip_user(arguments: Arguments) -> None:
    while arguments.peek() in ("--user", "--lineage"):
        arguments.next()
        arguments.required()


def _key(arguments: Arguments) -> str:
    key = arguments.next()
    if not key:
        raise ArgumentError("Bad arguments")
    return key
