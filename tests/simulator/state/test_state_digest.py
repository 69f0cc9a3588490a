"""The fingerprint of a phone's state, and that a reset leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from device_farm.simulator.digest import PARTS, state_digest, state_digests
from device_farm.simulator.handset import Handset
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.shell.shell import Shell

CHANGES: dict[str, Callable[[SimulatedPhone], object]] = {
    "files": lambda phone: phone.files.chmod("/sdcard/Download", 0o700),
    "settings": lambda phone: phone.settings.put("system", "screen_brightness", 7),
    "properties": lambda phone: phone.properties.set("debug.test", "1"),
    "screens": lambda phone: phone.show_toast("seen"),
    "logcat": lambda phone: phone.logcat.log("Test", "a line"),
    "clock": lambda phone: phone.clock.advance(0.5),
}


def test_digests_of_two_phones_of_one_seed_are_equal() -> None:
    one, other = SimulatedPhone.boot(seed=3), SimulatedPhone.boot(seed=3)
    assert state_digests(one.snapshot()) == state_digests(other.snapshot())
    assert state_digest(one.snapshot()) != state_digest(SimulatedPhone.boot(seed=4).snapshot())


@pytest.mark.parametrize("part", CHANGES)
def test_digest_of_a_part_sees_its_change(part: str) -> None:
    phone = SimulatedPhone.boot()
    before = state_digests(phone.snapshot())
    CHANGES[part](phone)
    after = state_digests(phone.snapshot())
    assert [name for name in PARTS if before[name] != after[name]] == [part]


def test_digest_sees_a_revoked_permission() -> None:
    phone = SimulatedPhone.boot()
    before = state_digests(phone.snapshot())
    command = "pm revoke com.google.android.contacts android.permission.READ_CONTACTS"
    assert asyncio.run(Shell(phone).run(command)).exit_code == 0
    assert state_digests(phone.snapshot())["packages"] != before["packages"]


class _NoInput:
    async def read(self) -> bytes:
        return b""


async def _discard(stream: int, data: bytes) -> None:
    return


def test_reset_ends_what_the_shell_left_running() -> None:
    async def scenario() -> tuple[str, str]:
        handset = Handset(clock="real")
        clean = state_digests(handset.phone.snapshot())["files"]
        await handset.run_command("(sleep 0.2; echo late > /sdcard/late.txt) > /dev/null 2>&1 &", _NoInput(), _discard)
        handset.reset()
        await asyncio.sleep(0.5)
        return clean, state_digests(handset.phone.snapshot())["files"]

    clean, later = asyncio.run(scenario())
    assert clean == later
