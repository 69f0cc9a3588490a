"""`content query|insert|update|delete|read --uri URI`: rows of the providers. Source: AOSP `Content.java`."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from device_farm.errors import GuestError
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.framework.arguments import ArgumentError, decimal, whole
from device_farm.simulator.framework.providers import Provider, provider_for, read_content
from device_farm.simulator.framework.table_provider import Scalar
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.streams import encode

_USAGE = "usage: adb shell content [subcommand] [options]\n\nusage: adb shell content insert --uri <URI> ..."
_VERBS = ("query", "insert", "update", "delete", "read", "write", "gettype", "call")


@dataclass(slots=True, kw_only=True)
class _Request:
    uri: str = ""
    projection: tuple[str, ...] = ()
    where: str = ""
    sort: str = ""
    values: dict[str, Scalar] = field(default_factory=dict)


async def content(process: Process) -> int:
    verb = process.args[0] if process.args else ""
    if verb not in _VERBS:
        process.complain(f"[ERROR] Unsupported operation: {verb}" if verb else "[ERROR] No arguments")
        process.print(_USAGE)
        return 1
    try:
        request = _parse(process.args[1:])
    except ArgumentError as error:
        process.complain(f"[ERROR] {error}")
        process.print(_USAGE)
        return 1
    authority, _, path = request.uri.removeprefix("content://").partition("/")
    try:
        provider = provider_for(process.phone, authority)
        if provider is None:
            raise GuestError(f"java.lang.IllegalStateException: Could not find provider: {authority}")
        _run(process, provider, verb, path.rstrip("/"), request)
    except (GuestError, FileSystemError, sqlite3.Error, ValueError) as error:
        process.complain(f"Error while accessing provider:{authority}")
        name = "android.database.sqlite.SQLiteException: " if isinstance(error, sqlite3.Error) else ""
        process.complain(f"{name}{error}")
        return 1
    return 0


def _run(process: Process, provider: Provider, verb: str, path: str, request: _Request) -> None:
    match verb:
        case "query":
            rows = provider.query(path, request.projection, request.where, request.sort)
            _print_rows(process, rows)
        case "insert":
            provider.insert(path, request.values)
        case "update":
            provider.update(path, request.values, request.where)
        case "delete":
            provider.delete(path, request.where)
        case "gettype":
            process.print("Result: vnd.android.cursor.dir/item")
        case "read":
            process.write(read_content(provider, path))
        case "write":
            raise GuestError("java.io.FileNotFoundException: No content provider: " + request.uri)
        case _:
            process.print("Result: null")


def _print_rows(process: Process, rows: list[sqlite3.Row]) -> None:
    if not rows:
        process.print("No result found.")
    for index, row in enumerate(rows):
        cells = ", ".join(f"{name}={_text(value)}" for name, value in zip(row.keys(), row, strict=True))
        process.write(encode(f"Row: {index} {cells}\n"))


def _text(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bytes():
            return "BLOB"
        case float():
            return f"{value:.7g}"
        case _:
            return str(value)


def _parse(words: list[str]) -> _Request:
    request = _Request()
    remaining = iter(words)

    def value(option: str) -> str:
        word = next(remaining, None)
        if not word or word.startswith("--"):
            raise ArgumentError(f"No value for argument: {option}")
        return word

    for option in remaining:
        match option:
            case "--uri":
                request.uri = value(option)
            case "--projection":
                request.projection = tuple(value(option).split(":"))
            case "--where":
                request.where = value(option)
            case "--sort":
                request.sort = value(option)
            case "--bind" | "--extra":
                name, bound = _binding(value(option))
                request.values[name] = bound
            case "--user" | "--arg" | "--method":
                value(option)
            case _:
                raise ArgumentError(f"Unsupported argument: {option}")
    if not request.uri.startswith("content://"):
        raise ArgumentError("Content provider URI not specified. Did you specify --uri argument?")
    return request


def _binding(text: str) -> tuple[str, Scalar]:
    """`COLUMN:TYPE:VALUE`."""
    column, first, rest = text.partition(":")
    kind, second, value = rest.partition(":")
    if not (first and second):
        raise ArgumentError(f"Binding not well formed: {text}")
    match kind:
        case "s":
            return column, value
        case "b":
            return column, int(value.lower() == "true")
        case "i" | "l":
            return column, whole(value)
        case "f" | "d":
            return column, decimal(value)
        case "n":
            return column, None
        case _:
            raise ArgumentError(f"Unsupported type: {kind}")
