"""A reset that is broken off, as when a farm ends while a device is being cleaned."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest
from desktop_rig import Rig


@pytest.mark.parametrize("after_s", [0.0, 0.02])
def test_reset_that_is_cancelled_leaves_no_process(rig: Rig, after_s: float) -> None:
    device = rig.boot("cancelled")
    process = Path(f"/proc/{device.place()['pid']}")
    assert process.exists()

    async def play() -> None:
        resetting = asyncio.create_task(device.reset())
        await asyncio.sleep(after_s)
        resetting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await resetting
        await device.close()

    rig.run(play())
    assert not process.exists()
