"""Tools that read the guest by its shell and its files."""

from __future__ import annotations

import shlex

from pydantic import Field

from device_farm.device import ShellResult
from verifier.probes.paths import check_absolute
from verifier.probes.tools import Arguments, Context, Found, Tool, text_of
from verifier.rules.files import exists


class Shell(Arguments):
    command: str = Field(description="one line; programs that only read, joined by | && || ;")


class Path(Arguments):
    path: str = Field(description="absolute path in the device")


def shell_tool(context: Context) -> Tool[Shell]:
    async def run(arguments: Shell) -> Found:
        result = await context.live().shell(arguments.command, timeout_s=context.limits.seconds)
        return Found(title=f"shell: {arguments.command}", text=_said(result))

    return Tool(
        name="shell",
        description="A read-only shell line in the device: ls, cat, grep, find, settings get, dumpsys, content query, "
        "sqlite3 with SELECT, and more. No redirects, no substitutions, nothing that writes.",
        arguments=Shell,
        run=run,
    )


def read_file_tool(context: Context) -> Tool[Path]:
    async def run(arguments: Path) -> Found:
        device = context.live()
        check_absolute(arguments.path)
        title = f"file {arguments.path}"
        if not await exists(device, arguments.path):
            return Found(title=title, text="no such file")
        data = await device.pull(arguments.path)
        return Found(title=title, text=f"{len(data)} bytes\n{text_of(data[: context.limits.file_bytes])}")

    return Tool(name="read_file", description="A file's content as UTF-8 text.", arguments=Path, run=run)


def list_files_tool(context: Context) -> Tool[Path]:
    async def run(arguments: Path) -> Found:
        device = context.live()
        check_absolute(arguments.path)
        result = await device.shell(f"ls -la {shlex.quote(arguments.path)}", timeout_s=context.limits.seconds)
        return Found(title=f"folder {arguments.path}", text=_said(result))

    return Tool(name="list_files", description="A folder's entries with size and time.", arguments=Path, run=run)


def _said(result: ShellResult) -> str:
    parts = [text_of(result.stdout).rstrip("\n")]
    if result.stderr:
        parts.append(f"stderr: {text_of(result.stderr).rstrip()}")
    if result.exit_code:
        parts.append(f"exit status {result.exit_code}")
    return "\n".join(part for part in parts if part) or "(no output)"
