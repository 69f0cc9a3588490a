"""`farm train --gpus N`: this command again, N times, by torchrun."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import torch

from device_farm.errors import ConfigError


def check_gpus(wanted: int, there: int) -> None:
    """Raises ConfigError where this machine has fewer."""
    if wanted > there:
        message = f"{wanted} were asked for, this machine has {there}"
        fix = "on the CPU: torchrun --nproc-per-node N -m device_farm.cli.main train ..." if not there else ""
        raise ConfigError(message, field="--gpus", fix=fix or f"ask for at most {there}")


async def launch(gpus: int, arguments: Sequence[str]) -> int:
    """Runs `farm ARGUMENTS` on this machine's first `gpus` GPUs; 0 where all ranks ended well.

    Raises:
        ConfigError: this machine has fewer.
    """
    check_gpus(gpus, torch.cuda.device_count())
    command = [sys.executable, *torchrun(gpus, arguments)]
    process = await asyncio.create_subprocess_exec(*command)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise


def torchrun(processes: int, arguments: Sequence[str]) -> list[str]:
    """What the Python interpreter is to run."""
    ranks = ["--standalone", "--nproc-per-node", str(processes)]
    return ["-m", "torch.distributed.run", *ranks, "-m", "device_farm.cli.main", *arguments]
