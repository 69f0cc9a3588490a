"""Control flow: `if`, `for`, `while`, `case`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.shell.errors import LeaveLoop
from device_farm.simulator.shell.expansion import matcher
from device_farm.simulator.shell.syntax import Case, For, If, While

if TYPE_CHECKING:
    from device_farm.simulator.shell.interpreter import Interpreter


async def run_if(shell: Interpreter, command: If) -> int:
    for condition, body in command.branches:
        if await shell.condition(condition):
            return await shell.run_sequence(body)
    if command.otherwise is not None:
        return await shell.run_sequence(command.otherwise)
    return 0


async def run_for(shell: Interpreter, command: For) -> int:
    if command.words is None:
        items = list(shell.variables.positional)
    else:
        items = [field for word in command.words for field in await shell.expander.fields(word)]
    status = 0
    for item in items:
        shell.assign(command.name, item)
        shell.budget.spend_step()
        try:
            status = await shell.run_sequence(command.body)
        except LeaveLoop as leave:
            status = 0
            if not _resumes(leave):
                break
    return status


async def run_while(shell: Interpreter, command: While) -> int:
    status = 0
    while True:
        shell.budget.spend_step()
        try:
            if await shell.condition(command.condition) == command.until:
                return status
            status = await shell.run_sequence(command.body)
        except LeaveLoop as leave:
            status = 0
            if not _resumes(leave):
                return status


async def run_case(shell: Interpreter, command: Case) -> int:
    subject = await shell.expander.text(command.word)
    for patterns, body in command.arms:
        for pattern in patterns:
            if matcher(await shell.expander.pattern(pattern)).fullmatch(subject):
                shell.status = 0
                return await shell.run_sequence(body)
    return 0


def _resumes(leave: LeaveLoop) -> bool:
    """Whether this loop goes on. Raises `leave` again where it means a loop further out."""
    if leave.levels > 1:
        raise LeaveLoop(leave.levels - 1, resume=leave.resume)
    return leave.resume
