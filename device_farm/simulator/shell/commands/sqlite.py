"""`sqlite3`: SQL on the database files of the phone, printed as the sqlite3 program prints it."""

from __future__ import annotations

import posixpath
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from device_farm.simulator.database import Database, statements
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.streams import decode, encode

_MODES = {"csv": ",", "list": "|", "tabs": "\t", "column": "  ", "line": "", "json": "", "quote": ",", "insert": ","}


@dataclass(slots=True)
class Format:
    mode: str = "list"
    separator: str = "|"
    header: bool = False
    null: str = ""
    readonly: bool = False


async def sqlite(process: Process) -> int:
    form = Format()
    rest, commands = _options(process, form)
    path = process.path(rest[0]) if rest and rest[0] != ":memory:" else ""
    scripts = [*commands, *rest[1:]]
    if len(rest) < 2:
        scripts.append(decode(await process.stdin.read_all()))
    missing = form.readonly and not process.files.is_file(path)
    if path and (missing or process.files.is_dir(path) or not process.files.is_dir(posixpath.dirname(path))):
        process.complain(f'Error: unable to open database "{rest[0]}": unable to open database file')
        return 1
    # Nothing of a database in memory is kept: it lies in a fork of the files.
    files = process.files if path else process.files.fork()
    try:
        _run(process, Database(files, path or "/data/local/tmp/.memory"), [_readable(text) for text in scripts], form)
    except sqlite3.Error as error:
        process.complain(f"Error: {error}")
        return 1
    return 0


def _readable(script: str) -> str:
    """SQL as the sqlite3 program sees it: C text ends at NUL, what is not UTF-8 is replaced."""
    return encode(script).decode("utf-8", "replace").partition("\0")[0]


def _options(process: Process, form: Format) -> tuple[list[str], list[str]]:
    rest: list[str] = []
    commands: list[str] = []
    args = iter(process.args)
    for argument in args:
        name = argument.lstrip("-")
        if not argument.startswith("-") or argument == "-":
            rest.append(argument)
        elif name in _MODES:
            form.mode, form.separator = name, _MODES[name]
        elif name in ("header", "noheader"):
            form.header = name == "header"
        elif name == "separator":
            form.separator = next(args, "|").replace("\\t", "\t").replace("\\n", "\n")
        elif name == "nullvalue":
            form.null = next(args, "")
        elif name == "cmd":
            commands.append(next(args, ""))
        elif name == "init":
            script = process.path(next(args, ""))
            commands.append(decode(process.files.read(script)) if process.files.is_file(script) else "")
        elif name == "readonly":
            form.readonly = True
        elif name == "version":
            process.print("3.32.2 2021-07-12 15:00:17")
        elif name not in ("batch", "bail", "interactive", "echo"):
            raise CommandError(f"Error: unknown option: {argument}")
    return rest, commands


def _sql_error(message: str) -> sqlite3.Error:
    return sqlite3.OperationalError(message)


def _run(process: Process, database: Database, scripts: list[str], form: Format) -> None:
    with database.session() as connection:
        connection.text_factory = decode
        connection.execute(f"PRAGMA query_only = {int(form.readonly)}")
        for script in scripts:
            for statement in _pieces(script):
                if not statement.startswith("."):
                    _execute(process, connection, statement, form)
                elif not _dot_command(process, connection, database, form, statement):
                    return


def _execute(process: Process, connection: sqlite3.Connection, statement: str, form: Format) -> None:
    cursor = connection.execute(statement)
    if cursor.description is not None:
        names = [column[0] for column in cursor.description]
        _print_rows(process, form, names, [tuple(row) for row in cursor.fetchall()])


def _pieces(script: str) -> Iterator[str]:
    """Dot commands line by line, everything else by statement."""
    pending = ""
    for line in script.split("\n"):
        if line.startswith(".") and not pending.strip():
            yield line.strip()
        else:
            pending += line + "\n"
            if sqlite3.complete_statement(pending):
                yield from statements(pending)
                pending = ""
    yield from statements(pending)


