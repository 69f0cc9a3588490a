"""What a desktop consists of, for provenance: versions of its programs and how it is walled in."""

from __future__ import annotations

import asyncio
import platform
import shlex
import shutil
from pathlib import Path

from device_farm.desktop.packages import SYSTEM_PATH
from device_farm.desktop.sandbox import Confinement, SandboxProbe

NAMED_PACKAGES = ("xvfb", "openbox", "mousepad", "thunar", "xfce4-terminal", "libreoffice-calc")
_FORMAT = "${Package}-${Version} "


async def image_name(walls: SandboxProbe, root: str = "") -> str:
    """Such as `debian-12 xvfb-2:21.1.7 mousepad-0.5.10-2 … (namespaces)`; says why where there are no walls.

    `root` is where the programs are from, where they are not this machine's.
    """
    release = _release(root) if root else platform.freedesktop_os_release()
    system = f"{release.get('ID', 'linux')}-{release.get('VERSION_ID', '')}".rstrip("-")
    how = walls.confinement.value
    if walls.confinement is Confinement.UNCONFINED:
        how += f", no namespaces: {walls.reason}"
    return f"{system} {await _versions(root)}({how})"


def _release(root: str) -> dict[str, str]:
    """What os-release(5) says below `root`; empty where there is none."""
    path = Path(root) / "usr/lib/os-release"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {key: "".join(shlex.split(value)) for key, _, value in (line.partition("=") for line in lines)}


async def _versions(root: str) -> str:
    """Empty on a system without Debian's package manager: the programs may be there all the same."""
    program = shutil.which("dpkg-query", path=SYSTEM_PATH)
    if program is None:
        return ""
    process = await asyncio.create_subprocess_exec(
        *(program, f"--admindir={root}/var/lib/dpkg", "--show", f"--showformat={_FORMAT}", *NAMED_PACKAGES),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return output.decode(errors="replace")
