"""What the routes share: the device, the hand that pyautogui's calls move, and programs run in the guest."""

from __future__ import annotations

import asyncio
import posixpath
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from device_farm.desktop.osworld.menu import ENTRIES, FOLDER
from device_farm.desktop.osworld.messages import RefusedError
from device_farm.desktop.osworld.profiles import PROFILES
from device_farm.device import Device, ShellResult
from device_farm.types.codec.pyautogui_hand import Hand

COMMAND_LIMIT_S: Final = 120.0
NOT_FOUND: Final = 127
"""The exit code of a shell that finds no such program."""
_CHROME: Final = """\
here="${0%/*}"
ln -sf /usr/lib/chromium/chromium "$here/chrome"
exec "$here/chrome" --test-type --no-sandbox --disable-gpu --no-first-run --no-default-browser-check \\
  --password-store=basic --force-renderer-accessibility --user-data-dir="$HOME/.config/google-chrome" "$@"
"""
_SOCAT: Final = files("device_farm.desktop.osworld").joinpath("socat.py")
_SHIMS: Final = {
    "python": 'exec python3 "$@"\n',
    "python3.10": 'exec python3 "$@"\n',
    "google-chrome": _CHROME,
    "google-chrome-stable": _CHROME,
    "socat": 'exec python3 -I "$0.py" "$@"\n',
}
"""Programs that OSWorld's image has under these names. Tasks end the browser by its process name, `chrome`, and look
into its profile; its own sandbox needs what the desktop's walls do not give, and is not needed behind them."""
SHIMS: Final = frozenset(_SHIMS)


@dataclass(slots=True)
class Desk:
    """One desktop. Call `forget` after every reset of the device; the rest makes it ready when it must.

    `refused` collects why source for mouse and keyboard was not carried out.
    """

    device: Device
    hand: Hand
    home: str = ""
    recorder: str = ""
    refused: list[str] = field(default_factory=list)
    _preparing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _path: str = ""

    @classmethod
    def of(cls, device: Device) -> Desk:
        return cls(device=device, hand=Hand.at_rest(device.info.screen))

    async def prepare(self) -> None:
        """Learns the home folder; brings programs and profiles that OSWorld's image has. Idempotent between resets.

        Raises:
            GuestError, TransportError: the device does not answer.
        """
        async with self._preparing:
            if self._path:
                return
            result = await self.device.shell('printf "%s\\n%s" "$HOME" "${XDG_RUNTIME_DIR:-/tmp}"')
            home, runtime = result.stdout.decode("utf-8", "replace").split("\n")[:2]
            folder = f"{runtime}/osworld"
            for name, line in _SHIMS.items():
                await self.device.push(f"{folder}/{name}", f"#!/bin/sh\n{line}".encode(), mode=0o755)
            await self.device.push(f"{folder}/socat.py", _SOCAT.read_bytes())
            for name, text in PROFILES.items():
                path = f"{home}/{name}"
                if (await self.device.shell(f"test -e {shlex.quote(path)}")).exit_code != 0:
                    await self.device.push(path, text.encode())
            await self._fill_menu(home, folder)
            self.home, self._path = home, folder

    async def _fill_menu(self, home: str, shims: str) -> None:
        names = " ".join(entry.program for entry in ENTRIES)
        found = await self.device.shell(f'for name in {names}; do command -v "$name" >/dev/null && echo "$name"; done')
        there = found.stdout.decode("utf-8", "replace").split()
        for entry in ENTRIES:
            if entry.program in there:
                await self.device.push(f"{home}/{FOLDER}/{entry.id}", entry.text(shims).encode())

    def forget(self) -> None:
        """After a reset: what the guest had is gone, and the pointer is in the middle again."""
        self.hand, self.home, self.recorder, self._path = Hand.at_rest(self.device.info.screen), "", "", ""
        self.refused.clear()

    async def run(self, line: str, *, limit_s: float = COMMAND_LIMIT_S) -> ShellResult:
        """Runs a shell line in the home folder. Raises GuestError, DeadlineError, TransportError."""
        await self.prepare()
        prologue = f'PATH={shlex.quote(self._path)}:"$PATH"; export PATH; cd "$HOME" || exit 1'
        return await self.device.shell(f"{prologue}\n{line}", timeout_s=limit_s)

    async def start(self, line: str, *, program: str | None) -> None:
        """Starts a shell line away from us. Raises RefusedError where `program` is not there."""
        if program is not None:
            found = await self.run(f"command -v -- {shlex.quote(program)}")
            if found.exit_code != 0:
                raise RefusedError(500, f"no such program: {program!r:.100}")
        await self.run(f"setsid /bin/sh -c {shlex.quote(line)} </dev/null >/dev/null 2>&1 &")

    async def expand(self, path: str) -> str:
        """`~` and `$VAR` by the guest's shell, everything else as it is; relative paths begin at the home folder.

        Raises:
            RefusedError: a byte that no path has.
        """
        await self.prepare()
        if "\0" in path:
            raise RefusedError(400, f"not a path: {path!r:.80}")
        if path == "~" or path.startswith("~/"):
            path = self.home + path[1:]
        if "$" in path:
            path = await self._variables(path)
        return posixpath.normpath(posixpath.join(self.home, path))

    async def _variables(self, path: str) -> str:
        """`$NAME` and `${NAME}` as the guest's environment has them; names that it has not stay as they are."""
        source = "import os, sys; sys.stdout.write(os.path.expandvars(sys.argv[1]))"
        result = await self.run(shlex.join(["python3", "-I", "-c", source, path]))
        if result.exit_code != 0:
            raise RefusedError(500, f"{path!r:.80} cannot be expanded")
        return result.stdout.decode("utf-8", "replace")


def shell_line(command: str | Sequence[str], *, shell: bool) -> str:
    """The shell line that does what `subprocess` does with the same arguments.

    Raises:
        RefusedError: the command is empty, or is no text or list of texts.
    """
    if isinstance(command, str):
        if not command.strip():
            raise RefusedError(400, "command: it is empty")
        try:
            return command if shell else shlex.join(shlex.split(command))
        except ValueError as error:
            raise RefusedError(400, f"command: {error}") from error
    if not isinstance(command, list) or not command or not all(isinstance(part, str) for part in command):
        raise RefusedError(400, f"command: expected a text or a list of texts, got {command!r:.80}")
    if shell:
        # A list with shell=True is a script and the arguments that it sees.
        return command[0] if len(command) == 1 else shlex.join(["/bin/sh", "-c", *command])
    first, *rest = command
    return shlex.join([first, *rest])


def quoted_home(command: str | list[str], home: str) -> str | list[str]:
    """Arguments of a list that begin with `~/`, as paths of the home folder: no shell would do it."""
    if isinstance(command, str):
        return command
    return [home + part[1:] if isinstance(part, str) and part.startswith("~/") else part for part in command]
