"""Copies of a simulated phone in the same process: a second phone that takes over the state of the first."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from typing import assert_never

from device_farm.android.apps import LAUNCHABLE_COMMAND, find_app, parse_launchable
from device_farm.android.plan import LaunchApp, Order, PasteText, RunCommand, plan
from device_farm.android.state import parse_state, state_candidates
from device_farm.errors import ActionError
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.shell.shell import Shell
from device_farm.simulator.snapshot import PhoneSnapshot
from device_farm.types.action import Action
from device_farm.types.observation import Observation
from world_model.predictors.forks import Tried


class PhoneForks:
    """Copies of `phone` without adb between: a snapshot is a few references, so what a copy costs is what it does.

    `phone` itself is never touched. The copy's clock is virtual: what waits, waits no host time.
    """

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone
        self._copy: SimulatedPhone | None = None
        self._busy = asyncio.Lock()

    async def outcomes(self, sequences: Sequence[Sequence[Action]], *, onward: bool = False) -> tuple[Tried, ...]:
        """See `Forks`. Raises GuestError where the copy's state cannot be read."""
        async with self._busy:
            if self._copy is None:
                self._copy = SimulatedPhone(self._phone.profile, seed=self._phone.seed)
            state = self._phone.snapshot()
            return tuple([await _try_out(self._copy, state, actions) for actions in sequences])


async def _try_out(phone: SimulatedPhone, state: PhoneSnapshot, actions: Sequence[Action]) -> Tried:
    phone.restore(state)
    shell, refused = Shell(phone), ""
    try:
        for action in actions:
            for order in plan(action, phone.profile.screen):
                await _carry_out(order, phone, shell)
    except ActionError as error:
        refused = str(error)
    finally:
        shell.kill_jobs()
    return Tried(observation=await _look(phone, shell), refused=refused)


async def _carry_out(order: Order, phone: SimulatedPhone, shell: Shell) -> None:
    match order:
        case RunCommand(line=line):
            await _run(shell, line)
        case PasteText(text=text):
            # As the automation server pastes.
            phone.clipboard = text
            phone.input.text(text)
        case LaunchApp(name=name):
            listed = (await shell.run(LAUNCHABLE_COMMAND)).stdout.decode()
            component = find_app(name, parse_launchable(listed)).component
            launcher = "-a android.intent.action.MAIN -c android.intent.category.LAUNCHER -f 0x10200000"
            await _run(shell, f"am start {launcher} -n {shlex.quote(component)}")
        case _:
            assert_never(order)


async def _run(shell: Shell, line: str) -> None:
    outcome = await shell.run(line)
    said = outcome.output.decode("utf-8", "replace").strip()
    if outcome.exit_code != 0 or said.startswith("Error"):
        raise ActionError(f"the phone refused `{line[:120]}`: {said[:300] or f'exit code {outcome.exit_code}'}")


async def _look(phone: SimulatedPhone, shell: Shell) -> Observation:
    tree = phone.accessibility()
    # The first line is that of the Android version which the simulated phone is.
    state = parse_state((await shell.run(state_candidates()[0])).stdout.decode("utf-8", "replace"))
    return Observation(
        sequence=0,
        screen=state.screen,
        orientation=state.orientation,
        device_time_s=state.time_s,
        foreground=state.foreground,
        ui_tree=tree,
    )
