"""Every program of the phone with arguments that make no sense: a message and a status, never a fault."""

from __future__ import annotations

import asyncio
import logging
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.framework.table import FRAMEWORK_PROGRAMS
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.shell.commands.table import PROGRAMS
from device_farm.simulator.shell.shell import Shell

# These would run commands of their own, which the shell's own fuzz test does.
NAMES = sorted({*PROGRAMS, *FRAMEWORK_PROGRAMS} - {"watch", "yes"})
WORDS = st.sampled_from(
    [
        "get", "put", "list", "delete", "reset", "system", "secure", "global", "packages", "-3", "-f", "start", "-n",
        "com.android.settings/.Settings", "com.android.settings", "-a", "-d", "-W", "--es", "--ei", "--ez", "stack",
        "remove", "package", "activity", "install", "clear", "grant", "tap", "swipe", "text", "keyevent", "1", "-1",
        "0", "99999999999999999999", "1.5", "nan", "size", "window", "windows", "battery", "set", "level", "query",
        "insert", "update", "--uri", "content://sms", "content://media/external/file/x", "content://contacts/phones/1",
        "--where", "--bind", "a:s:b", "--projection", "_id", "/sdcard", "/sdcard/none", "/data/local/tmp/x", "-", "--",
        "-r", "-l", "-c", "-e", "-i", "-o", "-v", "-t", "*", "[", "(", ")", "!", "\\", "", " ", "é", "{}", ";", "+",
        "=", "night", "yes", "airplane-mode", "enable", "volume", "--stream", "call", "alarm", "s16", "wifi", "disable",
        "+%s", "@1e99", "010112001970", "s/a/b/g", "y/a/bc/", "1,2p", "/x/d", "$!d", "bs=0", "if=/dev/zero", "count=2",
        "-name", "-type", "-exec", "-size", "-printf", "%", "%s", "%99d", "\\c", "select 1", ".schema", ".mode",
    ]
)  # fmt: skip


def run(command: str, stdin: bytes) -> tuple[int, list[str]]:
    crashes: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: crashes.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("device_farm.simulator.shell.launch")
    logger.addHandler(handler)
    try:
        outcome = asyncio.run(asyncio.wait_for(Shell(SimulatedPhone.boot()).run(command, stdin), 20))
    except TimeoutError:
        # What follows the log or a file does so until its caller goes away.
        return 0, crashes
    finally:
        logger.removeHandler(handler)
    return outcome.exit_code, crashes


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(NAMES), st.lists(WORDS, max_size=6), st.binary(max_size=20))
def test_no_program_fails_on_bad_arguments(name: str, words: list[str], stdin: bytes) -> None:
    # Followers would wait for ever.
    words = [word for word in words if not (name in ("tail", "logcat") and word.startswith("-"))]
    if name == "logcat":
        words = ["-d", *words]
    code, crashes = run(shlex.join([name, *words]), stdin)
    assert 0 <= code <= 255
    assert not crashes


@pytest.mark.parametrize("name", NAMES)
def test_every_program_answers_without_arguments_and_to_help(name: str) -> None:
    for command in (
        name if name != "logcat" else "logcat -d",
        f"{name} --help" if name != "logcat" else "logcat -d -x",
    ):
        code, crashes = run(command, b"")
        assert 0 <= code <= 255
        assert not crashes
