"""Streams over time: followers, cancellation, callers that go away, jobs in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from device_farm.simulator.clock import RealClock
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.shell.process import Process
from device_farm.simulator.shell.shell import Shell
from device_farm.simulator.shell.streams import BytesSource


class NoInput:
    """A caller that keeps stdin open and sends nothing."""

    async def read(self) -> bytes:
        await asyncio.Event().wait()
        return b""


def collecting() -> tuple[list[bytes], Callable[[int, bytes], Awaitable[None]]]:
    chunks: list[bytes] = []

    async def output(descriptor: int, data: bytes) -> None:
        chunks.append(data)

    return chunks, output


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


@pytest.mark.parametrize("command", ["logcat", "logcat | grep hello", "logcat -s me | cat"])
def test_followed_log_lines_arrive_as_they_are_written(command: str) -> None:
    async def scenario() -> bytes:
        phone = SimulatedPhone.boot()
        chunks, output = collecting()
        task = asyncio.create_task(Shell(phone).execute(command, NoInput(), output))
        for _ in range(50):
            await asyncio.sleep(0)
        phone.logcat.log("me", "hello there")
        await until(lambda: b"hello there" in b"".join(chunks))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not phone.logcat._followers
        return b"".join(chunks)

    assert b"hello there" in asyncio.run(scenario())


def test_head_ends_an_endless_writer() -> None:
    async def scenario() -> int:
        chunks, output = collecting()
        async with asyncio.timeout(20):
            code = await Shell(SimulatedPhone.boot()).execute("yes | head -2; echo done", NoInput(), output)
        assert b"".join(chunks) == b"y\ny\ndone\n"
        return code

    assert asyncio.run(scenario()) == 0


def test_cancelling_a_command_line_ends_all_its_commands() -> None:
    async def scenario() -> None:
        phone = SimulatedPhone.boot(clock=RealClock())
        ended: list[str] = []

        async def server(process: Process) -> int:
            process.print("up")
            await process.flush()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(process.args[0])
            return 0

        shell = Shell(phone, {"server": server})
        chunks, output = collecting()
        task = asyncio.create_task(shell.execute("server a | server b & server c", NoInput(), output))
        await until(lambda: b"".join(chunks).count(b"up") >= 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: sorted(ended) == ["a", "b", "c"])

    asyncio.run(scenario())


def test_a_caller_that_goes_away_ends_the_command_line_with_its_own_error() -> None:
    class GoneError(Exception):
        pass

    async def scenario() -> None:
        async def output(descriptor: int, data: bytes) -> None:
            raise GoneError

        with pytest.raises(GoneError):
            await Shell(SimulatedPhone.boot()).execute("while :; do echo x; done | cat", BytesSource(b""), output)

    asyncio.run(scenario())


def test_registered_commands_take_part_in_the_shell() -> None:
    async def greet(process: Process) -> int:
        process.print(f"hello {' '.join(process.args)} {process.environment.get('NAME')}")
        return 4

    shell = Shell(SimulatedPhone.boot())
    shell.register("greet", greet)
    outcome = asyncio.run(shell.run("NAME=x greet a b | tr a-z A-Z; which greet; greet; echo $?"))
    assert outcome.output == b"HELLO A B X\n/system/bin/greet\nhello  None\n4\n"


def test_a_broken_command_is_an_abort_not_an_exception(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(process: Process) -> int:
        raise RuntimeError("bug")

    phone = SimulatedPhone.boot()
    outcome = asyncio.run(Shell(phone, {"broken": broken}).run("broken; echo $?"))
    assert outcome.output == b"Aborted\n134\n"
    assert "bug" in caplog.text
    assert any("broken" in line.message for line in phone.logcat.lines())


def test_a_job_that_writes_to_the_shell_is_waited_for() -> None:
    outcome = asyncio.run(Shell(SimulatedPhone.boot()).run("(sleep 1; echo late) & echo early"))
    assert outcome.output == b"early\nlate\n"


def test_a_redirected_job_outlives_its_command_line() -> None:
    async def scenario() -> None:
        phone = SimulatedPhone.boot(clock=RealClock())
        shell = Shell(phone)
        started = await shell.run("{ sleep 0.05; echo done; } > /sdcard/out & echo started; sleep 0; echo $!")
        assert started.stdout.startswith(b"started\n")
        assert phone.files.read("/sdcard/out") == b""
        await until(lambda: phone.files.read("/sdcard/out") == b"done\n")
        await shell.run("sleep 100 > /dev/null &")
        shell.kill_jobs()

    asyncio.run(scenario())


def test_kill_ends_a_job_and_wait_tells_how() -> None:
    phone = SimulatedPhone.boot(clock=RealClock())
    outcome = asyncio.run(Shell(phone).run("sleep 100 > /dev/null & kill $!; wait $!; echo $?; kill 99999"))
    assert outcome.stdout == b"143\n"
    assert outcome.stderr == b"kill: bad pid '99999': No such process\n"


def test_sleep_moves_the_virtual_clock() -> None:
    phone = SimulatedPhone.boot()
    before_s = phone.clock.now_s()
    asyncio.run(Shell(phone).run("sleep 1.5; sleep 2m"))
    assert phone.clock.now_s() - before_s == 121.5
