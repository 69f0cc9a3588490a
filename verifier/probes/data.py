"""Tools that ask for records: databases, settings, content providers, and what has changed since the start."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from device_farm.device import Device
from verifier.probes.changes import StateView, difference, state_of
from verifier.probes.paths import check_absolute
from verifier.probes.read_only import ReadOnlyDevice
from verifier.probes.refusal import ProbeRefused
from verifier.probes.sql import BESIDE, MAIN, cell_text, opened
from verifier.probes.statement import check_statement
from verifier.probes.tools import Arguments, Context, Found, NoArguments, Tool
from verifier.rules.base import guest_output
from verifier.rules.content import query_content
from verifier.rules.files import exists


class Query(Arguments):
    path: str = Field(description="absolute path of a SQLite file in the device")
    sql: str = Field(description="one SELECT; SELECT name, sql FROM sqlite_master lists the tables")


class Setting(Arguments):
    namespace: Literal["system", "secure", "global"]
    key: str = Field(default="", pattern=r"^([\w.:/][\w.:/-]*)?$", description="one setting; empty lists them all")


class Content(Arguments):
    uri: str = Field(description="content://AUTHORITY/PATH")
    columns: list[str] = Field(min_length=1, max_length=30, description="names of columns")
    where: str = Field(default="", description="an SQL condition")


def sqlite_query_tool(context: Context) -> Tool[Query]:
    async def run(arguments: Query) -> Found:
        check_absolute(arguments.path)
        check_statement(arguments.sql)
        title = f"SQL in {arguments.path}: {arguments.sql}"
        files = await _database_files(context.live(), arguments.path, context.limits.file_bytes)
        if not files:
            return Found(title=title, text="no such file")
        return Found(title=title, text=await asyncio.to_thread(_table, files, arguments.sql, context.limits.rows))

    return Tool(
        name="sqlite_query",
        description="Rows of a SELECT on a copy of a database in the device, opened read-only.",
        arguments=Query,
        run=run,
    )


async def _database_files(device: Device, path: str, most_bytes: int) -> dict[str, bytes]:
    """The database's files by the names that `opened` knows. Raises ProbeRefused where they are too large."""
    files: dict[str, bytes] = {}
    for suffix in ("", *BESIDE):
        if await exists(device, path + suffix):
            files[MAIN + suffix] = await device.pull(path + suffix)
        elif not suffix:
            return {}
    size = sum(map(len, files.values()))
    if size > most_bytes:
        raise ProbeRefused(f"{path} has {size} bytes", field="path", fix="ask the device's own sqlite3 by the shell")
    return files


def _table(files: Mapping[str, bytes], sql: str, most_rows: int) -> str:
    """The rows with the columns' names above. Raises VerifierError."""
    with opened(files) as connection:
        cursor = connection.execute(sql)
        rows = cursor.fetchmany(most_rows + 1)
        names = [column[0] for column in cursor.description or ()]
    lines = [" | ".join(names), *(" | ".join(map(cell_text, row)) for row in rows[:most_rows])]
    left = "\n(more rows follow; add a WHERE or a LIMIT)" if len(rows) > most_rows else ""
    return "\n".join(lines) + f"\n({min(len(rows), most_rows)} rows)" + left


def setting_tool(context: Context) -> Tool[Setting]:
    async def run(arguments: Setting) -> Found:
        what = f"get {arguments.namespace} {arguments.key}" if arguments.key else f"list {arguments.namespace}"
        said = await guest_output(context.live(), f"settings {what}")
        return Found(title=f"settings {what}", text=said)

    return Tool(
        name="setting",
        description="One of the phone's settings, or all of a namespace. An unset one is `null`.",
        arguments=Setting,
        run=run,
    )


def content_query_tool(context: Context) -> Tool[Content]:
    async def run(arguments: Content) -> Found:
        title = f"rows of {arguments.uri} {arguments.where}".rstrip()
        rows = await query_content(context.live(), arguments.uri, tuple(arguments.columns), arguments.where)
        shown = [" | ".join(f"{name}={value}" for name, value in row.items()) for row in rows[: context.limits.rows]]
        left = ["(more rows follow; add a condition)"] if len(rows) > context.limits.rows else []
        return Found(title=title, text="\n".join((f"{len(rows)} rows", *shown, *left)))

    return Tool(
        name="content_query",
        description="Rows of a content provider, such as content://com.android.contacts/data.",
        arguments=Content,
        run=run,
    )


def process_list_tool(context: Context) -> Tool[NoArguments]:
    async def run(arguments: NoArguments) -> Found:
        device = context.live()
        command = "ps aux" if device.info.platform == "desktop" else "ps -A"
        return Found(title="processes", text=await guest_output(device, command))

    return Tool(name="process_list", description="The device's processes.", arguments=NoArguments, run=run)


def changes_tool(context: Context) -> Tool[NoArguments]:
    async def run(arguments: NoArguments) -> Found:
        now = await state_of(context.live())
        async with context.stage().start() as start:
            then = await state_of(ReadOnlyDevice(start))
        return Found(title="what differs from the start of the task", text=_told(then, now, context.limits.rows))

    return Tool(
        name="changes",
        description="What differs between the start of the task and now: settings, files, packages, contacts, "
        "messages, calls, events, applications' preferences and database rows. + came, - went, ~ changed.",
        arguments=NoArguments,
        run=run,
        copies=True,
    )


def _told(then: StateView, now: StateView, most: int) -> str:
    changes = difference(then, now)
    lines = [str(change) for change in changes[:most]]
    if len(changes) > most:
        lines.append(f"(and {len(changes) - most} more)")
    lines += [f"(not seen: {name}: {why})" for name, why in sorted({**then.unread, **now.unread}.items())]
    return "\n".join(lines or ["nothing differs"])
