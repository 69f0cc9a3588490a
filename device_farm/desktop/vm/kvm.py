"""Whether KVM runs a guest of QEMU here. A /dev/kvm that opens is no proof: under some hypervisors a guest hangs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path

from device_farm.adb.private_server import tied_to_this_process
from device_farm.desktop.vm.command import cpu
from device_farm.desktop.vm.image import Image

PROOF_TIMEOUT_S = 8.0
"""Where KVM works, a kernel says its first word within a second."""
_WORD = "Linux version"
_POLL_S = 0.05


async def kvm_refusal(program: str, image: Image) -> str:
    """Starts the image's own kernel under KVM, without a disk; why it did not come up, or an empty string."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "there is no /dev/kvm that this user may open"
    with tempfile.TemporaryDirectory(prefix="farm-kvm-") as folder:
        console, log = Path(folder) / "console", Path(folder) / "log"
        argv = [
            *(program, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35,accel=kvm"),
            *("-cpu", cpu(accelerated=True), "-m", "256M", "-kernel", str(image.kernel)),
            *("-append", "earlyprintk=ttyS0 console=ttyS0 panic=-1", "-serial", f"file:{console}"),
        ]
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *tied_to_this_process(), *argv, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, cwd="/"
            )
        try:
            async with asyncio.timeout(PROOF_TIMEOUT_S):
                while _WORD not in _text(console):
                    if process.returncode is not None:
                        return f"QEMU ended: {_text(log).strip()[-300:]}"
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            return f"a guest said nothing within {PROOF_TIMEOUT_S:g} s"
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return ""


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""