def _dot_command(process: Process, connection: sqlite3.Connection, database: Database, form: Format, text: str) -> bool:
    """False for `.quit`."""
    name, *args = text.split()
    like = args[0] if args else "%"
    match name:
        case ".quit" | ".exit":
            return False
        case ".tables":
            rows = connection.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%' "
                "AND name LIKE ? ORDER BY 1",
                (like,),
            ).fetchall()
            _print_tables(process, [row[0] for row in rows])
        case ".schema":
            rows = connection.execute(
                "SELECT sql FROM sqlite_master WHERE sql NOT NULL AND tbl_name LIKE ? "
                "ORDER BY tbl_name, type DESC, name",
                (like,),
            ).fetchall()
            for row in rows:
                process.print(f"{row[0]};")
        case ".indexes" | ".indices":
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type='index' ORDER BY 1").fetchall():
                process.print(row[0])
        case ".databases":
            process.print(f"main: {database.path}")
        case ".dump":
            for line in connection.iterdump():
                process.print(line)
        case ".headers" | ".header":
            form.header = like.lower() in ("on", "1", "yes")
        case ".mode":
            if like not in _MODES:
                raise _sql_error(f"mode should be one of: {' '.join(sorted(_MODES))}")
            form.mode, form.separator = like, _MODES[like]
        case ".separator":
            form.separator = like.strip("\"'").replace("\\t", "\t")
        case ".nullvalue":
            form.null = like.strip("\"'")
        case ".timeout" | ".bail" | ".width" | ".echo" | ".timer" | ".changes" | ".output":
            pass
        case _:
            raise _sql_error(f'unknown command or invalid arguments:  "{name[1:]}". Enter ".help" for help')
    return True


def _print_tables(process: Process, names: list[str]) -> None:
    """In columns of an 80 character screen, filled downwards."""
    if not names:
        return
    width = max(map(len, names))
    columns = max(1, min(80 // (width + 2), len(names)))
    rows = -(-len(names) // columns)
    for row in range(rows):
        process.print("  ".join(name.ljust(width) for name in names[row::rows]))


def _print_rows(process: Process, form: Format, names: list[str], rows: list[tuple[object, ...]]) -> None:
    match form.mode:
        case "line":
            width = max([5, *map(len, names)])
            for index, row in enumerate(rows):
                if index:
                    process.print()
                for name, value in zip(names, row, strict=True):
                    process.write(encode(f"{name:>{width}} = ") + _text(value, form) + b"\n")
            return
        case "json":
            _print_json(process, names, rows)
            return
        case "column":
            _print_columns(process, form, names, rows)
            return
    end = b"\r\n" if form.mode == "csv" else b"\n"
    separator = encode(form.separator)
    if form.header and rows:
        process.write(separator.join(_cell(name, form) for name in names) + end)
    for row in rows:
        process.write(separator.join(_cell(value, form) for value in row) + end)


def _print_json(process: Process, names: list[str], rows: list[tuple[object, ...]]) -> None:
    import json

    if rows:
        plain = [
            {
                name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                for name, value in zip(names, row, strict=True)
            }
            for row in rows
        ]
        body = ",\n".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in plain)
        process.print(f"[{body}]")


def _print_columns(process: Process, form: Format, names: list[str], rows: list[tuple[object, ...]]) -> None:
    texts = [[decode(_text(value, form)) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[index]) for row in texts)]) for index, name in enumerate(names)]
    if form.header and rows:
        process.print("  ".join(name.ljust(width) for name, width in zip(names, widths, strict=True)))
        process.print("  ".join("-" * width for width in widths))
    for row in texts:
        process.print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))


def _cell(value: object, form: Format) -> bytes:
    data = _text(value, form)
    if form.mode == "csv" and re.search(rb"[\s\",']|^$", data) and value is not None:
        return b'"' + data.replace(b'"', b'""') + b'"'
    if form.mode == "quote":
        if value is None:
            return b"NULL"
        if isinstance(value, bytes):
            return b"X'" + value.hex().encode() + b"'"
        if isinstance(value, str):
            return b"'" + data.replace(b"'", b"''") + b"'"
    return data


def _text(value: object, form: Format) -> bytes:
    """As sqlite3_column_text gives it."""
    match value:
        case None:
            return encode(form.null)
        case bytes():
            return value.split(b"\0")[0]
        case float():
            return encode(_real(value))
        case _:
            return encode(str(value))


def _real(value: float) -> str:
    """SQLite's `%!.15g`: always with a decimal point."""
    if value != value or value in (float("inf"), float("-inf")):
        return {"inf": "Inf", "-inf": "-Inf"}.get(str(value), "")
    text = f"{value:.15g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"
    return text if "." in text else f"{text}.0"
